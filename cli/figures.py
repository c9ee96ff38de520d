"""`ringback figures`: a published number from stored events, under a named definition, and the calls behind it."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.store.storage import Storage
from cli.figure_table import show
from cli.sources import Data, Policy, Postgres, open_store
from cli.stored_calls import calls, count
from services.contact.figures.behind import Figure, behind
from services.contact.figures.definition import Definitions, load
from services.contact.figures.figures import DefinedFigures, EditionView, figures
from services.contact.figures.grouping import By
from services.contact.figures.tally import Tally

_HARMLESS = frozenset("0123456789 .,()+-")


def figures_command(
    definition: Annotated[
        str | None, typer.Option("--definition", metavar="NAME", help="Name, or NAME@VERSION for one edition whatever the date.")
    ] = None,
    data: Data = Path("data"),
    postgres: Postgres = None,
    policy: Policy = None,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Calls from here on: date or RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Calls before this: date or RFC 3339.")] = None,
    by: Annotated[By | None, typer.Option("--by", help="Besides the total, one line for each.")] = None,
    open_: Annotated[Figure | None, typer.Option("--open", help="List the calls behind this figure instead.")] = None,
    group: Annotated[str | None, typer.Option("--group", help="With --open: those of one group, named as --by names it.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the definitions there are, with editions and sources.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma separated values.")] = False,
) -> None:
    """Compute published figures from stored calls, under a named and versioned definition of what counts.

    Example: ringback figures --definition answering-999 --by month --data /tmp/day
    Example: ringback figures --definition lost-in-queue --open abandoned --by hour --group 2025-06-05T18:00+01:00
    """
    definitions = load(policy)
    if list_:
        _list(definitions, as_json)
        return
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    if group is not None and (by is None or open_ is None):
        raise typer.BadParameter("--group goes with --by and --open")
    name, tally = _tally(definitions, definition, by, since, until)
    storage = open_store("contact", data, postgres)
    try:
        if open_ is None:
            _print(name, tally, storage, as_json, as_csv)
        else:
            _open((row.model_dump(mode="json") for row in behind(calls(storage), tally, open_, group)), as_json, as_csv)
    finally:
        storage.close()


def _print(name: str, tally: Tally, storage: Storage, as_json: bool, as_csv: bool) -> None:
    count(storage, [tally])
    found = figures(name, tally)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    elif as_csv:
        _csv(_flat(found))
    else:
        show(Console(), found)


def _tally(definitions: Definitions, asked: str | None, by: By | None, since: str | None, until: str | None) -> tuple[str, Tally]:
    if asked is None:
        raise typer.BadParameter(f"name a --definition; there are: {', '.join(definitions)}")
    name, _, version = asked.partition("@")
    if name not in definitions:
        raise typer.BadParameter(f"there is no definition {name!r}; there are: {', '.join(definitions)}")
    editions = definitions[name]
    zone = ZoneInfo(editions.editions[-1].rules.zone)
    begins, ends = _instant(since, zone), _instant(until, zone)
    if begins is not None and ends is not None and ends <= begins:
        raise typer.BadParameter("--to must lie after --from")
    return name, Tally(editions, by, begins, ends, version or None)


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2017-06-05"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a date (2017-06-05) nor a time (2017-06-05T12:00:00Z)") from None
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} carries no zone: write 2017-06-05T12:00:00Z, or the date alone")
    return instant.astimezone(UTC)


def _list(definitions: Definitions, as_json: bool) -> None:
    views = {name: [EditionView.of(edition) for edition in editions.editions] for name, editions in definitions.items()}
    if as_json:
        typer.echo(json.dumps({name: [one.model_dump(mode="json") for one in of] for name, of in views.items()}, indent=2))
        return
    table = Table(title="Definitions of published figures", title_justify="left")
    for heading in ("name", "edition", "in force from", "what counts", "source"):
        table.add_column(heading, overflow="fold")
    for name, editions in views.items():
        for one in editions:
            title = one.title + (" (a reading of this project)" if one.reading else "")
            cells = (name, one.version, f"{one.since:%Y-%m-%d}", title, one.sources[0])
            table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


def _open(rows: Iterator[dict[str, Any]], as_json: bool, as_csv: bool) -> None:
    if as_csv:
        _csv(rows)
        return
    seen = 0
    for row in rows:
        seen += 1
        if as_json:
            typer.echo(json.dumps(row))
        else:
            why = row["reason"] or row["abandonment"] or ""
            typer.echo(f"{row['began_at']}  call-{row['call']}  {row['line'] or '-'}  {row['standing']}  {why}".rstrip())
    if not as_json:
        typer.echo(f"{seen} calls. Read one with: ringback history call-...")


def _flat(found: DefinedFigures) -> Iterator[dict[str, Any]]:
    for one in (found.total, *found.groups):
        row: dict[str, Any] = {
            "definition": found.definition,
            "editions": " ".join(edition.version for edition in found.editions),
            **one.model_dump(mode="json", exclude={"answered_after", "abandoned_after", "never_told"}),
        }
        for side in ("abandoned_by_class", "left_out_by_reason"):
            row[side] = "; ".join(f"{name}: {number}" for name, number in row[side].items())
        for what, by_clock in (("answered", one.answered_after), ("abandoned", one.abandoned_after)):
            for clock, times in by_clock.items():
                row |= {
                    f"{what}_after_{clock}_{name}": value
                    for name, value in times.model_dump().items()
                    if name not in ("bands", "edges_s")
                }
                row |= {f"{what}_after_{clock}_band_{n}": band for n, band in enumerate(times.bands)}
        yield row | {f"never_{clock}": number for clock, number in one.never_told.items()}


def _csv(rows: Iterable[Mapping[str, Any]]) -> None:
    out: Any = None
    for row in rows:
        if out is None:
            out = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            out.writeheader()
        out.writerow({name: _harmless(value) for name, value in row.items()})


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is quoted; numbers and +44... stay as they are."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not set(value) <= _HARMLESS:
        return f"'{value}"
    return value
