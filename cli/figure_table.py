"""Figures of a definition on a terminal: what was counted and how, then one line for each group, by both clocks."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.times import Times
from services.contact.figures.definition import Clock
from services.contact.figures.figures import DefinedFigures, EditionView, GroupFigures
from simulator.words import banded, seconds, share


def show(console: Console, found: DefinedFigures) -> None:
    """Print the definition in words, the counts, and the answer times by both clocks."""
    for edition in found.editions:
        console.print(_words(found.definition, edition))
    if found.outside:
        console.print(f"{found.outside:,} calls began when no edition was in force: they are in no figure.", style="bold red")
    console.print(_counts(found), _times(found))


def _words(name: str, one: EditionView) -> Text:
    said = Text()
    said.append(f"{name}, edition {one.version}", style="bold")
    said.append(f"\n{one.title}\nabandoned: {', '.join(one.abandoned)}; of the calls {one.whole}; waits from {one.clock}")
    if one.least_wait_s:
        said.append(f"; gone within {one.least_wait_s:g} s is left out")
    if not one.rang_again:
        said.append("; who rang again and was answered is left out")
    for source in one.sources:
        said.append(f"\nsource: {source}", style="dim")
    return said


def _counts(found: DefinedFigures) -> Table:
    table = Table(title="Calls", title_justify="left")
    headings = ("calls", "answered", "abandoned", "share", "callers", "left out", "open", "in time")
    _columns(table, str(found.by or ""), headings)
    for one in _total_last(table, found):
        cells = (one.whole, one.answered, one.abandoned, share(one.abandoned, one.whole), one.callers, one.left_out, one.open)
        shown = [f"{cell:,}" if isinstance(cell, int) else cell for cell in cells]
        table.add_row(Text(one.group), *shown, share(one.within, one.answered))
    return table


def _times(found: DefinedFigures) -> Table:
    edges = found.total.answered_after[Clock.PRESENTED].edges_s
    table = Table(title="Answer times, from presented and from queued", title_justify="left")
    _columns(table, str(found.by or ""), ("from", "mean", "median", "90th percentile", "longest", *banded(edges)))
    for one in _total_last(table, found):
        for clock in Clock:
            table.add_row(Text(one.group), clock, *_spread(one.answered_after[clock]))
    return table


def _total_last(table: Table, found: DefinedFigures) -> Iterator[GroupFigures]:
    yield from found.groups
    table.add_section()
    yield found.total


def _spread(times: Times) -> list[str]:
    known = (times.mean_s, times.median_s, times.p90_s, times.longest_s)
    return [*(seconds(value) for value in known), *(f"{band:,}" for band in times.bands)]


def _columns(table: Table, first: str, headings: tuple[str, ...]) -> None:
    table.add_column(first, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
