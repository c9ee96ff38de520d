"""What only a database server can do to us: end our sessions, and take what is not ours to give."""

import psycopg
from stage import Station, wait_until
from tiny import NOON, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.log.memory import MemoryLog
from chassis.store.postgres import PostgresStorage


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
