"""`ringback history`: everything that happened to one call, review, incident, unit or job, now or as it was known."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from chassis.flow.reads import Reads
from chassis.store.storage import Storage
from cli.composition import service_of
from cli.sources import Data, Postgres, open_store
from contracts.envelope import Envelope, Event


def history(
    stream: Annotated[str, typer.Argument(help="Id of a stream, for example call-0b7c...")],
    data: Data = Path("data"),
    postgres: Postgres = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="TIME", help="As it was known then: RFC 3339 with zone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an event.")] = False,
) -> None:
    """Print every event of a stream, in order.

    Example: ringback history review-0b7c... --data /tmp/day --known-at 2026-06-05T12:00:00Z
    """
    instant = _instant(known_at)
    try:
        service = service_of(stream)
    except LookupError as unknown:
        raise typer.BadParameter(str(unknown.args[0])) from None
    storage = open_store(service, data, postgres)
    try:
        _print(service, storage, stream, instant, as_json)
    finally:
        storage.close()


def _print(service: str, storage: Storage, stream: str, instant: datetime | None, as_json: bool) -> None:
    events = Reads(service, storage).history(stream, instant)
    if as_json:
        for event in events:
            typer.echo(json.dumps(_plain(event)))
        return
    console = Console(highlight=False)
    console.print(f"{stream}{f' as known at {_time(instant)}' if instant else ''}", style="bold")
    for event in events:
        table = Table.grid(padding=(0, 2))
        table.add_row(
            f"{event.version:>4}",
            _time(event.event.at),
            f"[bold]{event.type.split('.')[-2]}[/]",
            f"[dim]{escape(event.actor)}[/]",
        )
        console.print(table)
        late = "" if event.recorded == event.event.at else f"recorded {_time(event.recorded)}  "
        console.print(Padding(escape(late + _what(stream, event)), (0, 0, 0, 6)))


def _what(stream: str, event: Envelope[Event]) -> str:
    data = event.event.model_dump(mode="json", exclude_none=True, exclude={"at"})
    known = (stream, stream.split("-", 1)[1])
    return "  ".join(f"{name}={_short(value)}" for name, value in data.items() if value not in ([], *known))


def _plain(event: Envelope[Event]) -> dict[str, Any]:
    plain = {name: getattr(event, name) for name in event.__slots__ if name != "event"}
    return {**msgspec.to_builtins(plain), "data": event.event.model_dump(mode="json", exclude_none=True)}


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _time(instant: datetime) -> str:
    return instant.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = datetime(1, 1, 1)  # noqa: DTZ001  refused below, as any time without a zone
    if instant.tzinfo is None:
        raise typer.BadParameter("give --known-at as RFC 3339 with a zone, for example 2026-06-05T12:00:00Z")
    return instant
