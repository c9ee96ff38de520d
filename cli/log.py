"""`ringback log`: what the services say to each other."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.errors import UnreadableRecord
from chassis.log.cloudevents import parse
from chassis.log.port import Log, Partition, Record
from cli.sources import Data, Kafka, open_log
from contracts.topics import SERVICES, TOPICS

app = typer.Typer(no_args_is_help=True, help="Look at the log between the services.")
PAGE = 500


@app.callback()
def _log() -> None:
    """Look at the log between the services."""


@app.command()
def tail(
    data: Data = Path("data"),
    kafka: Kafka = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this one; may be repeated.")] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="Records of each partition to begin with.")] = 5,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a record.")] = False,
) -> None:
    """Print the newest records, headers and data.

    Example: ringback log tail --topic callback.events -f
    """
    topics = topic or [TOPICS[name].name for name in SERVICES]
    known = {entry.name: entry for entry in TOPICS.values()}
    for name in topics:
        if name not in known:
            raise typer.BadParameter(f"there is no topic {name}; there are: {', '.join(known)}")
    partitions = [Partition(name, number) for name in topics for number in range(known[name].partitions)]
    asyncio.run(_tail(open_log(data, kafka), partitions, last, follow, as_json))


async def _tail(log: Log, partitions: list[Partition], last: int, follow: bool, as_json: bool) -> None:
    try:
        offsets: dict[Partition, int] = {}
        for topic in dict.fromkeys(partition.topic for partition in partitions):
            offsets |= {partition: max(0, end - last) for partition, end in (await log.ends(topic)).items()}
        while True:
            fresh = await _fresh(log, offsets)
            for record in sorted(fresh, key=_recorded):
                _print(record, as_json)
            if not fresh:
                if not follow:
                    return
                await asyncio.sleep(0.2)
    finally:
        await log.close()


async def _fresh(log: Log, offsets: dict[Partition, int]) -> list[Record]:
    fresh: list[Record] = []
    for partition, offset in offsets.items():
        records = await log.read(partition, offset, PAGE)
        if records:
            offsets[partition] = records[-1].offset + 1
            fresh.extend(records)
    return fresh


def _recorded(record: Record) -> bytes:
    return dict(record.headers).get("ce_recordedtime", b"")


def _print(record: Record, as_json: bool) -> None:
    place = {"topic": record.partition.topic, "partition": record.partition.number, "offset": record.offset, "key": record.key}
    try:
        event = parse(record.headers, record.value)
        content = {"attributes": dict(event.attributes), "data": json.loads(event.data)}
    except (UnreadableRecord, ValueError) as unreadable:
        content = {"unreadable": str(unreadable)}
    if as_json:
        typer.echo(json.dumps(place | content))
        return
    attributes = content.get("attributes", {})
    noun = str(attributes.get("type", "unreadable")).removeprefix("ringback.") if isinstance(attributes, dict) else ""
    recorded = attributes.get("recordedtime", "") if isinstance(attributes, dict) else ""
    shown = json.dumps(content.get("data", content.get("unreadable")), ensure_ascii=False)
    Console(soft_wrap=True, highlight=False).print(f"{recorded}  [bold]{noun}[/]  {record.key}  {shown}", markup=True)
