"""Reviews as people read them: made from the state alone, with what happens next and why in words."""

from datetime import datetime

from pydantic import BaseModel

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Disposition, Escalation, Outcome, Risk, Role, Speaker
from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.places import Location
from services.callback.domain import turn
from services.callback.domain.attempt import Attempt
from services.callback.domain.place import told
from services.callback.domain.review import Review


class AttemptView(BaseModel):
    """One attempt to ring. `state` is planned, cancelled, ringing, answered or ended; `permit` is what the gate looked at."""

    attempt: int
    state: str
    due: datetime
    attempt_id: str | None = None
    started_at: datetime | None = None
    give_up_at: datetime | None = None
    permit: str | None = None
    deferred_because: str | None = None
    recalled_because: str | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    spoke_to: str | None = None
    verified_by: str | None = None
    final: str | None = None
    q850: int | None = None
    hung_up: HungUp | None = None
    joined: str | None = None
    speaker: Speaker | None = None
    cancelled_because: str | None = None


class EscalationView(BaseModel):
    """To whom the review was handed, and why."""

    at: datetime
    reason: Escalation
    to: Role
    deploy: bool
    silent_approach: bool
    reasons: tuple[str, ...] = ()


class JoinedCall(BaseModel):
    """Another call of the same caller. `credited_s`: the wait the caller had behind them by then."""

    call: str
    at: datetime
    answered: bool
    credited_s: float
    by: str | None = None


class Next(BaseModel):
    """What happens next, when if a time is set, and why."""

    what: str
    at: datetime | None = None
    why: str


class ReviewView(BaseModel):
    """One review. Its id is that of its call."""

    review: str
    call: str
    open: bool
    next: Next
    risk: Risk
    reasons: tuple[str, ...]
    gate_open: bool
    abandonment: Abandonment
    abandoned_at: datetime
    opened_at: datetime
    deadline: datetime
    emergency_period_ends: datetime
    policy: str
    number: str | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0
    earlier_contacts: int = 0
    near: tuple[str, ...] = ()
    episode: tuple[JoinedCall, ...] = ()
    goes_on_in: str | None = None
    emergency_period_ended: bool = False
    reopened_at: datetime | None = None
    locations: tuple[Location, ...] = ()
    attempts: tuple[AttemptView, ...] = ()
    escalations: tuple[EscalationView, ...] = ()
    incidents: tuple[str, ...] = ()
    breach: bool = False
    disposition: Disposition | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing_reason: str | None = None
    sampled: bool = False
    sample_checked_by: str | None = None
    harvest: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    turn_at: datetime | None = None


class ReviewRow(BaseModel):
    """A review on the worklist. A number stands here only while somebody is to be rung by hand."""

    review: str
    deadline: datetime
    risk: Risk
    next: Next
    attempts: int
    ring: str | None = None


def review(state: Review) -> ReviewView:
    """All that is known of one review."""
    return ReviewView(
        review=state.review,
        call=state.review,
        open=state.open,
        next=next_step(state),
        risk=state.risk,
        reasons=state.reasons,
        gate_open=state.gate_open,
        abandonment=state.abandonment,
        abandoned_at=state.abandoned_at,
        opened_at=state.opened_at,
        deadline=state.deadline,
        emergency_period_ends=state.emergency_period_ends,
        policy=state.policy,
        number=state.number,
        sounds=state.sounds,
        markers=state.markers,
        earlier_calls=state.earlier_calls,
        earlier_contacts=state.earlier_contacts,
        near=state.near,
        episode=_episode(state),
        goes_on_in=state.merged_into,
        emergency_period_ended=state.emergency_period_ended,
        reopened_at=state.reopened_at,
        locations=tuple(told(place) for place in state.places),
        attempts=tuple(_attempt(attempt) for attempt in state.attempts),
        escalations=_escalations(state),
        incidents=tuple(linked.incident for linked in state.incidents),
        breach=state.breach,
        disposition=state.disposition,
        closed_at=state.closed_at,
        closed_by=state.closed_by,
        closing_reason=state.closing_reason,
        sampled=state.sampled,
        sample_checked_by=state.sample_checked_by,
        harvest=state.harvest,
        attempted_at=state.attempted_at,
        turn_at=state.turn_at,
    )


def row(state: Review) -> ReviewRow:
    """A review on the worklist."""
    ringing = any(attempt.ringing and attempt.recalled is None for attempt in state.attempts)
    return ReviewRow(
        review=state.review,
        deadline=state.deadline,
        risk=state.risk,
        next=next_step(state),
        attempts=sum(attempt.started_at is not None for attempt in state.attempts),
        ring=state.number if ringing else None,
    )


def next_step(state: Review) -> Next:
    """What happens next, and why, in the words of the control room."""
    if not state.open:
        return Next(what="nothing: the review is over", why=state.closing_reason or "")
    if state.merged_into is not None:
        return Next(what=f"review {state.merged_into} ends", why="one episode: the caller's other call goes on there")
    for attempt in state.attempts:
        if attempt.talking:
            return Next(what=f"a call handler records what was established in attempt {attempt.n}", why="somebody answered")
        if attempt.ringing and attempt.recalled is not None:
            return Next(what=f"attempt {attempt.n} stops ringing", why=attempt.recalled)
        if attempt.ringing:
            return Next(what=f"attempt {attempt.n} rings", at=attempt.give_up_at, why="the caller has not been reached")
    if state.planned is not None:
        return Next(what=f"attempt {state.planned.n} rings", at=state.planned.due, why="the caller has not been reached")
    if state.gate_open and turn.waits(state):
        return Next(
            what="the caller is rung when its turn comes", why="harvested from a carrier's list: the highest rank goes first"
        )
    if state.open_incidents:
        return Next(what=f"incident {state.open_incidents[-1]} is resolved", why=_why(state))
    if state.deployed:
        return Next(what="an incident is opened at the top grade", why=_why(state))
    return Next(what="a supervisor decides", why=_why(state))


def _why(state: Review) -> str:
    last = state.escalations[-1] if state.escalations else None
    words = "; ".join(last.reasons or state.reasons) if last else "; ".join(state.reasons)
    return ": ".join(part for part in (last.reason.replace("_", " ") if last else "", words) if part) or "an incident was linked"


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(
        attempt=attempt.n,
        state=_attempt_state(attempt),
        due=attempt.due,
        attempt_id=attempt.attempt_id,
        started_at=attempt.started_at,
        give_up_at=attempt.give_up_at,
        permit=attempt.permit,
        deferred_because=attempt.deferred,
        recalled_because=attempt.recalled,
        ended_at=attempt.ended_at,
        outcome=attempt.outcome,
        spoke_to=attempt.spoke_to,
        verified_by=attempt.verified_by,
        final=attempt.final,
        q850=attempt.q850,
        hung_up=attempt.hung_up,
        joined=attempt.joined,
        speaker=attempt.speaker,
        cancelled_because=attempt.cancelled,
    )


def _attempt_state(attempt: Attempt) -> str:
    if attempt.cancelled is not None:
        return "cancelled"
    if attempt.planned:
        return "planned"
    if attempt.talking:
        return "answered"
    return "ringing" if attempt.ringing else "ended"


def _episode(state: Review) -> tuple[JoinedCall, ...]:
    return tuple(
        JoinedCall(call=one.call, at=one.at, answered=one.answered, credited_s=one.credited_s, by=one.by) for one in state.joined
    )


def _escalations(state: Review) -> tuple[EscalationView, ...]:
    return tuple(
        EscalationView(
            at=step.at,
            reason=step.reason,
            to=step.to,
            deploy=step.deploy,
            silent_approach=step.silent_approach,
            reasons=step.reasons,
        )
        for step in state.escalations
    )
