"""The published numbers beside those counted from stored events, each under its named definition, with the difference."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from contracts.incident.incidents import Origin
from services.contact.figures.definition import Clock, Definitions
from services.contact.figures.figures import DefinedFigures, GroupFigures, figures
from services.contact.figures.grouping import By
from services.contact.figures.tally import Tally
from simulator.figures import Figures
from simulator.published.scenario import COUNTS, Published, Quantity, Scenario

_EACH = "each under its own"


class Compared(BaseModel):
    """One number: as published, as counted (times the scale where it is a count), and the difference as it would be printed."""

    model_config = ConfigDict(frozen=True)

    says: str
    quantity: Quantity
    published: float
    counted: float | None
    difference: float | None
    digits: int
    definition: str
    editions: tuple[str, ...]
    calls_behind: int
    outside: int
    """Calls that began when no edition of the definition was in force: they are in no number."""


class Under(BaseModel):
    """The same calls under another definition."""

    model_config = ConfigDict(frozen=True)

    definition: str
    title: str
    switch: str
    abandoned: int
    share: float | None


class Comparison(BaseModel):
    """All published numbers of a scenario side by side with what the events say. `abandoned` in `others` is times the scale."""

    model_config = ConfigDict(frozen=True)

    scenario: str
    source: str
    assumed: tuple[str, ...]
    scale: int
    numbers: tuple[Compared, ...]
    others: tuple[Under, ...]


class _Asked(NamedTuple):
    definition: str
    since: date | None
    until: date | None


class Comparing:
    """Tallies for everything a scenario publishes: count the calls into `tallies`, then ask for the comparison."""

    def __init__(self, name: str, scenario: Scenario, scale: int, definitions: Definitions) -> None:
        self._name, self._scenario, self._scale, self._published = name, scenario, scale, scenario.published
        zone = ZoneInfo(scenario.zone)
        self._asked = {
            asked: Tally(definitions[asked.definition], None, _instant(asked.since, zone), _instant(asked.until, zone))
            for asked in dict.fromkeys(_asked(one) for one in self._published)
        }
        self._others = {name: Tally(definitions[name], By.SWITCH) for name in scenario.also}

    @property
    def tallies(self) -> Sequence[Tally]:
        """What the calls are to be counted into."""
        return [*self._asked.values(), *self._others.values()]

    def compared(self, run: Figures) -> Comparison:
        """The numbers side by side, once every call was counted."""
        found = {asked: figures(asked.definition, tally) for asked, tally in self._asked.items()}
        together = sum(found[_asked(one)].total.abandoned for one in self._published if one.quantity is Quantity.ABANDONED)
        return Comparison(
            scenario=self._name,
            source=self._scenario.source,
            assumed=tuple(self._scenario.assumed),
            scale=self._scale,
            numbers=tuple(self._compared(one, found[_asked(one)], run, together) for one in self._published),
            others=tuple(self._under()),
        )

    def _compared(self, one: Published, found: DefinedFigures, run: Figures, together: int) -> Compared:
        counted = together if one.quantity is Quantity.SUM else _counted(one, found.total, run)
        if counted is not None and one.quantity in COUNTS:
            counted *= self._scale
        return Compared(
            says=one.says,
            quantity=one.quantity,
            published=one.number,
            counted=None if counted is None else round(counted, max(one.digits, 0) + 2),
            difference=None if counted is None else round(round(counted, one.digits) - one.number, max(one.digits, 0)),
            digits=one.digits,
            definition=_EACH if one.quantity is Quantity.SUM else one.definition,
            editions=(_EACH,) if one.quantity is Quantity.SUM else tuple(edition.version for edition in found.editions),
            calls_behind=found.total.whole,
            outside=found.outside,
        )

    def _under(self) -> Iterable[Under]:
        for name, tally in self._others.items():
            found = figures(name, tally)
            for group in found.groups:
                yield Under(
                    definition=name,
                    title=found.editions[-1].title,
                    switch=group.group,
                    abandoned=group.abandoned * self._scale,
                    share=group.abandoned_share,
                )


def _asked(one: Published) -> _Asked:
    return _Asked(one.definition, one.since, one.until)


def _instant(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _counted(one: Published, total: GroupFigures, run: Figures) -> float | None:
    match one.quantity:
        case Quantity.CALLS:
            return total.whole
        case Quantity.ABANDONED:
            return total.abandoned
        case Quantity.CALLERS:
            return total.callers
        case Quantity.ABANDONED_PERCENT:
            return None if total.abandoned_share is None else 100 * total.abandoned_share
        case Quantity.ONE_IN:
            return total.whole / total.abandoned if total.abandoned else None
        case Quantity.ANSWER_MEAN_S:
            return total.answered_after[Clock.PRESENTED].mean_s
        case Quantity.NO_RESPONSE_PERCENT:
            sent = run.incidents_by_origin.get(Origin.REVIEW, 0)
            return 100 * (1 - sent / run.reviews) if run.reviews else None
        case Quantity.HANDLER_HOURS:
            return total.abandoned * one.minutes_each / 60
        case Quantity.SUM:
            return None
