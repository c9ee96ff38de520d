"""The event store in PostgreSQL: one round trip an append, ordered by an advisory lock, readers from a pool."""

import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from select import select
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg
import stamina
from eventsourcing.persistence import InfrastructureFactory, PersistenceError
from eventsourcing.utils import Environment
from msgspec.structs import astuple
from psycopg import sql
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout

from chassis.errors import DuplicateEvent, StaleOwner, StoreError, StoreUnavailable, VersionConflict
from chassis.store import postgres_schema
from chassis.store.reading import Reading, headers_blob, text
from chassis.store.storage import Changes, StoredEvent

T = TypeVar("T")
CONNECT_S = 5
_BACKSLASH, _QUOTE = "\\", '"'


class PostgresStorage(Reading):
    """Storage in one schema of a PostgreSQL database. `dsn` is a `postgresql://` URL; the schema is made if missing."""

    position = "notification_id"
    collate = ' COLLATE "C"'
    texts = "SELECT jsonb_array_elements_text(?::jsonb)"

    def __init__(self, dsn: str, schema: str) -> None:
        self._address = _address(dsn)
        self._writer = 0
        """The thread that appends: it reads on the connection it writes on."""
        self._connect: Callable[[], psycopg.Connection[Any]] = lambda: psycopg.connect(
            dsn, autocommit=True, connect_timeout=CONNECT_S, options=f"-c search_path={schema}", prepare_threshold=0
        )
        with self._plainly():
            _create_events(dsn, schema)
            with self._connect() as connection:
                postgres_schema.migrate(connection)
            self._writing = self._connect()
            self._leading: psycopg.Connection[Any] | None = None
            self._led = False
            self._readers = ConnectionPool(
                dsn,
                kwargs={"autocommit": True, "options": f"-c search_path={schema}", "prepare_threshold": 0},
                min_size=1,
                max_size=8,
                timeout=CONNECT_S,
                open=True,
            )

    def append(self, changes: Changes) -> int:
        self._writer = threading.get_ident()
        with self._plainly():
            try:
                return self._append(changes)
            except psycopg.OperationalError:
                return self._append_again(changes)

    def _append(self, changes: Changes) -> int:
        events = changes.events
        with _as_conflicts():
            row = self._writing.execute(
                "SELECT append_batch(%s::text[], %s, %s::text[], %b, %s, %s::text[], %s)",
                (
                    _texts(e.stream for e in events),
                    [e.version for e in events],
                    _texts(e.type for e in events),
                    b"".join([e.state for e in events]),
                    [len(e.state) for e in events],
                    _texts(e.id for e in events),
                    Jsonb(_beside(changes)),
                ),
            ).fetchone()
        return int(row[0]) if row else 0

    def _append_again(self, changes: Changes) -> int:
        """The answer was lost: the events' own ids tell whether the append took place. Under the lock, for it may still run."""
        for attempt in stamina.retry_context(on=psycopg.OperationalError, attempts=4, wait_max=2.0, timeout=10.0):
            with attempt:
                self._writing.close()
                self._writing = self._connect()
        with self._writing.transaction():
            self._writing.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)")
            if changes.events:
                row = self._writing.execute("SELECT position FROM event_ids WHERE id = %s", (changes.events[0].id,)).fetchone()
                if row is not None:
                    return int(row[0]) - 1
            return self._append(changes)

    def restore(self, events: Sequence[StoredEvent], ids: Sequence[str], changes: Changes) -> None:
        beside = _beside(changes)
        with self._plainly(), _as_conflicts(), self._writing.transaction(), self._writing.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO stored_events (notification_id, originator_id, originator_version, topic, state)"
                " VALUES (%s, %s, %s, %s, %s)",
                map(astuple, events),
            )
            cursor.executemany(
                "INSERT INTO event_ids (id, position) VALUES (%s, %s)",
                [(id_, event.position) for id_, event in zip(ids, events, strict=True)],
            )
            if "inbox" in beside:
                cursor.execute("SELECT move_inbox(%s)", (Jsonb(beside["inbox"]),))
            cursor.execute("SELECT write_beside(%s)", (Jsonb(beside),))

    def _query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        query = statement.replace("?", "%s").encode()
        with self._plainly():
            try:
                if threading.get_ident() == self._writer and not self._writing.closed:
                    return self._writing.execute(query, parameters).fetchall()
                return self._read(query, parameters)
            except psycopg.OperationalError:
                self._readers.check()  # sessions that the server ended; reading twice does no harm
                return self._read(query, parameters)

    def _read(self, query: bytes, parameters: Sequence[object]) -> list[Any]:
        with self._readers.connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def lead(self) -> bool:
        try:
            if self._leading is None or _ended(self._leading):
                self._give_up_lead()
                self._leading = self._connect()
            if not self._led:
                row = self._leading.execute("SELECT pg_try_advisory_lock(hashtext(current_schema()), 2)").fetchone()
                self._led = bool(row and row[0])
        except psycopg.OperationalError:
            self._give_up_lead()
        return self._led

    def _give_up_lead(self) -> None:
        self._led = False
        if self._leading is not None:
            self._leading.close()
            self._leading = None

    def flush(self) -> None:
        """Every append is durable already."""

    def close(self) -> None:
        for connection in (self._writing, self._leading):
            if connection is not None:
                connection.close()
        self._readers.close()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, PoolTimeout, PersistenceError) as error:
            raise StoreUnavailable(
                f"PostgreSQL at {self._address} does not answer or cannot write: {_first_line(error)}"
            ) from error
        except psycopg.Error as error:
            raise StoreError(f"PostgreSQL at {self._address}: {_first_line(error)}") from error


@contextmanager
def _as_conflicts() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation as clash:
        kind = DuplicateEvent if clash.diag.table_name in ("event_ids", "commands") else VersionConflict
        raise kind(_first_line(clash)) from None
    except psycopg.DatabaseError as error:
        if error.sqlstate == "RB001":
            raise StaleOwner(_first_line(error)) from None
        raise


def _ended(idle: psycopg.Connection[Any]) -> bool:
    """Whether the server ended a session, and its locks with it: nothing else is ever to be read from an idle one."""
    return idle.closed or bool(select([idle.fileno()], [], [], 0)[0])


def _texts(values: Iterable[str]) -> str:
    """An array literal; the driver's own dumper looks through every text several times and takes ten times as long."""
    quoted = [value.replace(_BACKSLASH, _BACKSLASH * 2).replace(_QUOTE, _BACKSLASH + _QUOTE) for value in values]
    return "{" + ",".join([f'"{value}"' for value in quoted]) + "}"


def _beside(changes: Changes) -> dict[str, Any]:
    times = Counter((c.name, c.value, c.stream) for c in changes.lookups)
    once = [c for c in changes.lookups if times[c.name, c.value, c.stream] == 1]
    beside: dict[str, Any] = {
        "inbox": [(*move.partition, move.expected, *move.to) for move in changes.inbox],
        "lookups": [
            (c.opened, c.name, c.value, c.stream, text(c.at)) for c in changes.lookups if times[c.name, c.value, c.stream] > 1
        ],
        "opened": [(c.name, c.value, c.stream, text(c.at)) for c in once if c.opened],
        "closed": [(c.name, c.value, c.stream, text(c.at)) for c in once if not c.opened],
        "timers": [(*key, None if due is None else text(due)) for key, due in changes.timers.items()],
        "obsolete": [(timer.stream, timer.name, text(timer.due)) for timer in changes.obsolete],
        "snapshots": [(s.stream, s.version, s.schema, _base64(s.state)) for s in changes.snapshots.values()],
        "parked": [
            (*p.partition, p.key, p.offset, p.reason, text(p.since), _base64(headers_blob(p.headers)), _base64(p.value))
            for p in changes.parked
        ],
        "unparked": [(p.partition.topic, p.key, p.offset) for p in changes.unparked],
        "commands": list(changes.commands.values()),
        "relayed": list(changes.relayed.items()),
    }
    return {name: rows for name, rows in beside.items() if rows}


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _create_events(dsn: str, schema: str) -> None:
    """Let the library make its own table, under a lock: two processes starting at once otherwise trip over each other."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_S) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('ringback schema'))")
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        info = connection.info
        settings = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": info.dbname,
            "POSTGRES_HOST": info.host,
            "POSTGRES_PORT": str(info.port),
            "POSTGRES_USER": info.user,
            "POSTGRES_PASSWORD": info.password,
            "POSTGRES_SCHEMA": schema,
            "ORIGINATOR_ID_TYPE": "text",
        }
        with InfrastructureFactory.construct(Environment("", settings)) as factory:
            factory.process_recorder()


def _address(dsn: str) -> str:
    parts = urlsplit(dsn)
    return f"{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path}"


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
