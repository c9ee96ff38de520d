"""Reads a whole file once before it is played: rows in order onto disk, and aside whatever cannot be read."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from simulator.set_aside import SetAside
from simulator.spool import Spool
from simulator.table import Table, Unreadable


class Place(NamedTuple):
    """Where a row belongs: its instant, the whole it is part of (a call, an incident), and what tells it from any other row."""

    at: datetime
    whole: str
    identity: str


def read(
    table: Table, place: Callable[[list[str]], Place], spool: Spool, set_aside: SetAside, before: tuple[str, ...] = ()
) -> None:
    """Every row ends in the spool, with `before` in front of its fields, or is set aside. `place` raises Unreadable."""
    for line, fields in table:
        try:
            if isinstance(fields, Unreadable):
                raise fields
            at, whole, identity = place(fields)
            if not spool.add(at, whole, line, identity, [*before, *fields]):
                raise Unreadable("repeats an earlier row")
        except Unreadable as unreadable:
            set_aside.add(table.path.name, line, str(unreadable))


def opened(folder: Path) -> tuple[Spool, SetAside]:
    """A spool and a place for rows set aside, both in a folder that is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return Spool(folder), SetAside(folder)
