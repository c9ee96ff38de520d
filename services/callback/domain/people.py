"""What people decide about a review: hand it on, end it, open it again, look at a sample, say which incident it is about."""

from datetime import datetime

from contracts.callback.episodes import SampleChecked
from contracts.callback.reviews import Disposition, Escalation, IncidentLinked, ReviewEscalated, Role
from contracts.envelope import Event
from contracts.refusals import Refused
from services.callback.domain.commands import CheckSample, CloseReview, EscalateReview, LinkIncident, ReopenReview
from services.callback.domain.course import closing, reopening, silenced
from services.callback.domain.place import told
from services.callback.domain.review import Review
from services.callback.domain.rules import Rules


def hand_on(review: Review, command: EscalateReview, now: datetime, rules: Rules) -> list[Event]:
    """To a role, with or without asking for an incident at the top grade; ringing goes on unless the gate is shut."""
    _must_be_workable(review)
    handed = _handed(review, command.to, (f"{command.by}: {command.reason}",), now, rules)
    handed = handed.model_copy(
        update={"deploy": command.deploy, "silent_approach": command.silent_approach or not review.gate_open}
    )
    known = any(
        (step.to, step.deploy, step.reasons) == (handed.to, handed.deploy, handed.reasons)
        for step in review.escalations
        if not step.past
    )
    return [] if known else [handed]


def close(review: Review, command: CloseReview, now: datetime, rules: Rules) -> list[Event]:
    """By a named person with a reason; never while an incident linked to it is open."""
    _must_be_workable(review)
    if review.open_incidents:
        raise Refused("incident-open", f"incident {review.open_incidents[-1]} is open: close it first", ("close incident",))
    ended = closing(review, now, Disposition.DECIDED_BY_SUPERVISOR, command.reason, command.by, rules)
    return [*silenced(review, now, "a supervisor closed the review"), ended]


def reopen(review: Review, command: ReopenReview, now: datetime, rules: Rules) -> list[Event]:
    """Somebody knows that it is not over. It is a supervisor's from then on."""
    if review.open:
        raise Refused("review-open", "the review is open", ("escalate",))
    return _again(review, command.call or review.review, command.by, command.reason, now, rules, rings=command.ring)


def check_sample(review: Review, command: CheckSample, now: datetime, rules: Rules) -> list[Event]:
    """A second pair of eyes on what the policy ended by itself; where they disagree it is opened again."""
    if not review.sampled:
        raise Refused("not-sampled", "the review was not drawn as a sample", ("reopen",))
    if review.sample_checked_by is not None:
        raise Refused("sample-checked", f"{review.sample_checked_by} looked at it already", ("reopen",))
    checked = SampleChecked(at=now, review=review.review, by=command.by, agreed=command.agreed, reason=command.reason)
    if command.agreed:
        return [checked]
    return [checked, *_again(review, review.review, command.by, command.reason, now, rules, rings=False)]


def link(review: Review, command: LinkIncident, now: datetime, rules: Rules) -> list[Event]:
    """An incident opened for it, or one that a person found to be about the same: it is not over as long as that is open."""
    if command.by is not None:
        _must_be_workable(review)
    if any(linked.incident == command.incident for linked in review.incidents):
        return []
    linked = IncidentLinked(at=command.at or now, review=review.review, incident=command.incident)
    if review.open:
        return [linked]
    reason = f"incident {command.incident} was opened for it"
    return [reopening(review, now, review.review, reason, f"policy {review.policy}", rules, rings=False), linked]


def _again(review: Review, call: str, by: str, reason: str, now: datetime, rules: Rules, *, rings: bool) -> list[Event]:
    return [
        reopening(review, now, call, reason, by, rules, rings=rings),
        _handed(review, Role.SUPERVISOR, (f"{by}: {reason}"[:500],), now, rules),
    ]


def _handed(review: Review, to: Role, reasons: tuple[str, ...], now: datetime, rules: Rules) -> ReviewEscalated:
    place = review.place(rules)
    return ReviewEscalated(
        at=now,
        review=review.review,
        call=review.review,
        reason=Escalation.DECIDED_BY_PERSON,
        to=to,
        deploy=False,
        silent_approach=not review.gate_open,
        reasons=reasons,
        location=None if place is None else told(place),
    )


def _must_be_workable(review: Review) -> None:
    if not review.open:
        raise Refused("review-closed", f"the review is over: {review.disposition}", ("reopen",))
    if review.merged_into is not None:
        raise Refused(
            "review-merged", f"it goes on in review {review.merged_into} of the same caller: decide there", ("decide there",)
        )
