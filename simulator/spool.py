"""Puts the rows of a file in order of time with bounded memory: on disk, in a scratch file that goes away by itself."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from simulator.script import InputRefused

_CREATE = """
CREATE TABLE row (
  at REAL NOT NULL, whole TEXT NOT NULL, line INTEGER NOT NULL, identity TEXT NOT NULL UNIQUE, fields TEXT NOT NULL,
  PRIMARY KEY (at, whole, line)
) WITHOUT ROWID
"""
_IN_ORDER = """
SELECT line, whole, fields FROM (SELECT line, whole, fields, at, min(at) OVER (PARTITION BY whole) AS first FROM row)
ORDER BY first, whole, at, line
"""


class Spooled(NamedTuple):
    """A row as it comes back: the line it stood on, what it belongs to, and its fields."""

    line: int
    whole: str
    fields: list[str]


class Spool:
    """Rows in, in any order; rows out by time, those of one whole (a call, an incident) together."""

    def __init__(self, folder: Path) -> None:
        path = folder / "reading-order.scratch"
        try:
            path.unlink(missing_ok=True)
            self._base = sqlite3.connect(path, isolation_level=None)
            self._begin(path)
        except (OSError, sqlite3.Error) as refused:
            raise InputRefused(f"no scratch file can be written in {folder}: {refused}") from None

    def _begin(self, path: Path) -> None:
        try:
            for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000"):
                self._base.execute(f"PRAGMA {setting}")
            self._base.execute(_CREATE)
            path.unlink()  # nobody else needs its name, and so nothing is left behind even by kill -9
            self._base.execute("BEGIN")
        except BaseException:
            self._base.close()
            raise

    def add(self, at: datetime, whole: str, line: int, identity: str, fields: Sequence[str]) -> bool:
        """Keep a row; False when one of the same identity is kept already."""
        try:
            cursor = self._base.execute(
                "INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?)", (at.timestamp(), whole, line, identity, json.dumps(fields))
            )
        except sqlite3.Error as refused:
            raise InputRefused(f"the scratch file cannot be written: {refused}") from None
        return cursor.rowcount == 1

    def __iter__(self) -> Iterator[Spooled]:
        """By the first row of each whole; within one whole by time, then line."""
        for line, whole, fields in self._base.execute(_IN_ORDER):
            yield Spooled(line, whole, json.loads(fields))

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM row").fetchone()[0])

    def span(self) -> tuple[datetime, datetime] | None:
        """The first and the last instant by which rows are ordered; None when there are no rows."""
        first, last = self._base.execute("SELECT min(at), max(at) FROM row").fetchone()
        return None if first is None else (datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))

    def close(self) -> None:
        """The scratch file is gone with this."""
        self._base.close()
