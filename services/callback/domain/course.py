"""The course of a review: what each fact, timer and person changes, and what the review then does by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.callback import (
    AttemptCancelled,
    AttemptPlanned,
    Disposition,
    Escalation,
    Outcome,
    ReviewClosed,
    ReviewEscalated,
    Risk,
    Role,
)
from contracts.envelope import Event
from services.callback.domain import turn
from services.callback.domain.number import diallable
from services.callback.domain.place import told, usable
from services.callback.domain.review import EVOLVE, Attempt, Review
from services.callback.domain.rules import Rules, Then


def after(review: Review | None, events: Sequence[Event]) -> Review | None:
    """The review once these events have happened."""
    for event in events:
        review = EVOLVE[type(event)](review, event)
    return review


def follow(review: Review, now: datetime, rules: Rules) -> list[Event]:
    """What the review does by itself as things stand. Asked after every change; asked twice, it answers once."""
    if not review.open:
        return []
    if not review.gate_open:
        return [*cancelled(review, now, "the safety gate is shut"), *_past_the_gate(review, now, rules)]
    if any(attempt.outcome is Outcome.SAFE for attempt in review.attempts):
        return [*cancelled(review, now, "the caller is safe"), *_safe(review, now)]
    urgent = _urgent(review, now, rules)
    if review.escalated(Escalation.DEADLINE):
        return [*cancelled(review, now, "the deadline has passed"), *urgent]
    if any(attempt.talking for attempt in review.attempts):
        return [*cancelled(review, now, "somebody answered"), *urgent]
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
    if review.escalations:
        return []
    reason = "no contact after every attempt, no risk known, no place to go to"
    if not diallable(review.number):
        reason = "no number to ring, no risk known, no place to go to"
    return [closing(review, now, Disposition.NO_CONTACT_NO_RISK, reason, f"policy {review.policy}")]


def _next_due(review: Review, now: datetime, rules: Rules) -> datetime | None:
    """When to ring again; None when there is nothing to dial or the attempts are used up."""
    tried = [then for attempt in review.attempts if (then := consequence(attempt, rules)) is not None]
    counted = tried.count(Then.NEXT)
    if not diallable(review.number) or Then.STOP in tried or counted >= len(rules.attempt_delays_s):
        return None
    if tried and tried[-1] is Then.REPEAT:
        return now + timedelta(seconds=rules.repeat_delay_s) if tried.count(Then.REPEAT) <= rules.repeats_at_most else None
    return max(now, (review.turn_at or review.opened_at) + timedelta(seconds=rules.attempt_delays_s[counted]))


def consequence(attempt: Attempt, rules: Rules) -> Then | None:
    """What policy makes of how an attempt ended; None while it has not, or when safety decides."""
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


def _safe(review: Review, now: datetime) -> list[Event]:
    if review.deployed:
        return []  # somebody is on the way: the incident, or a person, ends it
    [safe, *_] = [attempt for attempt in review.attempts if attempt.outcome is Outcome.SAFE]
    reason = f"attempt {safe.n}: spoke to {safe.spoke_to}, verified by {safe.verified_by}, free to talk"
    return [closing(review, now, Disposition.CALLER_SAFE, reason, f"policy {review.policy}")]


def cancelled(review: Review, now: datetime, reason: str) -> list[Event]:
    """The planned attempt, if there is one, will not be made. One that has started cannot be taken back: it ends."""
    if review.planned is None:
        return []
    return [AttemptCancelled(at=now, review=review.review, attempt=review.planned.n, reason=reason)]


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


def closing(review: Review, now: datetime, disposition: Disposition, reason: str, by: str) -> ReviewClosed:
    """The end of a review; only ever said of an open one."""
    return ReviewClosed(
        at=now,
        review=review.review,
        call=review.review,
        disposition=disposition,
        reason=reason,
        attempts=sum(attempt.started_at is not None for attempt in review.attempts),
        by=by,
        breach=now > review.deadline,
    )
