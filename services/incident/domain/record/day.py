"""The numbers of one local day: each the next one, none twice, none left out, whoever draws them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from contracts.envelope import Event
from contracts.incident.records import DayNumberDrawn


class Day(msgspec.Struct, frozen=True):
    """How many incidents were opened on a day by the wall clock of the place."""

    day: str
    last: int = 0


def day_of(day: str) -> str:
    """The one sequence of a local date."""
    return f"day-{day}"


def draw(state: Day | None, day: str, incident: str, now: datetime) -> DayNumberDrawn:
    """The next number. Two writers who draw the same one meet on the same version of this stream, and one of them draws again."""
    last = 0 if state is None else state.last
    return DayNumberDrawn(at=now, day=day, number=last + 1, incident=incident)


def reference(drawn: DayNumberDrawn) -> str:
    """As it sorts and is looked up: 2026-06-05/1234."""
    return f"{drawn.day}/{drawn.number}"


def spoken(reference: str) -> str:
    """As people say it: 1234 of 5 June 2026."""
    day, _, number = reference.partition("/")
    of = date.fromisoformat(day)
    return f"{number} of {of.day} {of:%B %Y}"


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Day]] = {
    DayNumberDrawn: lambda state, event: Day(event.day, event.number),
}
