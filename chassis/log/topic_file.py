"""One topic in one SQLite file: a table for each partition, so that every append goes to the end of its tree."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import msgspec

from chassis.errors import LogError, LogUnavailable
from chassis.log.port import Headers, Outgoing, Partition, Record
from contracts.topics import Topic

APPLICATION_ID = 0x52424C47
"""`RBLG`, in the file's header."""
FORMAT = 1
"""Of the tables; a file of a higher one was written by a newer Ringback."""
BUSY_S = 5.0
"""How long a writer waits for another process's transaction."""
BATCH = 5000
"""Records between two commits of a log that need not be durable."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Headers).decode
_by_partition = attrgetter("partition")


@contextmanager
def _in_plain_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from error


def _named(path: Path, error: sqlite3.Error) -> LogError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return LogUnavailable(f"the disk that holds {path} is full: nothing was appended; make room and it goes on")
    if code == sqlite3.SQLITE_BUSY:
        return LogUnavailable(f"{path} was held by another process for {BUSY_S:g} s: nothing was appended")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return LogError(f"{path} is not a log file, or it is damaged ({error}); move it away or restore it")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return LogUnavailable(f"{path} cannot be opened for writing ({error}); check who may write to its folder")
    return LogUnavailable(f"{path} does not answer: {error}")


def make(path: Path, topic: Topic) -> None:
    """Make the file whole under another name and then link it into place, so that nobody ever sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with _in_plain_words(path):
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("BEGIN")
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {FORMAT}")
            database.execute("CREATE TABLE topic (name TEXT NOT NULL, partitions INTEGER NOT NULL)")
            database.execute("INSERT INTO topic VALUES (?, ?)", (topic.name, topic.partitions))
            for number in range(topic.partitions):
                columns = "id INTEGER PRIMARY KEY, key TEXT NOT NULL, headers BLOB NOT NULL, value BLOB NOT NULL"
                database.execute(f"CREATE TABLE p{number} ({columns})")
            database.execute("COMMIT")
    try:
        os.link(draft, path)
        _sync(path.parent)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink()


def _sync(folder: Path) -> None:
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


class TopicFile:
    """An open topic. Safe to use from several threads; several processes may hold the same file."""

    def __init__(self, path: Path, name: str, durable: bool) -> None:
        self._path = path
        self._name = name
        self._durable = durable
        self._writing = threading.Lock()
        self._reading = threading.Lock() if durable else self._writing
        self._uncommitted = 0
        self._appended = 0
        self._writer = self._open()
        try:
            with _in_plain_words(path):
                self.partitions = self._checked()
        except LogError:
            self._writer.close()
            raise
        self._reader = self._open() if durable else self._writer

    def append(self, records: Sequence[Outgoing]) -> None:
        """Append all in one transaction."""
        for record in records:
            self._check(record.partition)
        rows = sorted(records, key=_by_partition) if len(records) > 1 else records
        with self._writing, _in_plain_words(self._path):
            if not self._writer.in_transaction:
                self._writer.execute("BEGIN IMMEDIATE")
            try:
                for partition, group in groupby(rows, _by_partition):
                    self._writer.executemany(
                        f"INSERT INTO p{partition.number} (key, headers, value) VALUES (?, ?, ?)",
                        [(record.key, _encode(record.headers), record.value) for record in group],
                    )
                self._appended += len(records)
                self._uncommitted += len(records)
                if self._durable or self._uncommitted >= BATCH:
                    self._commit()
            except sqlite3.Error:
                self._give_up()
                raise

    def read(self, partition: Partition, offset: int, limit: int) -> list[Record]:
        """A page; row n holds offset n - 1."""
        self._check(partition)
        with self._reading, _in_plain_words(self._path):
            rows = self._reader.execute(
                f"SELECT id, key, headers, value FROM p{partition.number} WHERE id > ? ORDER BY id LIMIT ?", (offset, limit)
            ).fetchall()
        return [Record(partition, number - 1, key, _decode(headers), value) for number, key, headers, value in rows]

    def ends(self) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        with self._reading, _in_plain_words(self._path):
            return {
                Partition(self._name, number): self._reader.execute(f"SELECT ifnull(max(id), 0) FROM p{number}").fetchone()[0]
                for number in range(self.partitions)
            }

    def mark(self) -> int:
        """Changes when anybody appends: SQLite counts the commits of others, we our own."""
        with self._reading, _in_plain_words(self._path):
            others: int = self._reader.execute("PRAGMA data_version").fetchone()[0]
        return others + self._appended

    def flush(self) -> None:
        """Commit what is not committed."""
        with self._writing, _in_plain_words(self._path):
            if self._writer.in_transaction:
                self._commit()

    def close(self) -> None:
        """Commit and close."""
        self.flush()
        self._writer.close()
        self._reader.close()

    def _open(self) -> sqlite3.Connection:
        with _in_plain_words(self._path):
            return sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )

    def _checked(self) -> int:
        application, version = (
            self._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application != APPLICATION_ID:
            raise LogError(f"{self._path} is not a log file of Ringback; move it away, or choose another folder")
        if version > FORMAT:
            raise LogError(f"{self._path} has format {version}, written by a newer Ringback; this one reads format {FORMAT}")
        name, partitions = self._writer.execute("SELECT name, partitions FROM topic").fetchone() or ("no", 0)
        if name != self._name:
            raise LogError(f"{self._path} holds topic {name}, not {self._name}; was it renamed?")
        self._writer.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'OFF'}")
        return int(partitions)

    def _check(self, partition: Partition) -> None:
        if not 0 <= partition.number < self.partitions:
            raise LogError(f"{partition.topic} has partitions 0 to {self.partitions - 1}, not {partition.number}")

    def _commit(self) -> None:
        self._writer.execute("COMMIT")
        self._uncommitted = 0

    def _give_up(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        self._uncommitted = 0
