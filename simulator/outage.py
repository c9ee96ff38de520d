"""A carrier's list after an outage: who tried to reach 999 and could not, how often, each number written as it happens to be.

The figures are those of BT's outage of 25 June 2023: 14,000 attempts of 12,392 callers (DOMAIN section 3.10). How the attempts
spread over the hours, how repeats divide and how numbers are written are design readings: nobody published them.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator import callers

ATTEMPTS = 14_000
CALLERS = 12_392
BEGINS = datetime(2023, 6, 25, 6, 24, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
LASTS = timedelta(hours=10, minutes=32)
_TOTAL = timedelta(minutes=69)
"""The first phase, in which nothing got through; half of the attempts fall into it."""

_FORMS: tuple[Callable[[str], str], ...] = (
    lambda number: number,
    lambda number: f"0{number[3:]}",
    lambda number: f"0{number[3:7]} {number[7:]}",
    lambda number: f"(0{number[3:7]}) {number[7:10]}-{number[10:]}",
    lambda number: f"0044{number[3:]}",
    lambda number: f"+44 (0){number[3:7]} {number[7:]}",
    lambda number: f"{number[1:]}",
    lambda number: f"+44-{number[3:7]}-{number[7:]}",
)


class FailedAttempt(NamedTuple):
    """One line of the list."""

    reference: str
    at: datetime
    number: str


def failed(seed: int, attempts: int = ATTEMPTS, people: int = CALLERS) -> Iterator[FailedAttempt]:
    """The list in order of time: each of the callers at least once, the rest of the attempts are repeats."""
    random = Random(f"{seed}/outage")
    who = [*range(people), *(random.randrange(people) for _ in range(attempts - people))]
    first: dict[int, datetime] = {}
    told = []
    for n in who:
        at = first.setdefault(n, _first(random)) if n not in first else _again(first[n], random)
        told.append((at, n))
    for line, (at, n) in enumerate(sorted(told), 1):
        yield FailedAttempt(f"A{line:06d}", at, random.choice(_FORMS)(callers.number(n)))


def _first(random: Random) -> datetime:
    lasts = _TOTAL if random.random() < 0.5 else LASTS
    return BEGINS + timedelta(seconds=int(random.random() * lasts.total_seconds()))


def _again(first: datetime, random: Random) -> datetime:
    """Whoever cannot get through tries again soon: half within four minutes."""
    return first + timedelta(seconds=1 + int(random.expovariate(1 / 350)))
