"""A unit on duty: its status by the newest device time, and what it is assigned to."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.dispatch import AssignmentEnded, Status, UnitAssigned, UnitBookedOff, UnitBookedOn, UnitStatusReported
from contracts.envelope import Event
from contracts.refusals import NotFound, Refused
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import BookOff, BookOn, ReportStatus, UnitCommand

REMEMBERED = 8
"""Reports kept to know a repetition by: devices repeat within seconds."""

_OF_AN_ASSIGNMENT = frozenset({Status.EN_ROUTE, Status.AT_SCENE, Status.COMMITTED_DEPLOYABLE, Status.COMMITTED})
"""Statuses that end with the assignment; a meal break or a court date does not."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """An assignment. `reached`: the unit said at least once that it was on scene. `ended_at` None: it is live."""

    assignment: str
    incident: str
    job: str
    since: datetime
    reached: bool = False
    ended_at: datetime | None = None


class Unit(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a unit. Inside, `held` never has more than one assignment; `last` is the one that ended last."""

    unit: str
    callsign: str
    on_duty: bool
    status: Status
    status_at: datetime
    skills: tuple[str, ...] = ()
    crew: int = 2
    latitude: float | None = None
    longitude: float | None = None
    held: tuple[Held, ...] = ()
    last: Held | None = None
    heard: tuple[tuple[datetime, Status, str | None], ...] = ()

    def holds(self, job: str) -> Held | None:
        """The live assignment to a job."""
        return next((held for held in self.held if held.job == job), None)


def decide(state: Unit | None, command: UnitCommand, now: datetime) -> list[Event]:
    """The events that obey the command; none when nothing would change. Raises Refused with what is allowed instead."""
    match command:
        case BookOn():
            return _book_on(state, command, command.at or now)
        case ReportStatus():
            return _report(state, command, command.at or now)
        case BookOff():
            return _book_off(state, command, command.at or now)


def implied_booking(state: Unit | None, callsign: str, at: datetime) -> list[Event]:
    """Another control room speaks of a unit that is not on duty here: it is, from now on."""
    if state is not None and state.on_duty:
        return []
    return [UnitBookedOn(at=at, unit=unit_of(callsign), callsign=callsign if state is None else state.callsign)]


def _book_on(state: Unit | None, command: BookOn, at: datetime) -> list[Event]:
    if state is not None and state.on_duty:
        if (state.skills, state.crew) == (command.skills, command.crew):
            return []
        raise Refused("on-duty-already", f"{state.callsign} is on duty with another crew or other skills.", ("status", "off"))
    return [
        UnitBookedOn(
            at=at,
            unit=unit_of(command.callsign),
            callsign=command.callsign,
            skills=command.skills,
            crew=command.crew,
            point=command.point,
        )
    ]


def _report(state: Unit | None, command: ReportStatus, at: datetime) -> list[Event]:
    if command.status is Status.OFF_DUTY:
        return _book_off(state, BookOff(command.unit, at, command.outside), at)
    booking = implied_booking(state, command.unit.removeprefix("unit-"), at) if command.outside else []
    if state is None and not booking:
        raise NotFound("unknown-unit", f"No unit ever booked on as {command.unit}.", ("book on",))
    if state is not None and not booking:
        _on_duty_or_late(state, command.status, at)
    incident = command.incident or (None if state is None else _incident_at(state, command.status, at))
    if state is not None and (at, command.status, incident) in state.heard:
        return []
    reported = UnitStatusReported(
        at=at, unit=command.unit, status=command.status, source=command.source, incident=incident, point=command.point
    )
    return [*booking, reported]


def _on_duty_or_late(state: Unit, status: Status, at: datetime) -> None:
    """Off duty a unit is heard when it speaks of its tour, late, and whenever it presses the emergency button."""
    if not state.on_duty and at >= state.status_at and status is not Status.EMERGENCY_BUTTON:
        raise Refused("off-duty", f"{state.callsign} is off duty.", ("book on",))


def _incident_at(state: Unit, status: Status, at: datetime) -> str | None:
    """Which incident a report that names none belongs to: the one the unit was on at the device's time."""
    if status not in _OF_AN_ASSIGNMENT:
        return None
    last = state.last
    if last is not None and last.ended_at is not None and last.since <= at < last.ended_at:
        live = [held for held in state.held if held.since <= at]
        return live[-1].incident if live else last.incident
    return state.held[-1].incident if state.held else None


def _book_off(state: Unit | None, command: BookOff, at: datetime) -> list[Event]:
    if state is None and not command.outside:
        raise NotFound("unknown-unit", f"No unit ever booked on as {command.unit}.", ("book on",))
    if state is None:
        unit, callsign = command.unit, command.unit.removeprefix("unit-")
        return [UnitBookedOn(at=at, unit=unit, callsign=callsign), UnitBookedOff(at=at, unit=unit, callsign=callsign)]
    if not state.on_duty:
        return []
    if state.held and not command.outside:
        incidents = ", ".join(held.incident for held in state.held)
        raise Refused(
            "assigned", f"{state.callsign} is assigned to {incidents}.", tuple(f"end {held.job}" for held in state.held)
        )
    return [UnitBookedOff(at=at, unit=state.unit, callsign=state.callsign)]


def _on_booked_on(state: Unit | None, event: UnitBookedOn) -> Unit:
    latitude, longitude = (None, None) if event.point is None else (event.point.latitude, event.point.longitude)
    if state is None:
        state = Unit(event.unit, event.callsign, True, Status.ON_DUTY, event.at)
    return replace(
        state,
        callsign=event.callsign,
        on_duty=True,
        status=Status.ON_DUTY,
        status_at=event.at,
        skills=event.skills,
        crew=event.crew,
        latitude=latitude,
        longitude=longitude,
    )


def _on_status(state: Unit, event: UnitStatusReported) -> Unit:
    """A report older than the status in force is kept on record and tells that the unit was there; it changes no more."""
    heard = (*state.heard[1 - REMEMBERED :], (event.at, event.status, event.incident))
    held, last = state.held, state.last
    if event.status == Status.AT_SCENE and event.incident is not None:
        held = tuple(_reached(one, event.incident) for one in held)
        last = None if last is None else _reached(last, event.incident)
    if event.at < state.status_at:
        return replace(state, heard=heard, held=held, last=last)
    latitude, longitude = state.latitude, state.longitude
    if event.point is not None:
        latitude, longitude = event.point.latitude, event.point.longitude
    return replace(
        state,
        status=event.status,
        status_at=event.at,
        heard=heard,
        held=held,
        last=last,
        latitude=latitude,
        longitude=longitude,
    )


def _reached(held: Held, incident: str) -> Held:
    return replace(held, reached=True) if held.incident == incident and not held.reached else held


def _on_assigned(state: Unit, event: UnitAssigned) -> Unit:
    held = (*state.held, Held(event.assignment, event.incident, event.job, event.at))
    if event.at < state.status_at:
        return replace(state, held=held)
    return replace(state, held=held, status=Status.COMMITTED, status_at=event.at)


def _on_ended(state: Unit, event: AssignmentEnded) -> Unit:
    left = tuple(held for held in state.held if held.assignment != event.assignment)
    ended = next((held for held in state.held if held.assignment == event.assignment), None)
    last = state.last if ended is None else replace(ended, ended_at=event.at)
    if left or event.at < state.status_at or state.status not in _OF_AN_ASSIGNMENT or not state.on_duty:
        return replace(state, held=left, last=last)
    return replace(state, held=left, last=last, status=Status.ON_PATROL, status_at=event.at)


def _on_booked_off(state: Unit, event: UnitBookedOff) -> Unit:
    return replace(state, on_duty=False, status=Status.OFF_DUTY, status_at=event.at)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Unit]] = {
    UnitBookedOn: _on_booked_on,
    UnitStatusReported: _on_status,
    UnitAssigned: _on_assigned,
    AssignmentEnded: _on_ended,
    UnitBookedOff: _on_booked_off,
}


def index(state: Unit) -> Iterator[tuple[str, str]]:
    """Who is on duty, by callsign; who is free and who is held, by status: policy says which statuses can be sent."""
    if state.on_duty:
        yield "on_duty", state.callsign
        yield ("held" if state.held else "free"), str(int(state.status))
