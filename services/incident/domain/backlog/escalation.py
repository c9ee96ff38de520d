"""The ladder of one incident: somebody is told and must acknowledge, or the next one is; at the top it stands until they do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.backlog import (
    EscalationAcknowledged,
    EscalationClimbed,
    EscalationRaised,
    EscalationReason,
    EscalationSettled,
)
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.domain.room import after
from services.incident.domain.standard import Step

CLIMB, AGAIN = "climb", "again"


class Escalation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was raised last, and who has to answer. `rung` counts from 1; above it only the roles beyond are left."""

    incident: str
    number: int
    reason: EscalationReason
    ladder: tuple[Step, ...]
    rung: int
    policy: str
    raised_at: datetime
    acknowledge_by: datetime | None = None
    again_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    climbed: int = 0

    @property
    def role(self) -> str:
        """Who is told now."""
        return self.ladder[self.rung - 1].role

    @property
    def pending(self) -> bool:
        """Nobody has answered."""
        return self.acknowledged_at is None

    @property
    def may_answer(self) -> tuple[str, ...]:
        """The role that is told, and those above it."""
        return tuple(step.role for step in self.ladder[self.rung - 1 :])


@dataclass(frozen=True, slots=True)
class Raise:
    """Tell the first role of a ladder. `again_at`: raised again then, if nobody has come."""

    incident: str
    reason: EscalationReason
    ladder: tuple[Step, ...]
    policy: str
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """I have it, as this role, and this will be done."""

    incident: str
    by: str
    role: str
    plan: str


@dataclass(frozen=True, slots=True)
class Climb:
    """A timer: nobody acknowledged."""

    incident: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Somebody came, or it is over."""

    incident: str
    reason: str


def escalation_of(incident: str) -> str:
    """The one ladder of an incident."""
    return f"escalation-{incident.removeprefix('incident-')}"


def decide(state: Escalation | None, command: Raise | Acknowledge | Climb | Settle, now: datetime) -> list[Event]:
    """The events that obey. A ladder that waits for an answer is not begun again from below; no further reason buys it time."""
    if isinstance(command, Raise):
        return _raise(state, command, now)
    if state is None:
        raise NotFound("no-escalation", "Nothing was escalated about this incident.")
    match command:
        case Acknowledge():
            return _acknowledge(state, command, now)
        case Climb():
            return _climb(state, now)
        case Settle(reason=reason):
            again = state.again_at is not None
            return [EscalationSettled(at=now, incident=state.incident, reason=reason)] if again else []


def _raise(state: Escalation | None, command: Raise, now: datetime) -> list[Event]:
    if state is not None and state.pending and command.reason is not EscalationReason.SHIFT_CHANGE:
        if state.reason is command.reason:
            return []
        ladder, rung, acknowledge_by = state.ladder, state.rung, state.acknowledge_by
    else:
        ladder, rung, acknowledge_by = command.ladder, 1, after(now, command.ladder[0].acknowledge_within_min)
    return [
        EscalationRaised(
            at=now,
            incident=command.incident,
            number=1 if state is None else state.number + 1,
            reason=command.reason,
            role=ladder[rung - 1].role,
            rung=rung,
            rungs=len(ladder),
            policy=command.policy,
            acknowledge_by=acknowledge_by,
            again_at=command.again_at or (None if state is None else state.again_at),
            ladder=tuple(step.role for step in ladder),
            acknowledge_within_min=tuple(step.acknowledge_within_min for step in ladder),
        )
    ]


def _acknowledge(state: Escalation, command: Acknowledge, now: datetime) -> list[Event]:
    if not state.pending:
        if state.acknowledged_by == command.by:
            return []
        raise Refused("acknowledged-already", f"{state.acknowledged_by} has acknowledged it.", ())
    if not command.plan.strip():
        raise Invalid("plan-needed", "Acknowledging is no action: say what will be done.")
    if command.role not in state.may_answer:
        raise Refused("role-too-low", f"It stands with the {state.role}.", state.may_answer)
    return [
        EscalationAcknowledged(
            at=now, incident=state.incident, number=state.number, by=command.by, role=command.role, plan=command.plan
        )
    ]


def _climb(state: Escalation, now: datetime) -> list[Event]:
    """To the next role; the last one has its time too, and then it stands at the top, seen by all, until somebody answers."""
    if not state.pending or state.acknowledge_by is None:
        return []
    top = state.rung == len(state.ladder)
    rung = state.rung if top else state.rung + 1
    step = state.ladder[rung - 1]
    return [
        EscalationClimbed(
            at=now,
            incident=state.incident,
            number=state.number,
            previous=state.role,
            role=step.role,
            rung=rung,
            acknowledge_by=None if top else after(now, step.acknowledge_within_min),
        )
    ]


def _on_raised(state: Escalation | None, event: EscalationRaised) -> Escalation:
    steps = tuple(
        Step(role=role, acknowledge_within_min=minutes)
        for role, minutes in zip(event.ladder, event.acknowledge_within_min, strict=True)
    )
    return Escalation(
        incident=event.incident,
        number=event.number,
        reason=event.reason,
        ladder=steps,
        rung=event.rung,
        policy=event.policy,
        raised_at=event.at,
        acknowledge_by=event.acknowledge_by,
        again_at=event.again_at,
        climbed=0 if state is None else state.climbed,
    )


def _on_climbed(state: Escalation, event: EscalationClimbed) -> Escalation:
    return replace(state, rung=event.rung, acknowledge_by=event.acknowledge_by, climbed=state.climbed + 1)


def _on_acknowledged(state: Escalation, event: EscalationAcknowledged) -> Escalation:
    return replace(state, acknowledged_by=event.by, acknowledged_at=event.at, acknowledge_by=None)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Escalation]] = {
    EscalationRaised: _on_raised,
    EscalationClimbed: _on_climbed,
    EscalationAcknowledged: _on_acknowledged,
    EscalationSettled: lambda state, event: replace(state, again_at=None),
}


def owes(state: Escalation) -> Mapping[str, datetime]:
    """When it climbs, and when it is raised again."""
    timers = {CLIMB: state.acknowledge_by, AGAIN: state.again_at}
    return {name: due for name, due in timers.items() if due is not None}


def index(state: Escalation) -> Iterator[tuple[str, str]]:
    """While nobody has answered: those at the top first, then by when they climb."""
    if state.pending:
        due = state.acknowledge_by
        yield "escalations", f"1 {due.isoformat(timespec='milliseconds')}" if due else "0"
