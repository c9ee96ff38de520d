"""`ringback rebuild`: an empty service plus the log gives the same store; shown by comparing the two."""

import asyncio
import json
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from chassis.clock import SystemClock
from chassis.exits import Exit
from chassis.flow import rebuild as rebuilding
from chassis.flow.rebuild import Rebuilt
from chassis.host import Service
from chassis.log.port import Log
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from cli.composition import idle_service
from cli.sources import Data, Kafka, Policy, Postgres, open_log, open_store
from contracts.topics import SERVICES


def rebuild(
    service: Annotated[str, typer.Argument(help="contact, callback, incident or dispatch.")],
    from_log: Annotated[
        bool, typer.Option("--from-log", help="Read the topics; said on purpose, because it can take long.")
    ] = False,
    data: Data = Path("data"),
    kafka: Kafka = None,
    postgres: Postgres = None,
    policy: Policy = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="FILE", help="SQLite file to build; otherwise a new one in the temporary folder."),
    ] = None,
    into_schema: Annotated[
        str | None, typer.Option("--into-schema", help="With --postgres: build in this schema instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Build the store of a service anew from the log, beside the one in use, and compare them. Rings nobody.

    Exit codes: 0 equal byte for byte; 1 they differ (the differences are printed).
    Example: ringback rebuild callback --from-log --data data
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are: {', '.join(SERVICES)}")
    if not from_log:
        raise typer.BadParameter("say --from-log: that is the only source a rebuild has")
    original = open_store(service, data, postgres)
    where, fresh = _fresh(service, into, postgres, into_schema)
    rebuilt = asyncio.run(_rebuild(idle_service(service, policy), fresh, open_log(data, kafka)))
    differences = rebuilding.differences(original, fresh)
    original.close()
    fresh.close()
    _show(service, where, rebuilt, differences, as_json)
    if differences:
        raise typer.Exit(Exit.CHECK_FAILED)


def _fresh(service: str, into: Path | None, postgres: str | None, schema: str | None) -> tuple[str, Storage]:
    if postgres and schema:
        return f"schema {schema}", PostgresStorage(postgres, schema)
    path = into or Path(mkdtemp(prefix="ringback-rebuild-")) / f"{service}.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path), SqliteStorage(path, batch=200)


async def _rebuild(service: Service, fresh: Storage, log: Log) -> Rebuilt:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading the log")
            return await rebuilding.rebuild(
                service, fresh, log, SystemClock(), lambda count: bar.update(task, description=f"{count} events")
            )
    finally:
        await log.close()


def _show(service: str, where: str, rebuilt: Rebuilt, differences: list[str], as_json: bool) -> None:
    if as_json:
        plain = {
            "service": service, "into": where, "events": rebuilt.events, "heard_anew": rebuilt.heard,
            "decided_anew": rebuilt.decided, "parked": rebuilt.parked, "equal": not differences, "differences": differences,
        }  # fmt: skip
        typer.echo(json.dumps(plain, indent=2))
        return
    typer.echo(f"{service}: {rebuilt.events} events rebuilt into {where}; {rebuilt.decided} decided anew")
    typer.echo("equal byte for byte" if not differences else "\n".join(f"DIFFERS: {one}" for one in differences))
