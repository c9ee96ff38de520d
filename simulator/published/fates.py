"""What becomes of each call of a stream: drawn in order, yet in the end exactly as many of each kind as were published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contracts.contact.calls import Abandonment, Line
from simulator import callers, demand
from simulator.published.scenario import Stream

NUMBERS_APART = 10_000_000
"""How far apart the numbers of two streams begin: nobody rings on both."""


@dataclass(frozen=True, slots=True)
class Fated:
    """One call: the n-th of its stream, at its instant, and how it breaks off (None: it is answered)."""

    n: int
    at: datetime
    kind: Abandonment | None
    short: bool
    number: str | None


class Urn:
    """Drawing without putting back: the last draw takes what is left, so that the totals come out."""

    def __init__(self, counts: dict[tuple[Abandonment | None, bool], int], random: Random) -> None:
        self._left, self._random = {fate: count for fate, count in counts.items() if count}, random
        self._total = sum(self._left.values())

    def draw(self) -> tuple[Abandonment | None, bool]:
        """One fate."""
        place = self._random.randrange(self._total)
        self._total -= 1
        for fate, count in self._left.items():
            if place < count:
                self._left[fate] -= 1
                return fate
            place -= count
        raise IndexError(place)


def fated(stream: Stream, order: int, zone: str, seed: int) -> Iterator[Fated]:
    """Every call of a stream, in order of time. Memory grows with the different callers, where their number is given."""
    random = Random(f"{seed}/{order}/fates")
    urn = Urn(_counts(stream), random)
    numbers = _Numbers(stream, order, Random(f"{seed}/{order}/numbers"))
    for n, at in enumerate(_arrivals(stream, order, zone, seed)):
        kind, short = urn.draw()
        yield Fated(n, at, kind, short, numbers.of(n, kind))


def _counts(stream: Stream) -> dict[tuple[Abandonment | None, bool], int]:
    counts: dict[tuple[Abandonment | None, bool], int] = {(None, False): stream.calls - stream.lost}
    counts |= {(kind, False): count for kind, count in stream.broken.items()}
    return counts | {(Abandonment.IN_QUEUE, True): stream.gone_within_5s}


def _arrivals(stream: Stream, order: int, zone: str, seed: int) -> Iterator[datetime]:
    """Days share the calls evenly; within a day, the hours as anywhere. Days of 23 and 25 hours are as long as they are."""
    days, drawn = (stream.until - stream.since).days, 0
    for day in range(days):
        begins, ends = (_midnight(stream, day + n, zone) for n in (0, 1))
        upto = stream.calls * (day + 1) // days
        random = Random(f"{seed}/{order}/{day}")
        for seconds in _of_a_day(stream, upto - drawn, random):
            yield begins + timedelta(seconds=round(seconds * (ends - begins).total_seconds() / 86_400, 1))
        drawn = upto


def _of_a_day(stream: Stream, calls: int, random: Random) -> Iterator[float]:
    if (stream.first_hour, stream.last_hour) == (0, 24):
        yield from demand.arrivals(calls, random)
    else:
        first, last = stream.first_hour * 3600, stream.last_hour * 3600
        yield from sorted(round(random.uniform(first, last), 1) for _ in range(calls))


def _midnight(stream: Stream, day: int, zone: str) -> datetime:
    local = stream.since + timedelta(days=day)
    return datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


class _Numbers:
    """Who rings: somebody new each time, unless it was published how many different callers there were. 101 tells no number."""

    def __init__(self, stream: Stream, order: int, random: Random) -> None:
        self._first, self._random = order * NUMBERS_APART, random
        self._known = stream.line is not Line.NON_EMERGENCY
        self._lost, self._again = stream.lost, stream.lost - (stream.callers or stream.lost)
        self._before: list[int] = []
        self._keeps = self._again > 0

    def of(self, n: int, kind: Abandonment | None) -> str | None:
        if not self._known:
            return None
        if kind is None or not self._keeps:
            return callers.number(self._first + n)
        place = self._random.randrange(self._lost)
        self._lost -= 1
        if self._before and place < self._again:
            self._again -= 1
            return callers.number(self._random.choice(self._before))
        self._before.append(self._first + n)
        return callers.number(self._first + n)
