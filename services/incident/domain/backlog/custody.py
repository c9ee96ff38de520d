"""Who has an incident in hand: accepting it is no action, silence raises an alarm, and going off hands it over, acknowledged."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.backlog import (
    ActionSeen,
    CustodyEnded,
    HandOverAcknowledged,
    HandOverOffered,
    HandOverOverdue,
    IncidentAccepted,
    SilenceAlarmed,
)
from contracts.refusals import Invalid, NotFound, Refused

SILENCE, HAND_OVER = "silence", "hand over"


class Custody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who has it, since when nothing was seen of them, and to whom they offer it."""

    incident: str
    holder: str
    accepted_at: datetime
    seen_at: datetime
    act_by: datetime
    alarms: int = 0
    offered_to: str | None = None
    acknowledge_by: datetime | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    """I have it in hand."""

    incident: str
    by: str
    act_by: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A timer: was anything done since? `acted` names what was, `over` why nobody need do anything any more."""

    incident: str
    act_by: datetime
    acted: str | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """I go off: somebody else takes it."""

    incident: str
    by: str
    to: str
    acknowledge_by: datetime


@dataclass(frozen=True, slots=True)
class TakeOver:
    """I have it now."""

    incident: str
    by: str
    act_by: datetime


@dataclass(frozen=True, slots=True)
class PassOffer:
    """A timer: nobody acknowledged the hand-over."""

    incident: str


Command = Accept | Look | Offer | TakeOver | PassOffer


def custody_of(incident: str) -> str:
    """The one custody of an incident."""
    return f"custody-{incident.removeprefix('incident-')}"


def decide(state: Custody | None, command: Command, now: datetime) -> list[Event]:
    """The events that obey."""
    if isinstance(command, Accept):
        return _accept(state, command, now)
    if state is None or state.ended:
        raise NotFound("not-in-hand", "Nobody has this incident in hand.", ("accept",))
    match command:
        case Look():
            return [_looked(state, command, now)]
        case Offer():
            return _offer(state, command, now)
        case TakeOver():
            return _take_over(state, command, now)
        case PassOffer():
            late = state.offered_to is not None and state.acknowledge_by is not None
            gone = HandOverOverdue(at=now, incident=state.incident, holder=state.holder, to=state.offered_to or "")
            return [gone] if late else []


def _accept(state: Custody | None, command: Accept, now: datetime) -> list[Event]:
    if state is not None and not state.ended:
        if state.holder == command.by:
            return []
        raise Refused("in-hand", f"{state.holder} has it in hand.", ("hand over", "take over"))
    return [IncidentAccepted(at=now, incident=command.incident, by=command.by, act_by=command.act_by)]


def _looked(state: Custody, command: Look, now: datetime) -> Event:
    if command.over is not None:
        return CustodyEnded(at=now, incident=state.incident, reason=command.over)
    if command.acted is not None:
        return ActionSeen(at=now, incident=state.incident, what=command.acted, act_by=command.act_by)
    return SilenceAlarmed(at=now, incident=state.incident, holder=state.holder, silent_since=state.seen_at, act_by=command.act_by)


def _offer(state: Custody, command: Offer, now: datetime) -> list[Event]:
    if state.holder != command.by:
        raise Refused("not-yours", f"{state.holder} has it in hand.", ("take over",))
    if command.to == command.by:
        raise Invalid("to-yourself", "Hand over to somebody else.")
    if state.offered_to == command.to:
        return []
    return [
        HandOverOffered(
            at=now,
            incident=state.incident,
            holder=state.holder,
            to=command.to,
            acknowledge_by=command.acknowledge_by,
        )
    ]


def _take_over(state: Custody, command: TakeOver, now: datetime) -> list[Event]:
    if state.holder == command.by:
        return []
    if state.offered_to is None:
        raise Refused("not-offered", f"{state.holder} has it in hand and has not handed it over.", ())
    return [HandOverAcknowledged(at=now, incident=state.incident, by=command.by, act_by=command.act_by)]


def _on_accepted(_: Custody | None, event: IncidentAccepted) -> Custody:
    return Custody(incident=event.incident, holder=event.by, accepted_at=event.at, seen_at=event.at, act_by=event.act_by)


def _on_offered(state: Custody, event: HandOverOffered) -> Custody:
    return replace(state, offered_to=event.to, acknowledge_by=event.acknowledge_by)


def _on_taken(state: Custody, event: HandOverAcknowledged) -> Custody:
    return Custody(incident=state.incident, holder=event.by, accepted_at=event.at, seen_at=event.at, act_by=event.act_by)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Custody]] = {
    IncidentAccepted: _on_accepted,
    ActionSeen: lambda state, event: replace(state, seen_at=event.at, act_by=event.act_by),
    SilenceAlarmed: lambda state, event: replace(state, act_by=event.act_by, alarms=state.alarms + 1),
    HandOverOffered: _on_offered,
    HandOverAcknowledged: _on_taken,
    HandOverOverdue: lambda state, event: replace(state, acknowledge_by=None),
    CustodyEnded: lambda state, event: replace(state, ended=True, offered_to=None, acknowledge_by=None),
}


def owes(state: Custody) -> Mapping[str, datetime]:
    """When somebody looks whether anything was done, and when a hand-over should have been acknowledged."""
    if state.ended:
        return {}
    offer = {} if state.acknowledge_by is None else {HAND_OVER: state.acknowledge_by}
    return {SILENCE: state.act_by, **offer}


def index(state: Custody) -> Iterator[tuple[str, str]]:
    """Found by who has it and by who should take it."""
    if not state.ended:
        yield "held-by", state.holder
    if state.offered_to is not None:
        yield "offered-to", state.offered_to
