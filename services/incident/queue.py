"""The backlog, page by page, as it stands at one instant: nobody graded it, then late by how much it matters, then by age.

What is late is merged from the heads of one list for each weight (see `domain/backlog/ranking.py`): a page costs as much as it
shows, not as much as there is. A cursor keeps the instant, so nothing is told twice while time goes by.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from chassis.host import Entry, Host
from contracts.incident.incidents import Vulnerability
from contracts.refusals import Invalid
from services.incident.domain.backlog.ranking import Late, order, promised, score
from services.incident.domain.standing import text

CHUNK = 64


class Place(NamedTuple):
    """Where in the backlog one stands: section, and what orders it there (`reported`: as its list has it)."""

    section: int
    score: float
    reported: str
    stream: str

    def entry(self, at: datetime) -> Entry:
        """As a cursor carries it."""
        return Entry(f"{at.isoformat()} {self.section} {self.score!r} {self.reported}", self.stream)


UNGRADED, LATE, WAITING = range(3)


def instant_of(after: Entry | None, now: datetime) -> datetime:
    """The instant a list was begun at; all its pages are of that one."""
    return now if after is None else _read(after)[0]


def _read(entry: Entry) -> tuple[datetime, Place]:
    try:
        at, section, late, reported = entry.value.split(" ", 3)
        return datetime.fromisoformat(at), Place(int(section), float(late), reported, entry.stream)
    except ValueError:
        raise Invalid("cursor-unreadable", "Send the cursor of a next link as it was given.") from None


@dataclass(frozen=True, slots=True)
class Queue:
    """The backlog of one host under the weights in force. Blocking, like the host's own reads."""

    host: Host
    weights: Mapping[Vulnerability, int]

    def page(self, now: datetime, after: Entry | None, limit: int, known_at: datetime | None = None) -> Sequence[Place]:
        """The next places, most pressing first."""
        begun = instant_of(after, now)
        seen = None if after is None else _read(after)[1]
        reading = _Reading(self.host, self.weights, begun, known_at, min(limit, CHUNK))
        return list(islice(reading.places(seen), limit))


@dataclass(frozen=True, slots=True)
class _Reading:
    host: Host
    weights: Mapping[Vulnerability, int]
    now: datetime
    known_at: datetime | None
    chunk: int

    def places(self, seen: Place | None) -> Iterator[Place]:
        section = UNGRADED if seen is None else seen.section
        if section <= UNGRADED:
            after = None if seen is None else Entry(seen.reported, seen.stream)
            yield from (Place(UNGRADED, 0.0, entry.value, entry.stream) for entry in self._scan("ungraded", after))
        if section <= LATE:
            yield from self._late(seen if section == LATE else None)
        yield from self._waiting(seen if section == WAITING else None)

    def _late(self, seen: Place | None) -> Iterator[Place]:
        last = None if seen is None else Late(seen.score, seen.reported, seen.stream)
        lists = (self._of_weight(level, weight, last) for level, weight in self.weights.items())
        for late in heapq.merge(*lists, key=order):
            if last is None or order(late) > order(last):
                yield Place(LATE, late.score, late.reported, late.stream)

    def _of_weight(self, level: Vulnerability, weight: int, last: Late | None) -> Iterator[Late]:
        """Those of one weight, from where the page before ended: a score stands for an end of the promise."""
        after = None
        if last is not None:
            ends = self.now - timedelta(minutes=last.score / weight) - timedelta(milliseconds=1)
            after = Entry(text(ends), "")
        for entry in self._scan(f"promised:{level.value}", after):
            due, reported = promised(entry.value)
            if due > self.now:
                return
            yield Late(score(due, self.now, weight), reported, entry.stream)

    def _waiting(self, seen: Place | None) -> Iterator[Place]:
        """By age; those whose promise is broken have been told."""
        after = None if seen is None else Entry(seen.reported, seen.stream)
        for entry in self._scan("waiting", after):
            if datetime.fromisoformat(entry.value.split(" ")[1]) > self.now:
                yield Place(WAITING, 0.0, entry.value, entry.stream)

    def _scan(self, name: str, after: Entry | None) -> Iterator[Entry]:
        limit = self.chunk
        while page := self.host.find(name, known_at=self.known_at, after=after, limit=limit):
            yield from page
            if len(page) < limit:
                return
            after, limit = page[-1], 500
