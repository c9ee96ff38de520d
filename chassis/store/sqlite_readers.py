"""Connections that only read a SQLite file, kept open between reads: opening or checking one costs as much as a short read."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGES_MAPPED = 256 * 1024 * 1024


class SqliteReaders:
    """As many connections as threads have ever read at once. Any thread may read; each has a connection to itself meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False

    def query(self, statement: str, parameters: Sequence[object]) -> list[Any]:
        """Run a query; rows as tuples."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            self._put_back(connection)

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the store is closed")
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=5)
        try:
            connection.execute("PRAGMA query_only = 1")
            connection.execute(f"PRAGMA mmap_size = {PAGES_MAPPED}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close those that rest; one that reads is closed when it is done."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
