"""`ringback callback`: a carrier's failed attempts become reviews, and its count of broken calls is held against ours."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import SystemClock
from chassis.exits import Exit
from cli.carrier.accounts import Books, RunningBooks, StoppedBooks, Unmatched
from cli.carrier.callers import Callers, parts
from cli.carrier.comparison import Compared, compared, counted, show, spans
from cli.carrier.harvests import RunningTaker, StoppedTaker, Taker
from cli.carrier.installation import Running, Stopped, development_token
from cli.carrier.lists import Aside, Attempt, CarrierList, Count
from cli.sources import Data, Policy, Postgres, open_store
from services.callback.reconciliation.carried import CarriedCall, TellCarried
from services.contact.domain.harvest import Harvest, HarvestCallers

SHOWN = 20
AT_ONCE = 200

app = typer.Typer(no_args_is_help=True, help="Calls a carrier knows of: take in those that never came, compare those that did.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The carrier's list, in any of the usual forms.")]
Zone = Annotated[str, typer.Option("--zone", help="The clock of times that name no zone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Token = Annotated[str | None, typer.Option("--token", envvar="RINGBACK_TOKEN", help="Bearer token; else one of --data's issuer.")]


@app.command()
def harvest(
    file: File,
    data: Data = Path("data"),
    postgres: Postgres = None,
    contact: Annotated[
        str | None, typer.Option("--contact", metavar="URL", help="Contact of a running installation, as http://127.0.0.1:8001.")
    ] = None,
    token: Token = None,
    policy: Policy = None,
    carrier: Annotated[str, typer.Option("--carrier", help="Whose list it is.")] = "carrier",
    name: Annotated[str | None, typer.Option("--name", help="Your name for the list; else made from what it holds.")] = None,
    zone: Zone = "Europe/London",
    set_aside: Annotated[
        Path | None, typer.Option("--set-aside", metavar="FILE", help="Where to list every line that was set aside.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in a carrier's list of attempts that never reached this control room: one review a caller, however often they tried.

    The same list again, or a longer one of the same outage, opens nothing twice. Without --contact the list is written to the
    stores of --data, for services that are stopped or running.

    Exit codes: 0 done; 1 lines were set aside, each with its reason; 3 not a list of attempts.
    Example: ringback callback harvest failed.csv --contact http://127.0.0.1:8001
    """
    listed = CarrierList(file, zone, SystemClock().now())
    callers, asides = Callers(), list[Aside]()
    for line in listed.attempts():
        if isinstance(line, Aside):
            asides.append(line)
        else:
            callers.add(line)
    taker = _taker(data, postgres, contact, token, policy)
    try:
        before, after = _taken(taker, callers, name or _name(file), carrier)
    finally:
        taker.close()
    if set_aside is not None:
        set_aside.write_text("line\treason\n" + "".join(f"{one.line}\t{one.reason}\n" for one in asides), "utf-8")
    _report(callers, asides, before, after, as_json)
    if asides:
        raise typer.Exit(Exit.CHECK_FAILED)


@app.command()
def reconcile(
    file: File,
    data: Data = Path("data"),
    postgres: Postgres = None,
    callback: Annotated[
        str | None,
        typer.Option("--callback", metavar="URL", help="Callback of a running installation, as http://127.0.0.1:8002."),
    ] = None,
    token: Token = None,
    policy: Policy = None,
    carrier: Annotated[str, typer.Option("--carrier", help="Whose list it is.")] = "carrier",
    name: Annotated[str | None, typer.Option("--name", help="Your name for the list; else made from what it holds.")] = None,
    zone: Zone = "Europe/London",
    as_json: AsJson = False,
) -> None:
    """Hold a carrier's count of broken calls against ours: for each hour, carrier = reviewed + open.

    FILE has either counts by the hour (columns `hour`, `count`) or the calls themselves (columns `number`, `attempted_at`). Calls
    are told to callback: one that nobody reviews within the policy's time, a minute at most, raises an alarm there.

    Exit codes: 0 all agree; 1 something is missing or was set aside; 3 neither counts nor calls.
    Example: ringback callback reconcile june.csv --callback http://127.0.0.1:8002
    """
    listed = CarrierList(file, zone, SystemClock().now())
    books = _books(data, postgres, callback, token, policy)
    try:
        rows, asides, unmatched = _held(books, listed, name or _name(file), carrier)
    finally:
        books.close()
    wrong = bool(unmatched) if not listed.counts else any(row.missing for row in rows)
    _tell(rows, asides, unmatched, as_json)
    if wrong or asides:
        raise typer.Exit(Exit.CHECK_FAILED)


def _books(data: Path, postgres: str | None, callback: str | None, token: str | None, policy: Path | None) -> Books:
    if callback is None:
        return StoppedBooks(Stopped("callback", open_store("callback", data, postgres), policy))
    return RunningBooks(Running(callback, token or development_token(data)))


def _held(books: Books, listed: CarrierList, name: str, carrier: str) -> tuple[list[Compared], list[Aside], list[Unmatched]]:
    """The hours beside ours, the lines set aside, and the calls of a list that nobody reviews."""
    lines = list(listed.hours() if listed.counts else listed.attempts())
    asides = [line for line in lines if isinstance(line, Aside)]
    calls = [line for line in lines if isinstance(line, Attempt)]
    hours = Counter({line.at: line.calls for line in lines if isinstance(line, Count)}) or counted([call.at for call in calls])
    for begin in range(0, len(calls), AT_ONCE):
        told = calls[begin : begin + AT_ONCE]
        carried = tuple(CarriedCall(at=one.at, number=one.number or None, reference=one.reference) for one in told)
        books.tell(TellCarried(account=name, carrier=carrier, calls=carried))
    rows = [row for begin, end in spans(hours) for row in _span(hours, books, begin, end)] if hours else []
    return rows, asides, list(books.unmatched(name)) if calls else []


def _span(hours: Counter[datetime], books: Books, begin: datetime, end: datetime) -> list[Compared]:
    """One part of the time a carrier speaks of."""
    return compared(Counter({hour: n for hour, n in hours.items() if begin <= hour < end}), books.hours(begin, end))


def _tell(rows: list[Compared], asides: list[Aside], unmatched: list[Unmatched], as_json: bool) -> None:
    if as_json:
        told = {
            "hours": [{**row._asdict(), "hour": row.hour.isoformat(), "missing": row.missing} for row in rows],
            "missing": sum(row.missing for row in rows),
            "unreviewed": [{**one._asdict(), "called_at": one.called_at.isoformat()} for one in unmatched],
            "lines": [one._asdict() for one in asides],
        }
        typer.echo(json.dumps(told, indent=2))
        return
    show(rows)
    for one in unmatched[:SHOWN]:
        alarm = ", an alarm" if one.orphan else ""
        typer.echo(f"nobody reviews the call of {one.called_at:%Y-%m-%d %H:%M:%S} UTC ({one.reference or 'no reference'}){alarm}")
    _more(len(unmatched))
    for aside in asides[:SHOWN]:
        typer.echo(f"line {aside.line}: {aside.reason}")
    _more(len(asides))


def _more(count: int) -> None:
    if count > SHOWN:
        typer.echo(f"... and {count - SHOWN:,} more: see --json")


def _taker(data: Path, postgres: str | None, contact: str | None, token: str | None, policy: Path | None) -> Taker:
    if contact is None:
        return StoppedTaker(Stopped("contact", open_store("contact", data, postgres), policy))
    return RunningTaker(Running(contact, token or development_token(data)))


def _taken(taker: Taker, callers: Callers, name: str, carrier: str) -> tuple[Harvest, Harvest]:
    """What had been taken of the list before, and after all of it."""
    before = after = taker.take(HarvestCallers(harvest=name, carrier=carrier, callers=()))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("callers", total=len(callers))
        for part in parts(callers):
            after = taker.take(HarvestCallers(harvest=name, carrier=carrier, callers=part))
            bar.advance(task, len(part))
    return before, after


def _name(file: Path) -> str:
    return f"list-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def _report(callers: Callers, asides: list[Aside], before: Harvest, after: Harvest, as_json: bool) -> None:
    opened, extended = after.opened - before.opened, after.extended - before.extended
    told = {
        "harvest": after.harvest,
        "attempts": callers.attempts,
        "callers": len(callers),
        "opened": opened,
        "extended": extended,
        "known": len(callers) - opened - extended,
        "answered_since": after.answered_since - before.answered_since,
        "without_number": callers.without_number,
        "set_aside": len(asides),
    }
    if as_json:
        typer.echo(json.dumps({**told, "lines": [one._asdict() for one in asides]}, indent=2))
        return
    for what, count in told.items():
        typer.echo(f"{what.replace('_', ' '):>16}  {count if isinstance(count, str) else format(count, ',')}")
    for one in asides[:SHOWN]:
        typer.echo(f"line {one.line}: {one.reason}")
    _more(len(asides))
