"""A unit on duty: its crew and skills, its status by the newest device time, its meal break, and what it is assigned to."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.dispatch.deployment import (
    AssignmentEnded,
    AtSceneInferred,
    EmergencyPressed,
    MessageCode,
    Status,
    UnitAssigned,
    UnitBookedOff,
    UnitBookedOn,
    UnitMessageSent,
    UnitStatusReported,
)
from contracts.dispatch.offers import AssignmentOffered, OfferAnswered
from contracts.dispatch.tours import MealBreakInterrupted, MealBreakMissed, StandbyOrdered
from contracts.envelope import Event

REMEMBERED = 8
"""Reports kept to know a repetition by: devices repeat within seconds."""

OF_AN_ASSIGNMENT = frozenset({Status.EN_ROUTE, Status.AT_SCENE, Status.COMMITTED_DEPLOYABLE, Status.COMMITTED})
"""Statuses that end with the assignment; a meal break or a court date does not."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """An assignment. `reached`: the unit said at least once that it was on scene. `ended_at` None: it is live."""

    assignment: str
    incident: str
    job: str
    since: datetime
    reached: bool = False
    ended_at: datetime | None = None
    en_route_at: datetime | None = None
    at_scene_at: datetime | None = None
    inferred_at: datetime | None = None
    by: str | None = None


class Offered(msgspec.Struct, frozen=True, omit_defaults=True):
    """An offer that waits for its answer."""

    offer: str
    incident: str
    job: str
    by: str
    answer_by: datetime
    reasons: tuple[str, ...] = ()


class Meal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The meal break of a tour. `since` is set while it is being taken."""

    owed_s: int
    begins: datetime
    ends: datetime
    taken_s: int = 0
    since: datetime | None = None
    missed: bool = False

    def left_s(self, now: datetime) -> int:
        """What is still owed at a moment."""
        running = 0 if self.since is None else max(0, int((now - self.since).total_seconds()))
        return max(0, self.owed_s - self.taken_s - running)


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
    tour_at: datetime | None = None
    tour_ends: datetime | None = None
    expires: tuple[tuple[str, datetime], ...] = ()
    officers: tuple[str, ...] = ()
    vehicle: str | None = None
    area: str | None = None
    standby: str | None = None
    meal: Meal | None = None
    offer: Offered | None = None
    offers: int = 0
    emergencies: int = 0
    last_message: tuple[datetime, MessageCode] | None = None

    def holds(self, job: str) -> Held | None:
        """The live assignment to a job."""
        return next((held for held in self.held if held.job == job), None)

    def has(self, skill: str, at: datetime) -> bool:
        """Whether the unit is trained for something at a moment: an expired skill is none."""
        return skill in self.skills and not any(name == skill and until <= at for name, until in self.expires)

    def covers(self) -> str | None:
        """The area the unit counts for."""
        return self.standby or self.area


def _on_booked_on(state: Unit | None, event: UnitBookedOn) -> Unit:
    latitude, longitude = (None, None) if event.point is None else (event.point.latitude, event.point.longitude)
    if state is None:
        state = Unit(event.unit, event.callsign, True, Status.ON_DUTY, event.at)
    skills, expires = _skills(event)
    return replace(
        state,
        callsign=event.callsign,
        on_duty=True,
        status=Status.ON_DUTY,
        status_at=event.at,
        skills=skills,
        expires=expires,
        crew=event.crew,
        officers=tuple(one.officer for one in event.officers),
        vehicle=event.vehicle,
        area=event.area,
        standby=None,
        latitude=latitude,
        longitude=longitude,
        tour_at=event.at,
        tour_ends=event.tour_ends,
        meal=_meal(event),
    )


def _skills(event: UnitBookedOn) -> tuple[tuple[str, ...], tuple[tuple[str, datetime], ...]]:
    """The unit's own skills never expire; of several officers the one who keeps a skill longest counts."""
    until: dict[str, datetime | None] = dict.fromkeys(event.skills)
    for officer in event.officers:
        for skill in officer.skills:
            before = until.get(skill.name, skill.expires)
            until[skill.name] = None if before is None or skill.expires is None else max(before, skill.expires)
    return tuple(until), tuple((name, end) for name, end in until.items() if end is not None)


def _meal(event: UnitBookedOn) -> Meal | None:
    if not event.meal_minutes or event.meal_from is None or event.meal_until is None:
        return None
    return Meal(event.meal_minutes * 60, event.meal_from, event.meal_until)


def _on_status(state: Unit, event: UnitStatusReported) -> Unit:
    """A report older than the status in force is kept on record and tells that the unit was there; it changes no more."""
    heard = (*state.heard[1 - REMEMBERED :], (event.at, event.status, event.incident))
    held, last = state.held, state.last
    if event.status in (Status.AT_SCENE, Status.EN_ROUTE) and event.incident is not None:
        held = tuple(_told(one, event) for one in held)
        last = None if last is None else _told(last, event)
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
        meal=_fed(state.meal, event.at, eats=event.status == Status.REFRESHMENTS),
    )


def _told(held: Held, event: UnitStatusReported) -> Held:
    """The earliest word counts; an inference beside it is not touched."""
    if held.incident != event.incident:
        return held
    if event.status == Status.EN_ROUTE:
        return replace(held, en_route_at=_earlier(held.en_route_at, event.at))
    return replace(held, reached=True, at_scene_at=_earlier(held.at_scene_at, event.at))


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _fed(meal: Meal | None, at: datetime, eats: bool) -> Meal | None:
    """The meal break begins with status 4 and pauses with whatever comes after."""
    if meal is None or (meal.since is not None) == eats:
        return meal
    if eats:
        return replace(meal, since=at)
    assert meal.since is not None
    return replace(meal, since=None, taken_s=meal.taken_s + max(0, int((at - meal.since) / timedelta(seconds=1))))


def _on_assigned(state: Unit, event: UnitAssigned) -> Unit:
    held = (*state.held, Held(event.assignment, event.incident, event.job, event.at, by=event.by))
    if event.at < state.status_at:
        return replace(state, held=held, standby=None)
    meal = _fed(state.meal, event.at, eats=False)
    return replace(state, held=held, status=Status.COMMITTED, status_at=event.at, meal=meal, standby=None)


def _on_ended(state: Unit, event: AssignmentEnded) -> Unit:
    left = tuple(held for held in state.held if held.assignment != event.assignment)
    ended = next((held for held in state.held if held.assignment == event.assignment), None)
    last = state.last if ended is None else replace(ended, ended_at=event.at)
    if left or event.at < state.status_at or state.status not in OF_AN_ASSIGNMENT or not state.on_duty:
        return replace(state, held=left, last=last)
    return replace(state, held=left, last=last, status=Status.ON_PATROL, status_at=event.at)


def _on_inferred(state: Unit, event: AtSceneInferred) -> Unit:
    held = tuple(
        replace(one, inferred_at=event.at) if one.assignment == event.assignment and one.inferred_at is None else one
        for one in state.held
    )
    return replace(state, held=held)


def _on_emergency(state: Unit | None, event: EmergencyPressed) -> Unit:
    if state is None:
        heard = ((event.at, Status.EMERGENCY_BUTTON, event.incident),)
        state = Unit(event.unit, event.unit.removeprefix("unit-"), False, Status.EMERGENCY_BUTTON, event.at, heard=heard)
    return replace(state, emergencies=int(event.press.rpartition(".")[2]))


def _on_booked_off(state: Unit, event: UnitBookedOff) -> Unit:
    return replace(state, on_duty=False, status=Status.OFF_DUTY, status_at=event.at, meal=None, standby=None)


def _on_missed(state: Unit, event: MealBreakMissed) -> Unit:
    return replace(state, meal=None if state.meal is None else replace(state.meal, missed=True))


def _on_offered(state: Unit, event: AssignmentOffered) -> Unit:
    offer = Offered(event.offer, event.incident, event.job, event.by, event.answer_by, event.reasons)
    return replace(state, offer=offer, offers=state.offers + 1)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Unit]] = {
    UnitBookedOn: _on_booked_on,
    UnitStatusReported: _on_status,
    UnitMessageSent: lambda state, event: replace(state, last_message=(event.at, event.code)),
    EmergencyPressed: _on_emergency,
    AssignmentOffered: _on_offered,
    OfferAnswered: lambda state, event: replace(state, offer=None),
    UnitAssigned: _on_assigned,
    AtSceneInferred: _on_inferred,
    AssignmentEnded: _on_ended,
    MealBreakInterrupted: lambda state, event: state,
    MealBreakMissed: _on_missed,
    StandbyOrdered: lambda state, event: replace(state, standby=event.area),
    UnitBookedOff: _on_booked_off,
}


def owes(state: Unit) -> dict[str, datetime]:
    """An answer to an offer; the meal break, before the time for it has passed."""
    due = {}
    if state.offer is not None:
        due["answer"] = state.offer.answer_by
    if state.on_duty and state.meal is not None and not state.meal.missed and state.meal.left_s(state.status_at):
        due["meal"] = state.meal.ends
    return due


def index(state: Unit) -> Iterator[tuple[str, str]]:
    """Who is on duty, by callsign, officer and vehicle; who is free and who is held, by status; by area who could be sent."""
    if state.on_duty:
        for officer in state.officers:
            yield "officer", officer
        if state.vehicle is not None:
            yield "vehicle", state.vehicle
        yield "on_duty", state.callsign
        yield ("held" if state.held else "free"), str(int(state.status))
        area = state.covers()
        if area is not None and not state.held:
            yield "area", f"{area} {int(state.status)}"
