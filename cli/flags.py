"""`ringback flags`: the assignments a person should look at, and why."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from chassis.store.codec import reader
from chassis.store.storage import Storage
from cli.sources import Data, Postgres, open_store
from simulator.flags import Fact, Flag, Flagged, flagged


def flags(
    data: Data = Path("data"),
    postgres: Postgres = None,
    flag: Annotated[list[Flag] | None, typer.Option("--flag", help="Only these; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an assignment.")] = False,
) -> None:
    """List assignments that overlap, never reached the scene, or belong to an incident that was graded anew.

    Example: ringback flags --data /tmp/fire --flag overlap
    """
    incident, dispatch = (open_store(name, data, postgres) for name in ("incident", "dispatch"))
    try:
        counted: Counter[str] = Counter()
        incidents: set[str] = set()
        for one in flagged(_facts(incident), _facts(dispatch)):
            if flag and not set(flag) & set(one.flags):
                continue
            counted.update(one.flags)
            incidents.update([one.incident] if Flag.REGRADED in one.flags else [])
            typer.echo(json.dumps(asdict(one), default=str) if as_json else _line(one))
    finally:
        incident.close()
        dispatch.close()
    if not as_json:
        typer.echo(_summary(counted, len(incidents)))


def _summary(counted: Counter[str], incidents: int) -> str:
    said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(counted.items()))
    of = f" ({incidents:,} incidents)" if incidents else ""
    return f"{said or 'Nothing carries a flag'}{of}. Read one with: ringback history incident-..."


def _facts(storage: Storage) -> Iterator[Fact]:
    position = 0
    while events := storage.page(position, 1000):
        for event in events:
            kind, read = reader(event.type)
            yield kind, read(event.state)
        position = events[-1].position


def _line(one: Flagged) -> str:
    since = "-" if one.assigned_at is None else f"{one.assigned_at:%Y-%m-%d %H:%M:%S}"
    why = [
        f"overlaps {', '.join(one.overlaps)}" if name is Flag.OVERLAP else f"regraded {', '.join(one.regrades)}"
        for name in one.flags
        if name is not Flag.NEVER_ON_SCENE
    ]
    why += ["never on scene"] if Flag.NEVER_ON_SCENE in one.flags else []
    return f"{since}  {one.unit or 'nobody sent'}  {one.incident}  {'; '.join(why)}"
