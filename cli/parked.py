"""`ringback parked`: records that could not be dealt with, and bringing them back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.clock import SystemClock
from chassis.exits import Exit
from chassis.flow.parking import Redriven
from chassis.flow.parking import redrive as redriving
from chassis.store.committer import Committer
from chassis.store.reading import text
from chassis.store.storage import ParkedKey, Storage
from cli.composition import idle_service
from cli.sources import Data, Postgres, open_store
from contracts.refusals import NotFound
from contracts.topics import SERVICES

app = typer.Typer(no_args_is_help=True, help="Records that could not be dealt with wait here, by key; every other key flows.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Service = Annotated[str, typer.Argument(help="contact, callback, incident or dispatch.")]
Key = Annotated[str, typer.Argument(help="The key as `ringback parked list` shows it.")]


@app.command("list")
def list_(data: Data = Path("data"), postgres: Postgres = None, as_json: AsJson = False) -> None:
    """List every parked key of every service, longest waiting first.

    Example: ringback parked list --data data
    """
    rows = []
    for service in SERVICES:
        storage = open_store(service, data, postgres)
        rows += [(service, parked) for parked in storage.parked_keys()]
        storage.close()
    if as_json:
        typer.echo(json.dumps([{"service": service, **_plain(parked)} for service, parked in rows], indent=2))
    elif not rows:
        typer.echo("Nothing is parked.")
    else:
        _table(rows)


@app.command()
def show(service: Service, key: Key, data: Data = Path("data"), postgres: Postgres = None, as_json: AsJson = False) -> None:
    """Show the records parked under one key: where they stand in the log, and why. Never what they hold.

    Example: ringback parked show callback call-0b7c...
    """
    storage = _opened(service, data, postgres)
    parked = storage.parked(_found(storage, key).topic, key)
    storage.close()
    rows = [
        {
            "topic": p.partition.topic,
            "partition": p.partition.number,
            "offset": p.offset,
            "reason": p.reason,
            "since": text(p.since),
        }
        for p in parked
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['topic']}/{row['partition']} offset {row['offset']}, since {row['since']}: {row['reason']}")


@app.command()
def redrive(
    service: Service,
    key: Key,
    data: Data = Path("data"),
    postgres: Postgres = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deal with the records of a key in order, up to the first that still fails. Exit code 1 when some still wait.

    Example: ringback parked redrive callback call-0b7c... --preview
    """
    storage = _opened(service, data, postgres)
    topic = _found(storage, key).topic
    work = redriving(idle_service(service), topic, key, preview)
    result = Committer(storage, SystemClock(), lambda _: None).commit([work])[0]
    storage.close()
    if result.error is not None:
        raise result.error
    _report(result.value, preview, as_json)
    if result.value.remaining and not preview:
        raise typer.Exit(Exit.CHECK_FAILED)


def _report(done: Redriven, preview: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(done), indent=2))
        return
    verb = "would be dealt with" if preview else "dealt with"
    typer.echo(f"{done.records} records {verb}, {done.remaining} still parked{f': {done.failure}' if done.failure else ''}")
    for stream, type_ in done.events:
        typer.echo(f"  {'would record' if preview else 'recorded'} {type_} on {stream}")


def _opened(service: str, data: Path, postgres: str | None) -> Storage:
    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are: {', '.join(SERVICES)}")
    return open_store(service, data, postgres)


def _found(storage: Storage, key: str) -> ParkedKey:
    for parked in storage.parked_keys():
        if parked.key == key:
            return parked
    storage.close()
    raise NotFound("not-parked", f"Nothing is parked under {key}. `ringback parked list` shows what is.")


def _plain(parked: ParkedKey) -> dict[str, object]:
    return {**parked._asdict(), "since": text(parked.since)}


def _table(rows: list[tuple[str, ParkedKey]]) -> None:
    table = Table()
    for heading in ("service", "source", "key", "records", "since", "reason of the first"):
        table.add_column(heading, overflow="fold")
    for service, parked in rows:
        table.add_row(service, parked.topic, parked.key, str(parked.records), text(parked.since), parked.reason)
    Console().print(table)
