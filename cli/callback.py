"""`ringback callback`: a carrier's list of failed attempts becomes reviews."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import SystemClock
from chassis.exits import Exit
from cli.carrier.callers import Callers, parts
from cli.carrier.installation import Running, Stopped, Taker, development_token
from cli.carrier.lists import Aside, CarrierList
from cli.sources import Data, Policy, Postgres, open_store
from services.contact.domain.harvest import Harvest, HarvestCallers

SHOWN = 20

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


def _taker(data: Path, postgres: str | None, contact: str | None, token: str | None, policy: Path | None) -> Taker:
    if contact is None:
        return Stopped(open_store("contact", data, postgres), policy)
    return Running(contact, token or development_token(data))


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
    if len(asides) > SHOWN:
        typer.echo(f"... and {len(asides) - SHOWN:,} more: name a file with --set-aside")
