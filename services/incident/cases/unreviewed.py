"""Abandoned 999 calls that nobody reviews: hear of them, sound the alarm, send somebody, and let the alarm end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chassis.host import Loaded, Transaction
from contracts.contact.calls import Marker, Sound
from contracts.incident.backlog import EscalationReason
from contracts.refusals import Refused
from services.incident.cases.room import Room
from services.incident.domain.backlog import escalation, unreviewed
from services.incident.domain.backlog.escalation import Escalation, escalation_of
from services.incident.domain.backlog.unreviewed import (
    Abandoned,
    ExpectReview,
    ExplainUnreviewed,
    PassReview,
    SeeReview,
    abandoned_of,
)
from services.incident.domain.commands import OpenForReview
from services.incident.domain.incident import Incident, of_review
from services.incident.streams import ABANDONED, ESCALATION, INCIDENT

Obey = Callable[[Transaction, Any], Loaded[Incident]]


@dataclass(frozen=True, slots=True)
class OpenForCall:
    """Nobody reviews the call: send somebody. The safety gate was not asked, so the approach is silent unless somebody knows."""

    call: str
    by: str
    silent_approach: bool = True


def hear(room: Room, transaction: Transaction, command: ExpectReview | SeeReview) -> Loaded[Abandoned]:
    """A call broke off, or its review is open; a review that comes after the alarm ends it, and learns of its incident."""
    state = transaction.load(ABANDONED, abandoned_of(command.call)).state
    late = isinstance(command, SeeReview) and state is not None and state.alarming
    if isinstance(command, SeeReview) and late:
        incident = of_review(command.call)
        opened = transaction.load(INCIDENT, incident).state is not None
        command = replace(command, incident=incident if opened else None)
    after = _record(room, transaction, state, command)
    if late:
        _end(room, transaction, command.call, "its review is open")
    return after


def pass_review(room: Room, transaction: Transaction, command: PassReview, obey: Obey) -> Loaded[Abandoned]:
    """Nobody reviews it: somebody must answer for it; and where what is known of it cannot wait, units are sent at once."""
    before = transaction.load(ABANDONED, abandoned_of(command.call))
    after = _record(room, transaction, before.state, command)
    state = after.state
    if state is None or after.version == before.version:
        return after
    tell(room, transaction, state.call, EscalationReason.UNREVIEWED)
    why = _dangers(room, transaction, state)
    if why:
        obey(transaction, _opening(transaction, state, why, silent=True))
    return after


def explain(room: Room, transaction: Transaction, command: ExplainUnreviewed) -> Loaded[Abandoned]:
    """A supervisor answers for it: the alarm is over."""
    before = transaction.load(ABANDONED, abandoned_of(command.call))
    after = _record(room, transaction, before.state, command)
    if after.version > before.version:
        _end(room, transaction, command.call, f"{command.by} says why it needs no review")
    return after


def open_for(transaction: Transaction, command: OpenForCall, obey: Obey) -> Loaded[Incident]:
    """The incident of the review that there should be, at the top grade, with units asked for; opening twice is opening once."""
    state = unreviewed.alarmed(transaction.load(ABANDONED, abandoned_of(command.call)).state)
    there = transaction.load(INCIDENT, of_review(command.call))
    if there.state is not None:
        return there
    if not state.alarming:
        raise Refused("not-unreviewed", "Somebody reviews the call, or said why nobody need.", ("escalate the review", "open"))
    return obey(transaction, _opening(transaction, state, (f"asked for by {command.by}",), silent=command.silent_approach))


def tell(room: Room, transaction: Transaction, call: str, reason: EscalationReason) -> Loaded[Escalation]:
    """The ladder stands under the incident that is opened for the call, whether it is opened yet or not."""
    rules = room.rules.at(transaction.now)
    raised = escalation.Raise(
        of_review(call),
        reason,
        rules.unreviewed.ladder,
        rules.version,
        rules.next_shift_change(transaction.now),
        call,
    )
    return room.on_ladder(transaction, raised)


def raised_for(transaction: Transaction, incident: str) -> str | None:
    """The call that nobody reviews yet, if that is what a ladder was raised for."""
    ladder = transaction.load(ESCALATION, escalation_of(incident)).state
    if ladder is None or ladder.call is None:
        return None
    state = transaction.load(ABANDONED, abandoned_of(ladder.call)).state
    return ladder.call if state is not None and state.alarming else None


def _record(room: Room, transaction: Transaction, state: Abandoned | None, command: unreviewed.Command) -> Loaded[Abandoned]:
    events = unreviewed.decide(state, command, transaction.now, room.rules.at(transaction.now))
    return transaction.record(ABANDONED, abandoned_of(command.call), events)


def _end(room: Room, transaction: Transaction, call: str, why: str) -> None:
    room.on_ladder(transaction, escalation.Settle(of_review(call), why, unreviewed=True))


def _dangers(room: Room, transaction: Transaction, state: Abandoned) -> tuple[str, ...]:
    """What is known of the call that sends somebody, in words."""
    rules = room.rules.at(transaction.now).unreviewed
    heard = [f"{sound.value} heard" for sound in map(Sound, state.sounds) if sound in rules.sends_sounds]
    marked = [f"marker: {marker.value}" for marker in map(Marker, state.markers) if marker in rules.sends_markers]
    return tuple(heard + marked)


def _opening(transaction: Transaction, state: Abandoned, why: tuple[str, ...], *, silent: bool) -> OpenForReview:
    assert state.broke_off_at is not None
    return OpenForReview(
        incident=of_review(state.call),
        review=state.call,
        at=transaction.now,
        reasons=("nobody reviews the abandoned call", *why),
        location=None if state.place is None else state.place.location(),
        silent_approach=silent,
        reported_at=min(state.broke_off_at, transaction.now),
    )
