"""Figures as they are shown and sent: what was counted, under which definition, and in which groups."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from chassis.dated import Edition
from chassis.times import Times
from contracts.contact.calls import Abandonment, Line
from services.contact.figures.definition import Clock, Definition, Whole
from services.contact.figures.grouping import By, in_order
from services.contact.figures.standing import Standing
from services.contact.figures.tally import Cell, Tally


class EditionView(BaseModel):
    """One edition of a definition, in words and in full."""

    model_config = ConfigDict(frozen=True)

    version: str
    since: datetime
    until: datetime | None
    sources: tuple[str, ...]
    title: str
    lines: tuple[Line, ...]
    abandoned: tuple[Abandonment, ...]
    least_wait_s: float
    clock: Clock
    rang_again: bool
    whole: Whole
    within_s: int
    bands_s: tuple[int, ...]
    zone: str
    reading: bool

    @classmethod
    def of(cls, edition: Edition[Definition]) -> "EditionView":
        """The edition as it is shown."""
        rules = edition.rules
        own = {name: getattr(rules, name) for name in cls.model_fields if hasattr(rules, name)}
        return cls(**own, since=edition.since, until=edition.until, sources=edition.sources)


class GroupFigures(BaseModel):
    """The figures of one group, or of all calls together. `whole` is what shares are shares of.

    Answer times and waits of the abandoned stand by both clocks. A call whose clock never began is in `never_told`.
    """

    model_config = ConfigDict(frozen=True)

    group: str
    whole: int
    answered: int
    abandoned: int
    abandoned_share: float | None
    abandoned_by_class: dict[str, int]
    callers: int
    left_out: int
    left_out_by_reason: dict[str, int]
    open: int
    within: int
    within_share: float | None
    answered_after: dict[Clock, Times]
    abandoned_after: dict[Clock, Times]
    never_told: dict[Clock, int]
    clocks_disagree: int
    facts_set_aside: int


class DefinedFigures(BaseModel):
    """The figures of a definition. `calls_by_edition` says by which edition calls were judged; `outside` none was in force."""

    model_config = ConfigDict(frozen=True)

    definition: str
    editions: tuple[EditionView, ...]
    calls_by_edition: dict[str, int]
    outside: int
    since: datetime | None
    until: datetime | None
    by: By | None
    total: GroupFigures
    groups: tuple[GroupFigures, ...]


def figures(name: str, tally: Tally) -> DefinedFigures:
    """What a tally came to. Editions that judged no call are not told, unless none did."""
    used = [edition for edition in tally.definition.editions if tally.versions[edition.version]]
    editions = used or list(tally.definition.editions)
    bands = editions[-1].rules.bands_s
    total = _merged(list(tally.cells.values()))
    cells = sorted(tally.cells.items(), key=lambda item: in_order(item[0], tally.by)) if tally.by else []
    return DefinedFigures(
        definition=name,
        editions=tuple(EditionView.of(edition) for edition in editions),
        calls_by_edition={version: count for version, count in sorted(tally.versions.items()) if count},
        outside=tally.outside,
        since=tally.since,
        until=tally.until,
        by=tally.by,
        total=_shown("all", total, bands),
        groups=tuple(_shown(group, cell, bands) for group, cell in cells if cell.standing.total()),
    )


def _shown(group: str, cell: Cell, bands: tuple[int, ...]) -> GroupFigures:
    answered, abandoned = cell.standing[Standing.ANSWERED], cell.standing[Standing.ABANDONED]
    return GroupFigures(
        group=group,
        whole=cell.whole,
        answered=answered,
        abandoned=abandoned,
        abandoned_share=abandoned / cell.whole if cell.whole else None,
        abandoned_by_class=_counted(cell.classes),
        callers=sum(count > 0 for count in cell.callers.values()),
        left_out=cell.standing[Standing.LEFT_OUT],
        left_out_by_reason=_counted(cell.left_out),
        open=cell.standing[Standing.OPEN],
        within=cell.within,
        within_share=cell.within / answered if answered else None,
        answered_after={clock: Times.of(waits, bands) for clock, waits in cell.answered_after.items()},
        abandoned_after={clock: Times.of(waits, bands) for clock, waits in cell.abandoned_after.items()},
        never_told=cell.never_told,
        clocks_disagree=cell.clocks_disagree,
        facts_set_aside=cell.set_aside,
    )


def _merged(cells: list[Cell]) -> Cell:
    if len(cells) == 1:
        return cells[0]
    merged = Cell()
    for cell in cells:
        merged.take(cell)
    return merged


def _counted(counter: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if count}
