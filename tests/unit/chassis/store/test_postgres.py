"""What only a database server can do to us: end our sessions, and take what is not ours to give."""

from datetime import timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb
from stage import Station, wait_until
from tiny import NOON, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.errors import DuplicateEvent, VersionConflict
from chassis.log.memory import MemoryLog
from chassis.store import postgres_schema
from chassis.store.postgres import PostgresStorage
from chassis.store.reading import text
from chassis.store.storage import Changes, LookupChange, NewEvent


def end_sessions(dsn: str, storage: PostgresStorage) -> None:
    """As an operator, a fail-over or a restart does."""
    connections = [storage._writing, *([storage._leading] if storage._leading else [])]
    with storage._readers.connection() as reading:
        connections.append(reading)
    with psycopg.connect(dsn, autocommit=True) as operator:
        for connection in connections:
            operator.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))


def test_one_of_two_processes_publishes_and_when_its_session_ends_the_other_may(postgres_dsn: str) -> None:
    one, other = (PostgresStorage(postgres_dsn, "leads") for _ in range(2))
    assert one.lead() and one.lead() and not other.lead()
    end_sessions(postgres_dsn, one)
    assert other.lead() and not one.lead()
    other.close()
    wait_until(one.lead)
    one.close()


def test_services_in_one_database_each_have_a_process_that_publishes(postgres_dsn: str) -> None:
    one, other = PostgresStorage(postgres_dsn, "contact_led"), PostgresStorage(postgres_dsn, "callback_led")
    assert one.lead() and other.lead()
    one.close()
    other.close()


def test_a_session_that_was_ended_is_opened_again_and_nothing_is_lost_or_doubled(postgres_dsn: str) -> None:
    storage = PostgresStorage(postgres_dsn, "ended")
    desk = Station(contact(), storage, MemoryLog(), VirtualClock(NOON))
    desk.do(Receive("a"))
    end_sessions(postgres_dsn, storage)
    assert storage.last_position() == 1
    assert desk.do(Receive("b")).version == 1
    end_sessions(postgres_dsn, storage)
    results = desk.committer.commit([desk.work(Queue(call)) for call in "ab"])
    assert [result.value.version for result in results] == [2, 2]
    assert [event.position for event in storage.page(0, 10)] == [1, 2, 3, 4]
    storage.close()


def test_a_schema_of_the_version_before_goes_on_and_processes_of_that_version_beside_it(postgres_dsn: str) -> None:
    name, schema = "ringback.contact.CallQueued.v1", "upgraded"
    with psycopg.connect(postgres_dsn, autocommit=True, options=f"-c search_path={schema}") as before:
        before.execute("CREATE SCHEMA upgraded")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(postgres_schema, "MIGRATIONS", postgres_schema.MIGRATIONS[:2])
            patch.setattr(postgres_schema, "VERSION", 2)
            patch.setattr("chassis.store.postgres_append.prepare", lambda connection: connection)
            PostgresStorage(postgres_dsn, schema).close()

        def append_as_before(stream: str, version: int, id_: str, **beside: list[list[str]]) -> object:
            call = "SELECT append_batch(%s::text[], %s, %s::text[], %b, %s, %s::text[], %s)"
            return before.execute(call, ([stream], [version], [name], b"{}", [2], [id_], Jsonb(beside))).fetchone()

        def read_as_before() -> list[object]:
            return before.execute("SELECT stream FROM lookups WHERE name = 'open' AND until = '' ORDER BY stream").fetchall()

        noon, later = (text(NOON + timedelta(seconds=n)) for n in (0, 1))
        opened = [["open", "999", f"call-{call}", noon] for call in "xyz"]
        assert append_as_before("call-a", 1, "first", opened=opened) == (0,)
        before.execute("SELECT write_beside(%s)", (Jsonb({"closed": [["open", "999", "call-z", later]]}),))
        storage = PostgresStorage(postgres_dsn, schema)
        assert storage.find("open", None, None, None, 10) == [("999", "call-x"), ("999", "call-y")]
        assert [entry.stream for entry in storage.find("open", "999", NOON, None, 10)] == ["call-x", "call-y", "call-z"]
        before.execute("SELECT write_beside(%s)", (Jsonb({"closed": [["open", "999", "call-y", later]]}),))
        storage.append(Changes(lookups=[LookupChange(True, "open", "101", "call-v", NOON)]))
        assert read_as_before() == [("call-v",), ("call-x",)]
        assert (
            storage.append(Changes(events=[NewEvent("call-a", 2, name, b"{}", "second"), NewEvent("call-b", 1, name, b"{}")]))
            == 1
        )
        assert append_as_before("call-b", 2, "third") == (3,)
        assert storage.recorded(["first", "second", "third"]) == {"first", "second", "third"}
        with pytest.raises(DuplicateEvent):
            storage.append(Changes(events=[NewEvent("call-c", 1, name, b"{}", "first")]))
        with pytest.raises(VersionConflict):
            storage.append(Changes(events=[NewEvent("call-b", 2, name, b"{}")]))
        assert [(e.position, e.stream, e.version) for e in storage.page(0, 10)] == [
            (1, "call-a", 1), (2, "call-a", 2), (3, "call-b", 1), (4, "call-b", 2)
        ]  # fmt: skip
        storage.close()
