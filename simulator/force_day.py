"""Days of a force drawn from a seed and published figures: callers, call handlers, units, a dispatcher, crews, supervisors."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from operator import itemgetter
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from contracts.contact.callers import SubjectKind
from contracts.envelope import Envelope, Event
from services.contact.domain.callers.caller import PlaceMarker, Subject
from services.dispatch.policy import deployment
from simulator import callers, handlers
from simulator.busy_room import BusyRoom
from simulator.crews import Crews, Tours
from simulator.dispatchers import Dispatcher
from simulator.order import Ranked, woven
from simulator.script import InputRefused, Stimulus
from simulator.set_aside import SetAside
from simulator.supervisors import Supervisors
from simulator.switchboard import SWITCH, Switchboard, Talk

CALLS = 3000
AUTHOR = "public protection desk"
MOST_CALLS = 1_000_000
MOST_DAYS = 31
_Group = tuple[datetime, list[Ranked]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which days, and how many units for each that the demand would take. Below 1 there is more work than there are units.

    Days begin at midnight in London, a Thursday in June unless told, and each is 24 hours from there, also where clocks change.
    `busy`: those whom escalations go to are too, so that some climb; some callers are vulnerable, and to be rung while they wait.
    """

    days: int = 1
    units: float = 1.0
    busy: bool = False
    first: date = date(2025, 6, 5)

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MOST_DAYS or not 0 < self.units <= 10:
            raise InputRefused(f"there are from 1 to {MOST_DAYS} days, and units from above 0 to 10 times the usual")


class ForceDay:
    """The script of simulated days. One is a plain day."""

    zone = "Europe/London"

    def __init__(self, seed: int = 1, calls: int = CALLS, folder: Path | None = None, plan: Plan | None = None) -> None:
        plan = plan or Plan()
        if not 1 <= calls <= MOST_CALLS:
            raise InputRefused(f"a day has from 1 to {MOST_CALLS:,} calls, not {calls:,}")
        self._seed, self._calls_a_day, self._plan, self.total = seed, calls, plan, calls * plan.days
        self._midnight = datetime.combine(plan.first, time(), ZoneInfo(self.zone)).astimezone(UTC)
        self.span: tuple[datetime, datetime] | None = (self._midnight, self._midnight + timedelta(days=plan.days))
        self.set_aside = SetAside(folder)
        rules = deployment.load()
        self._dispatcher = Dispatcher(seed, rules)
        self._tours = Tours(seed, calls * plan.units, self._midnight, plan.days)
        self._crews = Crews(seed, calls * plan.units, rules, self._dispatcher, self._tours)
        self._supervisors = Supervisors(seed, acknowledges=not plan.busy)
        self._busy_room = BusyRoom(seed, self._dispatcher) if plan.busy else None

    def stimuli(self) -> Iterator[Stimulus]:
        """Markers that stand when the day begins, units that book on, calls, and what comes of conversations."""
        yield from self._markers()
        yield from woven(heapq.merge(self._first_tour(), self._calls(), key=itemgetter(0)))

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """The dispatcher looks first, so that crews find the picture up to date."""
        room = () if self._busy_room is None else self._busy_room.heard(envelope)
        return chain(self._dispatcher.heard(envelope), self._crews.heard(envelope), self._supervisors.heard(envelope), room)

    def close(self) -> None:
        """Nothing is left behind."""

    def _markers(self) -> Iterator[Stimulus]:
        for number, marker in callers.marked(self.total, Random(f"{self._seed}/markers")):
            review_by = self._midnight + timedelta(days=90)
            subject = Subject(SubjectKind.NUMBER, number)
            place = PlaceMarker(marker=marker, author=AUTHOR, evidence="earlier incidents", review_by=review_by, subject=subject)
            yield Stimulus(self._midnight, "contact", place, f"force-day:{self._seed}:marker:{number}", AUTHOR)

    def _first_tour(self) -> Iterator[_Group]:
        for stimulus in self._tours.next(waited_for=True):
            yield stimulus.at, [Ranked(0, stimulus)]

    def _calls(self) -> Iterator[_Group]:
        for n, said in enumerate(Switchboard(self._seed, self._calls_a_day, self._midnight, self._plan.days).facts()):
            if isinstance(said, Talk):
                yield said.begins, [Ranked(0, stimulus) for stimulus in handlers.reported(self._seed, said)]
            else:
                yield said.at, [Ranked(0, Stimulus(said.at, "contact", said, f"force-day:{self._seed}:fact:{n}", SWITCH))]
