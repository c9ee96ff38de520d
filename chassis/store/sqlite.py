"""The event store in one SQLite file: no server, one writer, readers beside it."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec.structs import astuple

from chassis.errors import DuplicateEvent, StaleOwner, StoreError, StoreRefused, VersionConflict
from chassis.log.port import Partition
from chassis.store import sqlite_file
from chassis.store.reading import Reading, headers_blob, text
from chassis.store.sqlite_readers import SqliteReaders
from chassis.store.storage import Changes, CommandOutcome, InboxPosition, LookupChange, StoredEvent

MEMORY = Path(":memory:")


class SqliteStorage(Reading):
    """Storage on SQLite. `batch`: how many appends share a commit; above 1 nothing is durable before `flush` (time-lapse)."""

    def __init__(self, path: Path = MEMORY, batch: int = 1) -> None:
        self._path = path
        self._batch = batch
        self._pending = 0
        self._writer = 0
        """The thread that appends: it reads on the connection it writes on."""
        self._one_connection = batch > 1 or path == MEMORY
        self._lock = threading.RLock()
        self._readers = SqliteReaders(path)
        if path != MEMORY:
            sqlite_file.check(path)
        with sqlite_file.plainly(path):
            self._cursor = sqlite_file.writing(path, durable=batch == 1)

    def append(self, changes: Changes) -> int:
        self._writer = threading.get_ident()
        with sqlite_file.plainly(self._path), self._lock:
            if not self._cursor.connection.in_transaction:
                self._cursor.execute("BEGIN IMMEDIATE")
            try:
                last = self._write(changes)
            except StoreError as clash:
                self._undo()
                if self._pending:
                    raise StoreRefused(f"{clash}, with {self._pending} appends not yet written: this run is lost.") from clash
                raise
            except BaseException:
                self._undo()
                raise
            self._pending += 1
            if self._pending >= self._batch:
                self._commit()
        return last

    def _undo(self) -> None:
        """SQLite may have rolled back by itself: a full disk."""
        if self._cursor.connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def _write(self, changes: Changes) -> int:
        for move in changes.inbox:
            self._move(*move)
        last = self._cursor.execute("SELECT max(rowid) FROM stored_events").fetchone()[0] or 0
        if changes.events:
            self._insert(
                [StoredEvent(last + n, e.stream, e.version, e.type, e.state) for n, e in enumerate(changes.events, 1)],
                [e.guard for e in changes.events],
            )
        if changes.beside():
            self._beside(changes)
        return int(last)

    def _insert(self, events: Sequence[StoredEvent], guards: Sequence[str | None]) -> None:
        try:
            self._cursor.executemany(
                "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) VALUES (?,?,?,?,?)",
                map(astuple, events),
            )
        except sqlite3.IntegrityError as clash:
            raise VersionConflict(str(clash)) from None
        try:
            self._cursor.executemany(
                "INSERT INTO event_ids (id, position) VALUES (?,?)",
                [(guard, event.position) for guard, event in zip(guards, events, strict=True) if guard is not None],
            )
        except sqlite3.IntegrityError as clash:
            raise DuplicateEvent(str(clash)) from None

    def _beside(self, changes: Changes) -> None:
        run = self._cursor.execute
        for opened, entries in groupby(changes.lookups, key=attrgetter("opened")):
            self._look_up(opened, entries)
        for (stream, name), due in changes.timers.items():
            if due is None:
                run("DELETE FROM timers WHERE stream = ? AND name = ?", (stream, name))
            else:
                run("INSERT OR REPLACE INTO timers VALUES (?,?,?)", (stream, name, text(due)))
        for timer in changes.obsolete:
            run("DELETE FROM timers WHERE stream = ? AND name = ? AND due = ?", (timer.stream, timer.name, text(timer.due)))
        for snapshot in changes.snapshots.values():
            run("INSERT OR REPLACE INTO snapshots VALUES (?,?,?,?)", snapshot)
        for record in changes.parked:
            values = (*record.partition, record.key, record.offset, record.reason, text(record.since))
            run("INSERT OR REPLACE INTO parked VALUES (?,?,?,?,?,?,?,?)", (*values, headers_blob(record.headers), record.value))
        for record in changes.unparked:
            where = (record.partition.topic, record.key, record.offset)
            run("DELETE FROM parked WHERE topic = ? AND key = ? AND log_offset = ?", where)
        self._remember(changes.commands.values())
        for partition, position in changes.relayed.items():
            run("INSERT OR REPLACE INTO relayed VALUES (?,?)", (partition, position))

    def _remember(self, commands: Iterable[CommandOutcome]) -> None:
        try:
            self._cursor.executemany("INSERT INTO commands VALUES (?,?,?,?)", commands)
        except sqlite3.IntegrityError as clash:
            raise DuplicateEvent(str(clash)) from None

    def _look_up(self, opened: bool, changes: Iterable[LookupChange]) -> None:
        if opened:
            self._cursor.executemany(
                "INSERT INTO lookups_now VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                [(change.name, change.value, change.stream, text(change.at)) for change in changes],
            )
            return
        gone = [(text(change.at), change.name, change.value, change.stream) for change in changes]
        self._cursor.executemany(
            "INSERT OR REPLACE INTO lookups_past SELECT name, value, stream, since, ? FROM lookups_now"
            " WHERE name = ? AND value = ? AND stream = ?",
            gone,
        )
        self._cursor.executemany("DELETE FROM lookups_now WHERE name = ? AND value = ? AND stream = ?", [one[1:] for one in gone])

    def _move(self, partition: Partition, expected: int, to: InboxPosition) -> None:
        if expected == 0:
            self._cursor.execute("INSERT OR IGNORE INTO inbox VALUES (?,?,?,?)", (*partition, *to))
        else:
            self._cursor.execute(
                "UPDATE inbox SET position = ?, log_offset = ? WHERE topic = ? AND partition = ? AND position = ?",
                (*to, *partition, expected),
            )
        if self._cursor.rowcount != 1:
            raise StaleOwner(f"{partition.topic}/{partition.number} is no longer at position {expected}")

    def restore(self, events: Sequence[StoredEvent], guards: Sequence[str | None], changes: Changes) -> None:
        with sqlite_file.plainly(self._path), self._lock:
            self.flush()
            self._cursor.execute("BEGIN IMMEDIATE")
            try:
                self._insert(events, guards)
                for move in changes.inbox:
                    self._move(*move)
                self._beside(changes)
            except BaseException:
                self._undo()
                raise
            self.flush()

    def _query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        with sqlite_file.plainly(self._path):
            if self._one_connection or threading.get_ident() == self._writer:
                with self._lock:
                    return self._cursor.execute(statement, parameters).fetchall()
            return self._readers.query(statement, parameters)

    def lead(self) -> bool:
        return True

    def flush(self) -> None:
        with sqlite_file.plainly(self._path), self._lock:
            self._commit()

    def _commit(self) -> None:
        self._pending = 0
        if self._cursor.connection.in_transaction:
            try:
                self._cursor.execute("COMMIT")
            except BaseException:
                self._undo()
                raise

    def close(self) -> None:
        self.flush()
        self._readers.close()
        self._cursor.connection.close()
