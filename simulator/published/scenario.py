"""A scenario: whose calls in which span, from which published totals, and the numbers to find again under which definition."""

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from contracts.contact.calls import Abandonment, Line
from simulator.script import InputRefused

FOLDER = Path(__file__).parent / "scenarios"


class Quantity(StrEnum):
    """What a published number is a number of. Counts of calls and hours stand for `scale` times as many; shares do not."""

    CALLS = "calls"
    ABANDONED = "abandoned"
    ABANDONED_PERCENT = "abandoned_percent"
    ONE_IN = "one_in"
    SUM = "sum"
    """Of all numbers of the scenario that count abandoned calls, each under its own definition."""
    CALLERS = "callers"
    ANSWER_MEAN_S = "answer_mean_s"
    NO_RESPONSE_PERCENT = "no_response_percent"
    HANDLER_HOURS = "handler_hours"


COUNTS = frozenset({Quantity.CALLS, Quantity.ABANDONED, Quantity.SUM, Quantity.CALLERS, Quantity.HANDLER_HOURS})


class Stream(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """Calls on one line of one switch, from one local midnight to another.

    `broken` says how many of the `calls` broke off in each class, `gone_within_5s` how many more in the queue at once; all
    others are answered. `callers` are the different numbers among those that broke off, where that was published.
    """

    switch: str
    line: Line
    since: date
    until: date
    calls: int
    broken: dict[Abandonment, int] = {}
    gone_within_5s: int = 0
    callers: int | None = None
    answer_mean_s: float = 8.0
    first_hour: int = 0
    last_hour: int = 24

    def __post_init__(self) -> None:
        if not self.since < self.until or not 0 <= self.first_hour < self.last_hour <= 24:
            raise ValueError("a stream ends after it begins")
        if self.lost > self.calls or min(self.calls, *self.broken.values(), self.gone_within_5s) < 0:
            raise ValueError("no more calls can break off than there are")
        if self.callers is not None and not 0 < self.callers <= self.lost:
            raise ValueError("there are no more callers than calls that broke off")

    @property
    def lost(self) -> int:
        """How many break off."""
        return sum(self.broken.values()) + self.gone_within_5s

    def scaled(self, scale: int) -> "Stream":
        """One call for `scale` of them. What breaks off is rounded as a whole first, and then shared out."""
        kinds = [*self.broken, None]
        parts = _shared_out(round(self.lost / scale), [*self.broken.values(), self.gone_within_5s])
        broken, lost = dict(zip(kinds, parts, strict=True)), sum(parts)
        return msgspec.structs.replace(
            self,
            calls=max(round(self.calls / scale), lost),
            broken={kind: count for kind, count in broken.items() if kind is not None},
            gone_within_5s=broken[None],
            callers=None if self.callers is None or not lost else min(max(round(self.callers / scale), 1), lost),
        )


def _shared_out(total: int, weights: list[int]) -> list[int]:
    """A whole in proportion to weights, in whole numbers: the largest remainders get one more."""
    exact = [total * weight / max(sum(weights), 1) for weight in weights]
    parts = [int(part) for part in exact]
    for place in sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])[: total - sum(parts)]:
        parts[place] += 1
    return parts


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """One number as it was published, and how to find it again. `digits` behind the point, as it was printed."""

    says: str
    number: float
    quantity: Quantity
    definition: str
    digits: int = 0
    minutes_each: float = 0
    since: date | None = None
    until: date | None = None


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`scale` is the default. `also` names definitions under which the same calls are counted besides, by switch."""

    title: str
    source: str
    assumed: list[str]
    scale: int
    stream: list[Stream]
    published: list[Published]
    zone: str = "Europe/London"
    also: list[str] = []

    def __post_init__(self) -> None:
        if self.scale < 1 or not self.stream:
            raise ValueError("a scenario has a scale from 1 on, and streams")


def names() -> list[str]:
    """The scenarios there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Scenario:
    """A scenario by its name; InputRefused says which there are."""
    if name not in names():
        raise InputRefused(f"there is no scenario {name!r}; there are: {', '.join(names())}")
    return of(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")))


def of(table: Mapping[str, Any]) -> Scenario:
    """A scenario from its table; InputRefused with the place and the reason."""
    try:
        return msgspec.convert(table, Scenario)
    except msgspec.ValidationError as invalid:
        raise InputRefused(f"this is no scenario: {invalid}") from None
