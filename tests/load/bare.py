"""The floors: the same rows written by the driver alone, and by the library's own recorder."""

import itertools
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
from eventsourcing.persistence import InfrastructureFactory, ProcessRecorder, StoredEvent
from eventsourcing.utils import Environment

TYPE = "ringback.contact.CallQueued.v1"
STREAMS = 64
_numbers = itertools.count()


def place() -> tuple[str, int]:
    """Where the next event goes: streams in turn, each growing, as where 64 requesters write to a stream of their own."""
    turn, number = divmod(next(_numbers), STREAMS)
    return f"tally-{number}", turn + 1


def stored(state: bytes) -> StoredEvent:
    """One new event for the library."""
    stream, version = place()
    return StoredEvent(originator_id=stream, originator_version=version, topic=TYPE, state=state)  # type: ignore[arg-type]


def sqlite_recorder(path: Path) -> ProcessRecorder:
    """The library's recorder on a file."""
    settings = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path), "ORIGINATOR_ID_TYPE": "text"}
    return InfrastructureFactory.construct(Environment("", settings)).process_recorder()


def postgres_recorder(dsn: str, schema: str) -> ProcessRecorder:
    """The library's recorder in a schema."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        info = connection.info
        settings = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": info.dbname,
            "POSTGRES_HOST": info.host,
            "POSTGRES_PORT": str(info.port),
            "POSTGRES_USER": info.user,
            "POSTGRES_PASSWORD": info.password,
            "POSTGRES_SCHEMA": schema,
            "POSTGRES_POOL_SIZE": "64",
            "ORIGINATOR_ID_TYPE": "text",
        }
    return InfrastructureFactory.construct(Environment("", settings)).process_recorder()


class BareSqlite:
    """One table, one connection, one row or a group of rows a commit, as durable as ours."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE bare (stream TEXT, version INTEGER, type TEXT, state BLOB, PRIMARY KEY (stream, version))"
        )

    def append(self, state: bytes, rows: int = 1) -> None:
        """Insert and commit."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO bare VALUES (?, ?, ?, ?)", [(*place(), TYPE, state) for _ in range(rows)])
        self._connection.execute("COMMIT")


class BarePostgres:
    """One table, one connection, one round trip an insert."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True, prepare_threshold=0)
        self._connection.execute("DROP TABLE IF EXISTS bare")
        self._connection.execute(
            "CREATE TABLE bare (stream text, version bigint, type text, state bytea, PRIMARY KEY (stream, version))"
        )

    def append(self, state: bytes, rows: int = 1) -> None:
        """Insert in one statement, which commits itself."""
        streams, versions = zip(*(place() for _ in range(rows)), strict=True)
        self._connection.execute(
            "INSERT INTO bare SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bytea[])",
            (list(streams), list(versions), [TYPE] * rows, [state] * rows),
        )


def together(threads: int, each: int, work: Callable[[], object]) -> None:
    """The same blocking work by many requesters at once."""

    def run() -> None:
        for _ in range(each):
            work()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
