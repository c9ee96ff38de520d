"""What follows from each command to a review: the fact itself, then whatever the review does by itself."""

from datetime import datetime, timedelta

from contracts.callback import (
    AttemptEnded,
    Disposition,
    Escalation,
    IncidentLinked,
    LocationLearned,
    Outcome,
    ReviewAssessed,
    ReviewEscalated,
    ReviewOpened,
    Risk,
)
from contracts.envelope import Event
from contracts.places import Location
from contracts.refusals import Invalid, NotFound, Refused
from services.callback.domain import gate, turn
from services.callback.domain.commands import (
    CloseReview,
    EndRinging,
    EscalateReview,
    GiveUpWaiting,
    LearnLocation,
    LearnMarker,
    LinkIncident,
    NoteIncidentClosed,
    NoteRangAgain,
    OpenReview,
    PassDeadline,
    RecordOutcome,
    StartAttempt,
)
from services.callback.domain.course import after, cancelled, closing, escalation, follow
from services.callback.domain.place import kept, told, usable
from services.callback.domain.review import Attempt, Review
from services.callback.domain.risk import Assessment, Known, assess
from services.callback.domain.rules import Rules

Command = (
    OpenReview
    | LearnLocation
    | LearnMarker
    | NoteRangAgain
    | LinkIncident
    | NoteIncidentClosed
    | StartAttempt
    | GiveUpWaiting
    | PassDeadline
    | EndRinging
    | RecordOutcome
    | EscalateReview
    | CloseReview
)

ASKED = (EndRinging, RecordOutcome, EscalateReview, CloseReview)
"""Commands that are refused when there is no such review; all others are facts about calls that may have none."""


def decide(review: Review | None, command: Command, now: datetime, rules: Rules) -> list[Event]:
    """The fact a command is, and what follows from it by itself."""
    if review is None:
        if isinstance(command, ASKED):
            raise NotFound("review-unknown", "there is no review of this id")
        facts = _open(command, now, rules) if isinstance(command, OpenReview) else []
    else:
        facts = _facts(review, command, now, rules)
    changed = after(review, facts)
    return facts if changed is None or not facts else [*facts, *follow(changed, now, rules)]


def _facts(review: Review, command: Command, now: datetime, rules: Rules) -> list[Event]:
    match command:
        case OpenReview():
            return []
        case LearnLocation():
            return _learn_location(review, command, now, rules)
        case LearnMarker():
            return _weigh(review, assess(Known(review.abandonment, markers=(command.marker,)), rules), now)
        case NoteRangAgain():
            return _rang_again(review, command, now)
        case LinkIncident():
            return _link(review, command)
        case NoteIncidentClosed():
            return _incident_closed(review, command, now)
        case StartAttempt():
            return _start(review, command, now, rules)
        case GiveUpWaiting():
            return _give_up(review, now, rules)
        case PassDeadline():
            return _pass_deadline(review, now, rules)
        case EndRinging():
            return _end_ringing(review, command, rules)
        case RecordOutcome():
            return _record(review, command, now, rules)
        case EscalateReview():
            return _hand_on(review, command, now, rules)
        case CloseReview():
            return _close(review, command, now)


def _open(command: OpenReview, now: datetime, rules: Rules) -> list[Event]:
    opened = ReviewOpened(
        at=now,
        review=command.review,
        call=command.review,
        abandonment=command.abandonment,
        abandoned_at=command.abandoned_at,
        deadline=command.deadline or command.abandoned_at + timedelta(seconds=rules.deadline_s),
        emergency_period_ends=command.abandoned_at + timedelta(seconds=rules.emergency_period_s),
        policy=rules.version,
        number=command.number,
        number_ref=command.number_ref,
        sounds=command.sounds,
        markers=command.markers,
        location=command.location,
        earlier_calls=command.earlier_calls,
        harvest=command.harvest,
        attempted_at=command.attempted_at,
    )
    found = assess(Known(command.abandonment, command.sounds, command.markers, command.earlier_calls), rules)
    if command.attempted_at:
        found = found.joined(turn.of_attempts(len(command.attempted_at)))
    if command.location is not None:
        found = found.joined(_of_place(command.abandoned_at, command.location, rules))
    return [opened, _assessed(command.review, found, rules.version, now)]


def _learn_location(review: Review, command: LearnLocation, now: datetime, rules: Rules) -> list[Event]:
    if kept(command.at, command.location) in review.places:
        return []
    learned = LocationLearned(at=command.at, review=review.review, location=command.location)
    return [learned, *_weigh(review, _of_place(command.at, command.location, rules), now)]


def _of_place(at: datetime, location: Location, rules: Rules) -> Assessment:
    """A place is no risk; that somebody can be sent there is worth saying."""
    reachable = usable(kept(at, location), rules.usable_radius_m)
    return Assessment(Risk.NONE_KNOWN, ("a place to send somebody to is known",) if reachable else (), True)


def _weigh(review: Review, found: Assessment, now: datetime) -> list[Event]:
    """What was found joined to what was known; nothing when that changes nothing, or when the review is over."""
    known = Assessment(review.risk, review.reasons, review.gate_open)
    joined = known.joined(found)
    if joined == known or not review.open:
        return []
    return [_assessed(review.review, joined, review.policy, now)]


def _assessed(review: str, found: Assessment, policy: str, now: datetime) -> ReviewAssessed:
    return ReviewAssessed(at=now, review=review, risk=found.risk, reasons=found.reasons, gate_open=found.gate_open, policy=policy)


def _rang_again(review: Review, command: NoteRangAgain, now: datetime) -> list[Event]:
    """The episode goes on in the other call, unless people have this one already: then the repeat is weighed and stays theirs."""
    reason = f"the caller rang again and was answered in call {command.answered_call}"
    if not review.open:
        return []
    if review.escalations or review.incidents:
        return _weigh(review, Assessment(Risk.RAISED, (reason,), True), now)
    ended = closing(review, now, Disposition.CALLER_RANG_AGAIN, reason, f"policy {review.policy}")
    return [*cancelled(review, now, "the caller rang again"), ended]


def _link(review: Review, command: LinkIncident) -> list[Event]:
    if any(linked.incident == command.incident for linked in review.incidents):
        return []
    return [IncidentLinked(at=command.at, review=review.review, incident=command.incident)]


def _incident_closed(review: Review, command: NoteIncidentClosed, now: datetime) -> list[Event]:
    """The incident opened last ends the review: an earlier one was closed as its double."""
    if not review.open or not review.incidents or review.incidents[-1].incident != command.incident:
        return []
    ended = closing(review, now, Disposition.INCIDENT_RESOLVED, f"incident {command.incident} is over", f"policy {review.policy}")
    return [*cancelled(review, now, "the incident is over"), ended]


def _start(review: Review, command: StartAttempt, now: datetime, rules: Rules) -> list[Event]:
    """The gate is asked again each time; the intention is recorded before anything is dialled."""
    planned = review.planned
    if planned is None or now < planned.due:
        return []
    started = gate.ring(review, planned, command.attempt_id, now, rules)
    return [started] if started is not None else cancelled(review, now, "; ".join(gate.shut(review, rules)))


def _give_up(review: Review, now: datetime, rules: Rules) -> list[Event]:
    silent = [attempt for attempt in review.attempts if (until := attempt.silent_until(rules)) is not None and until <= now]
    return [_ended(review, attempt, Outcome.UNKNOWN, now) for attempt in silent]


def _pass_deadline(review: Review, now: datetime, rules: Rules) -> list[Event]:
    if not review.open or now < review.deadline or review.escalated(Escalation.DEADLINE):
        return []
    return [escalation(review, now, rules, Escalation.DEADLINE, deploy=False)]


def _end_ringing(review: Review, command: EndRinging, rules: Rules) -> list[Event]:
    """Telephony repeats itself and comes late: only the first word on an attempt counts, or one after a silence."""
    if command.outcome in (Outcome.SAFE, Outcome.UNKNOWN):
        raise Invalid("not-for-a-telephone", f"a telephone cannot tell that an attempt ended as {command.outcome}")
    attempt = next((attempt for attempt in review.attempts if attempt.attempt_id == command.attempt_id), None)
    if attempt is None or attempt.settled or attempt.answered_at is not None:
        return []
    return _outcome(review, _ended(review, attempt, command.outcome, command.at), command.at, rules)


def _record(review: Review, command: RecordOutcome, now: datetime, rules: Rules) -> list[Event]:
    attempt = review.attempt(command.attempt)
    if attempt is None or attempt.started_at is None:
        raise Refused("attempt-not-started", f"attempt {command.attempt} was never started: nobody was rung")
    if command.outcome is Outcome.SAFE and not (command.spoke_to and command.verified_by and command.free_to_talk):
        raise Invalid("safe-needs-proof", "safe needs who spoke, how that was verified, and that they were free to talk")
    same = (attempt.outcome, attempt.spoke_to, attempt.verified_by) == (
        command.outcome,
        command.spoke_to,
        command.verified_by,
    )
    if same:
        return []
    if attempt.settled:
        raise Refused("attempt-settled", f"attempt {attempt.n} ended as {attempt.outcome}", ("escalate", "close"))
    ended = AttemptEnded(
        at=now,
        review=review.review,
        attempt=attempt.n,
        attempt_id=attempt.attempt_id or "",
        outcome=command.outcome,
        spoke_to=command.spoke_to,
        verified_by=command.verified_by,
        free_to_talk=command.free_to_talk,
    )
    return _outcome(review, ended, now, rules)


def _ended(review: Review, attempt: Attempt, outcome: Outcome, at: datetime) -> AttemptEnded:
    return AttemptEnded(at=at, review=review.review, attempt=attempt.n, attempt_id=attempt.attempt_id or "", outcome=outcome)


def _outcome(review: Review, ended: AttemptEnded, now: datetime, rules: Rules) -> list[Event]:
    """Duress, also when it is only whispered: never ring again, send somebody silently, even if the review is over."""
    if ended.outcome not in (Outcome.UNDER_DURESS, Outcome.WHISPERED):
        return [ended]
    found = Assessment(Risk.HIGH, (f"attempt {ended.attempt} was answered: {ended.outcome}",), False)
    weighed = _weigh(review, found, now)
    shut = after(review, weighed) or review
    return [ended, *weighed, escalation(shut, now, rules, Escalation.DURESS, deploy=True, silent_approach=True)]


def _hand_on(review: Review, command: EscalateReview, now: datetime, rules: Rules) -> list[Event]:
    _must_be_open(review)
    handed = ReviewEscalated(
        at=now,
        review=review.review,
        call=review.review,
        reason=Escalation.HIGH_RISK,
        to=command.to,
        deploy=command.deploy,
        silent_approach=command.silent_approach or not review.gate_open,
        reasons=(f"{command.by}: {command.reason}",),
        location=None if (place := review.place(rules)) is None else told(place),
    )
    known = any((step.to, step.deploy, step.reasons) == (handed.to, handed.deploy, handed.reasons) for step in review.escalations)
    return [] if known else [handed]


def _close(review: Review, command: CloseReview, now: datetime) -> list[Event]:
    _must_be_open(review)
    if review.incidents:
        raise Refused("incident-open", f"incident {review.incidents[-1].incident} is open: close it first", ("close incident",))
    ended = closing(review, now, Disposition.DECIDED_BY_SUPERVISOR, command.reason, command.by)
    return [*cancelled(review, now, "a supervisor closed the review"), ended]


def _must_be_open(review: Review) -> None:
    if not review.open:
        raise Refused("review-closed", f"the review is over: {review.disposition}")
