"""An attempt from the moment it is due to the word on how it ended: from the telephone, a person, or the clock."""

from datetime import datetime, timedelta

from contracts.callback.answered_calls import AttemptHungUp
from contracts.callback.reviews import AttemptDeferred, AttemptEnded, Escalation, Outcome, Risk, Speaker
from contracts.envelope import Event
from contracts.refusals import Invalid, Refused
from services.callback.domain import gate
from services.callback.domain.attempt import Attempt
from services.callback.domain.commands import EndRinging, NoteHangUp, RecordOutcome, StartAttempt
from services.callback.domain.course import cancelled, escalation
from services.callback.domain.evolve import after
from services.callback.domain.review import Review
from services.callback.domain.risk import Assessment
from services.callback.domain.rules import Rules
from services.callback.domain.weighing import weigh

HOUR = timedelta(hours=1)


def start(review: Review, command: StartAttempt, now: datetime, rules: Rules) -> list[Event]:
    """The gate is asked again each time; the intention is recorded before anything is dialled."""
    planned = review.planned
    if planned is None or now < planned.due:
        return []
    started = gate.ring(review, planned, command.attempt_id, now, rules)
    if started is None:
        return cancelled(review, now, "; ".join(gate.shut(review, rules))[:500])
    return _deferred(review, planned, command, now, rules) or [started]


def _deferred(review: Review, planned: Attempt, command: StartAttempt, now: datetime, rules: Rules) -> list[Event]:
    """Not now. For a line one waits the longer the more do, so that a flood of callers is not a flood of events; a caller at
    high risk is looked at again at the first chance.
    """
    lately = sorted(at for at in command.rung_at if at > now - HOUR)
    if len(lately) >= rules.rings_per_number_hour:
        due = lately[-rules.rings_per_number_hour] + HOUR
        reason = f"the number was rung {len(lately)} times within the hour"
    elif command.lines_taken >= rules.trunks:
        ahead = 0 if review.risk is Risk.HIGH else command.waiting // rules.trunks
        due = now + timedelta(seconds=rules.busy_delay_s * (1 + ahead))
        reason = f"all {rules.trunks} lines are taken"
    else:
        return []
    return [AttemptDeferred(at=now, review=review.review, attempt=planned.n, due=due, reason=reason)]


def give_up(review: Review, now: datetime, rules: Rules) -> list[Event]:
    """Nobody said in time how an attempt ended: it is unknown, and the policy decides what that means."""
    silent = [attempt for attempt in review.attempts if (until := attempt.silent_until(rules)) is not None and until <= now]
    return [_ended(review, attempt, Outcome.UNKNOWN, now) for attempt in silent]


def end_ringing(review: Review, command: EndRinging, now: datetime, rules: Rules) -> list[Event]:
    """Telephony repeats itself and comes late: only the first word on an attempt counts, or one after a silence."""
    if command.outcome in (Outcome.SAFE, Outcome.UNKNOWN):
        raise Invalid("not-for-a-telephone", f"a telephone cannot tell that an attempt ended as {command.outcome}")
    attempt = next((attempt for attempt in review.attempts if attempt.attempt_id == command.attempt_id), None)
    if attempt is None or attempt.settled or attempt.answered_at is not None:
        return []
    ended = AttemptEnded(
        at=command.at,
        review=review.review,
        attempt=attempt.n,
        attempt_id=command.attempt_id,
        outcome=command.outcome,
        final=command.final,
        q850=command.q850,
    )
    return _outcome(review, ended, now, rules)


def hung_up(review: Review, command: NoteHangUp) -> list[Event]:
    """Said once of a call; a call that nobody answered has no end to note."""
    attempt = next((attempt for attempt in review.attempts if attempt.attempt_id == command.attempt_id), None)
    if attempt is None or attempt.answered_at is None or attempt.hung_up is not None:
        return []
    return [
        AttemptHungUp(
            at=command.at,
            review=review.review,
            attempt=attempt.n,
            attempt_id=command.attempt_id,
            by=command.by,
            joined=command.joined,
            joined_at=command.joined_at,
        )
    ]


def record(review: Review, command: RecordOutcome, now: datetime, rules: Rules) -> list[Event]:
    """A call handler's word; safe needs proof, and only the caller's own word is one."""
    attempt = review.attempt(command.attempt)
    if attempt is None or attempt.started_at is None:
        raise Refused("attempt-not-started", f"attempt {command.attempt} was never started: nobody was rung")
    if command.outcome is Outcome.SAFE:
        _must_be_proved(command)
    if (attempt.outcome, attempt.spoke_to, attempt.verified_by) == (command.outcome, command.spoke_to, command.verified_by):
        return []
    if attempt.settled:
        raise Refused("attempt-settled", f"attempt {attempt.n} ended as {attempt.outcome}", ("escalate", "close"))
    return _outcome(review, _recorded(review, attempt, command, now), now, rules)


def _must_be_proved(command: RecordOutcome) -> None:
    if not (command.spoke_to and command.verified_by and command.free_to_talk):
        raise Invalid("safe-needs-proof", "safe needs who spoke, how that was verified, and that they were free to talk")
    if command.speaker is not Speaker.CALLER:
        raise Invalid(
            "safe-needs-the-caller",
            "only the caller can say that the caller is safe: record somebody else's word as not_the_caller",
            ("not_the_caller",),
        )


def _recorded(review: Review, attempt: Attempt, command: RecordOutcome, now: datetime) -> AttemptEnded:
    return AttemptEnded(
        at=now,
        review=review.review,
        attempt=attempt.n,
        attempt_id=attempt.attempt_id or "",
        outcome=command.outcome,
        spoke_to=command.spoke_to,
        verified_by=command.verified_by,
        free_to_talk=command.free_to_talk,
        speaker=command.speaker,
        by=command.by,
    )


def _ended(review: Review, attempt: Attempt, outcome: Outcome, at: datetime) -> AttemptEnded:
    return AttemptEnded(at=at, review=review.review, attempt=attempt.n, attempt_id=attempt.attempt_id or "", outcome=outcome)


def _outcome(review: Review, ended: AttemptEnded, now: datetime, rules: Rules) -> list[Event]:
    """Duress, also when it is only whispered: never ring again, send somebody silently, even if the review is over."""
    if ended.outcome not in (Outcome.UNDER_DURESS, Outcome.WHISPERED):
        return [ended]
    found = Assessment(Risk.HIGH, (f"attempt {ended.attempt} was answered: {ended.outcome}",), False)
    weighed = weigh(review, found, now, rules)
    shut = after(review, weighed) or review
    return [ended, *weighed, escalation(shut, now, rules, Escalation.DURESS, deploy=True, silent_approach=True)]
