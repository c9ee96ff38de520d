"""`ringback verify`: does stored data keep every promise?"""

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from chassis.clock import SystemClock
from chassis.exits import Exit
from chassis.flow.soundness import faults
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Storage
from cli.composition import idle_service
from cli.folder import DataFolder
from cli.invariants import broken
from cli.sources import Policy, Postgres
from contracts.topics import SERVICES

SHOWN = 50
CHECKS = "I1 to I4 (reviews, attempts), I5 to I7 (units, jobs), I8 (versions, positions), I16 (replay equals live)"


def verify(
    data: Annotated[Path, typer.Argument(help="Data folder.")] = Path("data"),
    postgres: Postgres = None,
    policy: Policy = None,
    complete: Annotated[bool, typer.Option("--complete", help="The run is over: nothing may be open any more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the invariants over stored data of all four services: one review and one disposition for every abandoned call,
    no attempt dialled twice, no unit in two places, no gap in any history, every replay equal to what is live.

    Exit codes: 0 all hold; 1 a breach was found (each is printed).
    Example: ringback verify /tmp/day
    """
    folder = None if postgres else DataFolder.open(data)
    stores: Mapping[str, Storage] = (
        {name: PostgresStorage(postgres, name) for name in SERVICES} if postgres else DataFolder(data).existing()
    )
    over = complete or (folder is not None and folder.complete())
    try:
        found = list(itertools.islice(_found(stores, over, policy), SHOWN + 1))
        counts = {name: storage.last_position() for name, storage in stores.items()}
    finally:
        for storage in stores.values():
            storage.close()
    if as_json:
        typer.echo(json.dumps({"events": counts, "checked": CHECKS, "complete": over, "breaches": found}, indent=2))
    else:
        typer.echo(f"{sum(counts.values())} events of {len(counts)} services: {CHECKS}")
        typer.echo("\n".join(found[:SHOWN]) if found else "All hold.")
    if found:
        raise typer.Exit(Exit.CHECK_FAILED)


def _found(stores: Mapping[str, Storage], over: bool, policy: Path | None) -> Iterator[str]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        for name, storage in stores.items():
            task = bar.add_task(f"{name}: is the store sound?")
            yield from faults(idle_service(name, policy), storage)
            bar.remove_task(task)
        bar.add_task("do the services agree?")
        yield from broken(stores, SystemClock().now(), over, lambda _: None)
