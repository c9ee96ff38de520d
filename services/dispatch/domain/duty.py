"""A tour of duty: its beginning with a crew and a vehicle, its meal break, standby elsewhere, its end."""

from datetime import datetime, timedelta

from contracts.dispatch.deployment import UnitBookedOff, UnitBookedOn
from contracts.dispatch.tours import MealBreakMissed, StandbyOrdered
from contracts.envelope import Event
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import BookOff, BookOn, NoteMealMissed, OrderStandby
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.times import happened
from services.dispatch.domain.unit import Unit

DutyCommand = BookOn | BookOff | OrderStandby | NoteMealMissed


def decide(state: Unit | None, command: DutyCommand, now: datetime, rules: Deployment) -> list[Event]:
    """The events that obey the command; none when nothing would change. Raises Refused with what is allowed instead."""
    match command:
        case BookOn():
            return _book_on(state, command, now, rules)
        case BookOff():
            return book_off(state, command, now, rules)
        case OrderStandby():
            return _stand_by(known(state, command.unit), command, now, rules)
        case NoteMealMissed():
            return _meal_missed(state, now)


def known(state: Unit | None, unit: str) -> Unit:
    """A unit that booked on at least once; raises NotFound."""
    if state is None:
        raise NotFound("unknown-unit", f"No unit ever booked on as {unit}.", ("book on",))
    return state


def implied_booking(state: Unit | None, callsign: str, at: datetime) -> list[Event]:
    """Another control room speaks of a unit that is not on duty here: it is, from now on."""
    if state is not None and state.on_duty:
        return []
    return [UnitBookedOn(at=at, unit=unit_of(callsign), callsign=callsign if state is None else state.callsign)]


def _book_on(state: Unit | None, command: BookOn, now: datetime, rules: Deployment) -> list[Event]:
    ended = None if state is None or state.on_duty or state.tour_at is None else state.status_at
    at = happened(command.at, now, rules, ended, "end-of-the-last-tour")
    booked = _booking(command, at, rules)
    if state is not None and state.on_duty:
        if _same_tour(state, booked):
            return []
        raise Refused("on-duty-already", f"{state.callsign} is on duty with another crew or other skills.", ("status", "off"))
    return [booked]


def _same_tour(state: Unit, booked: UnitBookedOn) -> bool:
    skills = set(booked.skills) | {skill.name for officer in booked.officers for skill in officer.skills}
    officers = tuple(one.officer for one in booked.officers)
    return (set(state.skills), state.crew, state.officers, state.vehicle) == (skills, booked.crew, officers, booked.vehicle)


def _booking(command: BookOn, at: datetime, rules: Deployment) -> UnitBookedOn:
    _in_the_lists(command, rules)
    ends = command.tour_ends
    if ends is not None and ends <= at:
        raise Invalid("tour-ends-first", "A tour of duty ends after it begins.", ("a later tour_ends",))
    minutes = 0 if ends is None else rules.meal_minutes(ends - at)
    return UnitBookedOn(
        at=at,
        unit=unit_of(command.callsign),
        callsign=command.callsign,
        skills=command.skills,
        crew=len(command.officers) or command.crew,
        point=command.point,
        officers=command.officers,
        vehicle=command.vehicle,
        area=command.area,
        tour_ends=ends,
        meal_minutes=minutes,
        meal_from=at + timedelta(hours=rules.meal_from_h) if minutes else None,
        meal_until=at + timedelta(hours=rules.meal_until_h) if minutes else None,
    )


def _in_the_lists(command: BookOn, rules: Deployment) -> None:
    """A skill or an area that policy does not know would never be found again."""
    asked = {*command.skills, *(skill.name for officer in command.officers for skill in officer.skills)}
    if rules.skills and not asked <= set(rules.skills):
        raise Invalid("skill-unknown", "A skill is not in the list of the policy.", rules.skills)
    if command.area is not None and rules.areas and rules.area(command.area) is None:
        raise Invalid("area-unknown", "The area is not in the list of the policy.", tuple(area.name for area in rules.areas))
    officers = [one.officer for one in command.officers]
    if len(set(officers)) < len(officers):
        raise Invalid("officer-twice", "An officer is named twice in the crew.", ("each officer once",))


def book_off(state: Unit | None, command: BookOff, now: datetime, rules: Deployment) -> list[Event]:
    """The end of the tour; inside it is refused while an assignment is live."""
    if command.outside:
        return _off_as_reported(state, command, command.at or now)
    state = known(state, command.unit)
    if not state.on_duty:
        return []
    at = happened(command.at, now, rules, state.tour_at)
    if state.held:
        incidents = ", ".join(held.incident for held in state.held)
        raise Refused(
            "assigned", f"{state.callsign} is assigned to {incidents}.", tuple(f"end {held.job}" for held in state.held)
        )
    return [UnitBookedOff(at=at, unit=state.unit, callsign=state.callsign, meal_owed_s=_owed_s(state, at))]


def _off_as_reported(state: Unit | None, command: BookOff, at: datetime) -> list[Event]:
    if state is None:
        unit, callsign = command.unit, command.unit.removeprefix("unit-")
        return [UnitBookedOn(at=at, unit=unit, callsign=callsign), UnitBookedOff(at=at, unit=unit, callsign=callsign)]
    return [UnitBookedOff(at=at, unit=state.unit, callsign=state.callsign)] if state.on_duty else []


def _owed_s(state: Unit, at: datetime) -> int:
    return 0 if state.meal is None else state.meal.left_s(at)


def _stand_by(state: Unit, command: OrderStandby, now: datetime, rules: Deployment) -> list[Event]:
    if rules.area(command.area) is None:
        raise Invalid("area-unknown", "The area is not in the list of the policy.", tuple(area.name for area in rules.areas))
    if not state.on_duty or state.held or state.status not in rules.available:
        raise Refused("not-free", f"{state.callsign} is not free to stand by elsewhere.", ("a unit that is free",))
    if state.covers() == command.area:
        return []
    return [StandbyOrdered(at=now, unit=state.unit, area=command.area, by=command.by, reason=command.reason)]


def _meal_missed(state: Unit | None, now: datetime) -> list[Event]:
    if state is None or not state.on_duty or state.meal is None or state.meal.missed:
        return []
    return [MealBreakMissed(at=now, unit=state.unit, owed_s=state.meal.left_s(now))]
