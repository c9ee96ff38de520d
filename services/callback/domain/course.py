"""The course of a review: what it does by itself after every fact, timer and person."""

from datetime import datetime, timedelta

from contracts.callback.episodes import ReviewReopened
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptPlanned,
    AttemptRecalled,
    Disposition,
    Escalation,
    ReviewClosed,
    ReviewEscalated,
    Risk,
    Role,
)
from contracts.envelope import Event
from services.callback.domain import turn
from services.callback.domain.attempt import Attempt
from services.callback.domain.number import diallable
from services.callback.domain.place import told, usable
from services.callback.domain.review import Review
from services.callback.domain.rules import Rules, Then
from services.callback.domain.sample import drawn


def follow(review: Review, now: datetime, rules: Rules) -> list[Event]:
    """What the review does by itself as things stand. Asked after every change; asked twice, it answers once."""
    if not review.open or review.merged_into is not None:
        return []
    if not review.gate_open:
        return [*silenced(review, now, "the safety gate is shut"), *_past_the_gate(review, now, rules)]
    if review.safe is not None:
        return [*silenced(review, now, "the caller is safe"), *_safe(review, review.safe, now, rules)]
    urgent = _urgent(review, now, rules)
    if review.escalated(Escalation.DEADLINE):
        return [*cancelled(review, now, "the deadline has passed"), *urgent]
    if review.answered_elsewhere:
        return [*silenced(review, now, "the caller rang again"), *urgent]
    if any(attempt.talking for attempt in review.attempts):
        return [*silenced(review, now, "somebody answered"), *urgent]
    if any(attempt.planned or attempt.ringing for attempt in review.attempts):
        return urgent
    if turn.waits(review):
        return urgent
    return [*urgent, *_next(review, now, rules, deployed=review.deployed or bool(urgent))]


def _next(review: Review, now: datetime, rules: Rules, deployed: bool) -> list[Event]:
    """Nothing rings and nothing is planned: ring once more, hand over, or end it. Never on silence alone while there is risk."""
    due = _next_due(review, now, rules)
    if due is not None:
        return [AttemptPlanned(at=now, review=review.review, attempt=len(review.attempts) + 1, due=due)]
    if deployed:
        return []
    if review.risk is not Risk.NONE_KNOWN or any(usable(place, rules.usable_radius_m) for place in review.places):
        return [escalation(review, now, rules, Escalation.NO_CONTACT, deploy=True)]
    if review.with_people:
        return []
    reason = "no contact after every attempt, no risk known, no place to go to"
    if not diallable(review.number):
        reason = "no number to ring, no risk known, no place to go to"
    return [closing(review, now, Disposition.NO_CONTACT_NO_RISK, reason, f"policy {review.policy}", rules)]


def _next_due(review: Review, now: datetime, rules: Rules) -> datetime | None:
    """When to ring again; None when there is nothing to dial or the attempts are used up."""
    every = [then for attempt in review.attempts if (then := consequence(attempt, rules)) is not None]
    tried = [then for attempt in review.attempts if (then := consequence(attempt, rules)) is not None and not attempt.past]
    counted = tried.count(Then.NEXT)
    if not review.rings or not diallable(review.number) or Then.STOP in every or counted >= len(rules.attempt_delays_s):
        return None
    if tried and tried[-1] is Then.REPEAT:
        return now + timedelta(seconds=rules.repeat_delay_s) if tried.count(Then.REPEAT) <= rules.repeats_at_most else None
    return max(now, review.since + timedelta(seconds=rules.attempt_delays_s[counted]))


def consequence(attempt: Attempt, rules: Rules) -> Then | None:
    """What policy makes of how an attempt ended; None while it has not, or when safety decides."""
    if attempt.unheard:
        return Then.NEXT
    return None if attempt.outcome is None else rules.after.get(attempt.outcome)


def _past_the_gate(review: Review, now: datetime, rules: Rules) -> list[Event]:
    if review.escalated(Escalation.GATE_CLOSED, Escalation.DURESS):
        return []
    return [escalation(review, now, rules, Escalation.GATE_CLOSED, deploy=True, silent_approach=True)]


def _urgent(review: Review, now: datetime, rules: Rules) -> list[Event]:
    """High risk sends somebody while the telephone rings on, not after it."""
    if review.risk is not Risk.HIGH or review.deployed:
        return []
    return [escalation(review, now, rules, Escalation.HIGH_RISK, deploy=True)]


def _safe(review: Review, safe: Attempt, now: datetime, rules: Rules) -> list[Event]:
    if review.deployed:
        return []  # somebody is on the way: the incident, or a person, ends it
    reason = f"attempt {safe.n}: spoke to {safe.spoke_to}, verified by {safe.verified_by}, free to talk"
    return [closing(review, now, Disposition.CALLER_SAFE, reason, f"policy {review.policy}", rules)]


def cancelled(review: Review, now: datetime, reason: str) -> list[Event]:
    """The planned attempt, if there is one, will not be made."""
    if review.planned is None:
        return []
    return [AttemptCancelled(at=now, review=review.review, attempt=review.planned.n, reason=reason)]


def silenced(review: Review, now: datetime, reason: str) -> list[Event]:
    """Nothing is to ring any more: what is planned is cancelled, and a telephone that rings is stopped."""
    ringing = [attempt for attempt in review.attempts if attempt.ringing and attempt.recalled is None]
    recalled: list[Event] = [
        AttemptRecalled(at=now, review=review.review, attempt=attempt.n, attempt_id=attempt.attempt_id or "", reason=reason)
        for attempt in ringing
    ]
    return [*cancelled(review, now, reason), *recalled]


def escalation(
    review: Review, now: datetime, rules: Rules, reason: Escalation, *, deploy: bool, silent_approach: bool = False
) -> ReviewEscalated:
    """The review handed to a supervisor by the policy, with all that is known."""
    place = review.place(rules)
    return ReviewEscalated(
        at=now,
        review=review.review,
        call=review.review,
        reason=reason,
        to=Role.SUPERVISOR,
        deploy=deploy,
        silent_approach=silent_approach or not review.gate_open,
        breach=reason is Escalation.DEADLINE,
        reasons=review.reasons,
        location=None if place is None else told(place),
    )


def closing(review: Review, now: datetime, disposition: Disposition, reason: str, by: str, rules: Rules) -> ReviewClosed:
    """The end of a review; only ever said of an open one. One that ends without contact may be drawn for a supervisor."""
    return ReviewClosed(
        at=now,
        review=review.review,
        call=review.review,
        disposition=disposition,
        reason=reason,
        attempts=sum(attempt.started_at is not None for attempt in review.attempts),
        by=by,
        breach=now > review.deadline,
        sampled=disposition is Disposition.NO_CONTACT_NO_RISK and drawn(review.review, rules.sample_percent),
    )


def reopening(
    review: Review, now: datetime, call: str, reason: str, by: str, rules: Rules, *, rings: bool = True
) -> ReviewReopened:
    """A review that is over is worked on again, with a deadline of its own."""
    deadline = now + timedelta(seconds=rules.deadline_s)
    return ReviewReopened(at=now, review=review.review, call=call, reason=reason, by=by, deadline=deadline, rings=rings)
