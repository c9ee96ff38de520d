"""Is this file ours, whole and not newer than we are? Asked before anything is written, answered in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from chassis.errors import StoreRefused, StoreUnavailable

APPLICATION_ID = 0x52424B31
MIGRATIONS = sorted((Path(__file__).parent / "migrations" / "sqlite").glob("*.sql"))
CACHE_KIB = 32 * 1024
LOCKED_S = 5.0
"""How long a write waits for another process that writes."""
CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log before a commit copies them into the file and waits for the disk twice more. Four times SQLite's
own: a page changed by many commits, as the ends of indexes are, is copied once. A start after a kill reads at most 16 MB."""
VERSION = len(MIGRATIONS)


def check(path: Path) -> None:
    """Raise StoreRefused when an existing file cannot be an event store of this version; a missing one is fine."""
    if path.is_dir():
        raise StoreRefused(f"{path} is a folder. Name a file in it.")
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        magic = file.read(16)
    if magic != b"SQLite format 3\x00":
        raise StoreRefused(f"{path} is not an event store (no SQLite file). Name another folder, or move the file away.")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.DatabaseError as damaged:
        raise StoreRefused(f"{path} is damaged or half written ({damaged}). Restore it from a backup or rebuild it.") from None
    if application != APPLICATION_ID and tables:
        raise StoreRefused(f"{path} is a SQLite file of another program, or its creation was cut off. It was left as it is.")
    if version > VERSION:
        raise StoreRefused(f"{path} was written by a newer Ringback (format {version}, this one reads up to {VERSION}). Upgrade.")


def writing(path: Path, durable: bool) -> sqlite3.Cursor:
    """A connection that writes, on a schema brought up to date.

    The library says what its tables are, and they are made here: its own connections forget each statement at the next one,
    and preparing them again took a fifth of a short append.
    """
    cursor = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=LOCKED_S).cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
        for statement in _recorder().create_table_statements:
            cursor.execute(statement)
        _prepare(cursor, durable)
    except BaseException:
        cursor.connection.close()
        raise
    return cursor


def _recorder() -> SQLiteApplicationRecorder:
    return SQLiteApplicationRecorder(SQLiteDatastore(":memory:", originator_id_type="text"))


def _prepare(cursor: sqlite3.Cursor, durable: bool) -> None:
    cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    version = cursor.execute("PRAGMA user_version").fetchone()[0]
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        cursor.executescript(
            f"BEGIN IMMEDIATE;\n{migration.read_text()}\n"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number}; COMMIT;"
        )


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn the driver's errors into words a person can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        reason = str(error)
        if "full" in reason:
            raise StoreUnavailable(
                f"The disk of {path} is full: nothing was saved. Free space; waiting work goes on by itself."
            ) from error
        if "malformed" in reason or "not a database" in reason:
            raise StoreRefused(f"{path} is damaged ({reason}). Restore it from a backup or rebuild it from the log.") from error
        raise StoreUnavailable(f"The event store {path} cannot be used: {reason}.") from error
