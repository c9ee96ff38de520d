"""Plays a scenario: telephony's facts of every call, and supervisors who end what reviews hand to them."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from contracts.envelope import Envelope, Event
from services.contact.streams import call_id
from simulator.order import Ranked, woven
from simulator.published.fates import Fated, fated
from simulator.published.scenario import Scenario, Stream
from simulator.published.telling import told
from simulator.script import InputRefused, Stimulus
from simulator.set_aside import SetAside
from simulator.supervisors import Supervisors

_Group = tuple[datetime, list[Ranked]]


class PublishedCalls:
    """The script of one scenario, one call for `scale` published ones."""

    def __init__(self, scenario: Scenario, scale: int, seed: int, folder: Path | None = None) -> None:
        if scale < 1:
            raise InputRefused("the scale is 1 or more")
        self._streams = [stream.scaled(scale) for stream in scenario.stream]
        self._seed, self.zone = seed, scenario.zone
        self.total = sum(stream.calls for stream in self._streams)
        self.set_aside = SetAside(folder)
        self.span: tuple[datetime, datetime] | None = _span(self._streams, self.zone)
        self._supervisors = Supervisors(seed, units_elsewhere=True)

    def stimuli(self) -> Iterator[Stimulus]:
        """Every call with all its facts."""
        groups = (self._groups(order, stream) for order, stream in enumerate(self._streams))
        return woven(heapq.merge(*groups, key=itemgetter(0)))

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """Supervisors end what reviews hand to them; whom reviews send is elsewhere."""
        return self._supervisors.heard(envelope)

    def close(self) -> None:
        """Nothing is left behind."""

    def _groups(self, order: int, stream: Stream) -> Iterator[_Group]:
        for one in fated(stream, order, self.zone, self._seed):
            yield one.at, list(self._facts(order, stream, one))

    def _facts(self, order: int, stream: Stream, one: Fated) -> Iterator[Ranked]:
        name = f"{self._seed}-{order}-{one.n}"
        call = call_id(stream.switch, name)
        for n, fact in enumerate(told(stream, one, call, Random(f"published/{name}"))):
            yield Ranked(0, Stimulus(fact.at, "contact", fact, f"published:{name}:{n}", stream.switch))


def _span(streams: list[Stream], zone: str) -> tuple[datetime, datetime]:
    first, last = min(stream.since for stream in streams), max(stream.until for stream in streams)
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in (first, last))
    return begins, ends
