"""Units and their crews: tours of duty with reliefs, and what a crew reports from being sent to being clear again.

Status codes and their defects are DOMAIN section 7's: the missing "at scene" is the normal one. Fleet, turnout, time at the
scene and the share stood down on the way are design readings.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from random import Random
from typing import NamedTuple

from chassis.dated import Dated
from contracts.dispatch.deployment import AssignmentEnded, Release, Status, UnitAssigned, UnitBookedOn
from contracts.envelope import Envelope, Event
from contracts.places import Point
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import BookOff, BookOn, EndAssignment, ReportStatus
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.travel import distance_m
from simulator import area
from simulator.dispatchers import Dispatcher
from simulator.script import Stimulus

UNITS_PER_1000_CALLS = 26
TURNOUT_S = (20, 120)
ROADS_ARE_LONGER = 1.3
FAR_S = 900.0
"""How long the way is taken to be when nobody knows where to."""
AT_SCENE_S = 2400.0
SECOND_STOOD_DOWN_IN_100 = 20
FORGETS_AT_SCENE_IN_100 = 5
SINGLE_CREWED_IN_100 = 55
SOURCE = "device"


class Tour(NamedTuple):
    """From an hour on, units under callsigns of one letter come on duty and relieve those of another."""

    hour: int
    letter: str
    relieves: str


TOURS = (Tour(0, "N", "L"), Tour(7, "E", "N"), Tour(15, "L", "E"), Tour(23, "N", "L"))
_STRENGTH = {"N": 0.75, "E": 0.9, "L": 1.1}
_RELIEVES = {tour.letter: tour.relieves for tour in TOURS}


class Tours:
    """One tour after the other: for as many days as there are calls, and on until nobody waits for a unit any more."""

    def __init__(self, seed: int, calls: float, midnight: datetime, days: int) -> None:
        self._seed, self._calls, self._midnight = seed, calls, midnight
        self._ends = midnight + timedelta(days=days)
        self._begun = 0

    def next(self, waited_for: bool) -> Iterator[Stimulus]:
        """Every unit of the next tour as it books on; nothing once the days are over and nobody waits."""
        day, n = divmod(self._begun - 1, len(TOURS) - 1) if self._begun else (0, -1)
        tour = TOURS[n + 1]
        begins = self._midnight + timedelta(days=day, hours=tour.hour)
        if begins >= self._ends and not waited_for:
            return
        self._begun += 1
        random = Random(f"{self._seed}/tour/{24 * day + tour.hour}")
        for unit in range(_strength(self._calls, tour.letter)):
            crew = 1 if random.randrange(100) < SINGLE_CREWED_IN_100 else 2
            skills = ("response", "taser") if random.random() < 0.4 else ("response",)
            command = BookOn(f"{tour.letter}{unit + 1:02d}", skills, crew, area.place(random))
            cause = f"force-day:{self._seed}:tour:{24 * day + tour.hour}:{unit}"
            yield Stimulus(begins + timedelta(seconds=10 * unit), "dispatch", command, cause, SOURCE)


def _strength(calls: float, letter: str) -> int:
    return max(6, ceil(calls / 1000 * UNITS_PER_1000_CALLS * _STRENGTH[letter]))


class Crews:
    """Answers for every unit. Knows where units and jobs are from the dispatcher's picture."""

    def __init__(self, seed: int, calls: float, rules: Dated[Deployment], dispatcher: Dispatcher, tours: Tours) -> None:
        self._seed, self._calls, self._rules, self._dispatcher, self._tours = seed, calls, rules, dispatcher, tours

    def heard(self, envelope: Envelope[Event]) -> Iterator[Stimulus]:
        """What the crew concerned does about an event of dispatch."""
        match envelope.event:
            case UnitBookedOn() as event:
                yield from self._relieve(event, envelope.recorded)
                if event.callsign.endswith("01"):
                    yield from self._tours.next(bool(self._dispatcher.jobs))
            case UnitAssigned() as event:
                yield from self._go(event, envelope.recorded)
            case AssignmentEnded(unit=unit) if unit in self._dispatcher.relieved:
                yield self._book_off(unit, envelope.recorded + timedelta(minutes=1))
            case _:
                pass

    def _relieve(self, event: UnitBookedOn, now: datetime) -> Iterator[Stimulus]:
        """A unit that is still at work goes off duty when it is clear."""
        letter, relief = event.callsign[0], int(event.callsign[1:]) - 1
        before = _RELIEVES[letter]
        for n in range(relief, _strength(self._calls, before), _strength(self._calls, letter)):
            unit = unit_of(f"{before}{n + 1:02d}")
            if unit not in self._dispatcher.units:
                continue
            self._dispatcher.relieved.add(unit)
            if not self._dispatcher.units[unit].held and unit not in self._dispatcher.promised:
                yield self._book_off(unit, now + timedelta(minutes=5))

    def _book_off(self, unit: str, at: datetime) -> Stimulus:
        return Stimulus(at, "dispatch", BookOff(unit), f"crew:{self._seed}:{unit}:off:{at.isoformat()}", SOURCE)

    def _go(self, event: UnitAssigned, now: datetime) -> Iterator[Stimulus]:
        job = self._dispatcher.jobs[event.job]
        random = Random(f"{self._seed}/crew/{event.assignment}")
        sets_out = now + timedelta(seconds=random.randint(*TURNOUT_S))
        way_s = self._way_s(event.unit, job) * random.uniform(0.75, 1.3)
        cause = f"crew:{self._seed}:{event.assignment}"

        def told(at: datetime, what: str, command: object) -> Stimulus:
            return Stimulus(at, "dispatch", command, f"{cause}:{what}", SOURCE)

        yield told(sets_out, "en-route", ReportStatus(event.unit, Status.EN_ROUTE, SOURCE))
        if len(job.working) > 0 and random.randrange(100) < SECOND_STOOD_DOWN_IN_100:
            turned = sets_out + timedelta(seconds=round(way_s * random.uniform(0.2, 0.9), 1))
            yield told(turned, "stood-down", EndAssignment(event.job, event.unit, Release.STOOD_DOWN))
            return
        arrives = sets_out + timedelta(seconds=round(way_s, 1))
        if random.randrange(100) >= FORGETS_AT_SCENE_IN_100:
            yield told(arrives, "at-scene", ReportStatus(event.unit, Status.AT_SCENE, SOURCE, point=_point(job)))
        clear = arrives + timedelta(seconds=round(min(random.expovariate(1 / AT_SCENE_S) + 300, 4 * AT_SCENE_S), 1))
        yield told(clear, "clear", EndAssignment(event.job, event.unit, Release.CLEARED))

    def _way_s(self, unit: str, job: Job) -> float:
        known, to = self._dispatcher.units[unit], _point(job)
        if to is None or known.latitude is None or known.longitude is None:
            return FAR_S
        metres = distance_m((known.latitude, known.longitude), (to.latitude, to.longitude)) * ROADS_ARE_LONGER
        return max(60.0, metres / self._rules.at(job.requested_at).kmh(job.grade) * 3.6)


def _point(job: Job) -> Point | None:
    if job.place is None or job.place.latitude is None or job.place.longitude is None:
        return None
    return Point(latitude=job.place.latitude, longitude=job.place.longitude)
