"""A day of a force drawn from a seed and published figures: callers, call handlers, units, a dispatcher, crews, supervisors."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from operator import itemgetter
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from contracts.callers import SubjectKind
from contracts.envelope import Envelope, Event
from services.contact.domain.caller import PlaceMarker, Subject
from services.dispatch.policy import deployment
from simulator import callers, crews, handlers
from simulator.crews import Crews
from simulator.dispatchers import Dispatcher
from simulator.order import Ranked, woven
from simulator.script import InputRefused, Stimulus
from simulator.set_aside import SetAside
from simulator.supervisors import Supervisors
from simulator.switchboard import SWITCH, Switchboard, Talk

CALLS = 3000
AUTHOR = "public protection desk"
MOST_CALLS = 1_000_000
_Group = tuple[datetime, list[Ranked]]


class ForceDay:
    """The script of one simulated day: a plain Thursday, 5 June 2025, from midnight in London."""

    zone = "Europe/London"

    def __init__(self, seed: int = 1, calls: int = CALLS, folder: Path | None = None) -> None:
        if not 1 <= calls <= MOST_CALLS:
            raise InputRefused(f"a day has from 1 to {MOST_CALLS:,} calls, not {calls:,}")
        self._seed, self.total = seed, calls
        self._midnight = datetime(2025, 6, 5, tzinfo=ZoneInfo(self.zone))
        self.span: tuple[datetime, datetime] | None = (self._midnight, self._midnight + timedelta(days=1))
        self.set_aside = SetAside(folder)
        rules = deployment.load()
        self._dispatcher = Dispatcher(seed, rules)
        self._crews = Crews(seed, calls, rules, self._dispatcher)
        self._supervisors = Supervisors(seed)

    def stimuli(self) -> Iterator[Stimulus]:
        """Markers that stand when the day begins, units that book on, calls, and what comes of conversations."""
        yield from self._markers()
        yield from woven(heapq.merge(self._tours(), self._calls(), key=itemgetter(0)))

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """The dispatcher looks first, so that crews find the picture up to date."""
        return chain(self._dispatcher.heard(envelope), self._crews.heard(envelope), self._supervisors.heard(envelope))

    def close(self) -> None:
        """Nothing is left behind."""

    def _markers(self) -> Iterator[Stimulus]:
        for number, marker in callers.marked(self.total, Random(f"{self._seed}/markers")):
            review_by = self._midnight + timedelta(days=90)
            subject = Subject(SubjectKind.NUMBER, number)
            place = PlaceMarker(marker=marker, author=AUTHOR, evidence="earlier incidents", review_by=review_by, subject=subject)
            yield Stimulus(self._midnight, "contact", place, f"force-day:{self._seed}:marker:{number}", AUTHOR)

    def _tours(self) -> Iterator[_Group]:
        for stimulus in crews.book_on(self._seed, self.total, self._midnight):
            yield stimulus.at, [Ranked(0, stimulus)]

    def _calls(self) -> Iterator[_Group]:
        for n, said in enumerate(Switchboard(self._seed, self.total, self._midnight).facts()):
            if isinstance(said, Talk):
                yield said.begins, [Ranked(0, stimulus) for stimulus in handlers.reported(self._seed, said)]
            else:
                yield said.at, [Ranked(0, Stimulus(said.at, "contact", said, f"force-day:{self._seed}:fact:{n}", SWITCH))]
