"""P4: from stored events to states, beside the library's own way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.domain import event

from chassis.clock import SystemClock
from chassis.host import Context
from chassis.ids import derived
from chassis.store.committer import Committer, Desk, Work
from chassis.store.fold import replay
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage, StoredEvent
from cli.composition import idle_service
from contracts.contact.calls import CallAnswered, CallEnded, CallQueued, CallReceived, Line
from contracts.envelope import Event
from tests.load.blocks import Compared, at_least, medians, timed

CALLS = 1000
AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
SERVICE = idle_service("contact")
CALL = SERVICE.aggregates[0]


class LibraryCall(LibraryAggregate):
    """The same life of a call in the library's own style."""

    @event("Received")
    def __init__(self, at: datetime, call: str, line: str, switch: str) -> None:
        self.call, self.line, self.switch, self.received_at = call, line, switch, at

    @event("Queued")
    def queue(self, at: datetime, queue: str) -> None:
        self.in_queue, self.queued_at = queue, at

    @event("Answered")
    def answer(self, at: datetime, handler: str, left_queue_at: datetime, waited_s: float) -> None:
        self.handler, self.answered_at, self.left_queue_at, self.waited_s = handler, at, left_queue_at, waited_s

    @event("Ended")
    def end(self, at: datetime, talked_s: float) -> None:
        self.ended_at, self.talked_s = at, talked_s


def life(call: str) -> list[Event]:
    """Four events, as a call has them."""
    later = [AT + timedelta(seconds=n) for n in range(4)]
    return [
        CallReceived(at=later[0], call=call, line=Line.EMERGENCY, switch="bench"),
        CallQueued(at=later[1], call=call, queue="999"),
        CallAnswered(at=later[2], call=call, handler="h", left_queue_at=later[2], waited_s=1.0),
        CallEnded(at=later[3], call=call, talked_s=1.0),
    ]


def filled(storage: Storage) -> list[str]:
    """Store the calls; returns their streams."""
    committer = Committer(storage, SystemClock(), lambda _: None)
    calls = [derived("replay", n) for n in range(CALLS)]

    def work(call: str) -> Work:
        def record(desk: Desk) -> None:
            transaction = desk.begin(Context(f"replay {call}", "bench", call))
            transaction.record(CALL, f"call-{call}", life(call))
            desk.accept(transaction)

        return record

    committer.commit([work(call) for call in calls])
    return [f"call-{call}" for call in calls]


def library(settings: dict[str, str]) -> tuple[Application, list[object]]:
    """The library with the same calls."""
    app: Application = Application(env=settings)
    calls = []
    later = [AT + timedelta(seconds=n) for n in range(4)]
    for n in range(CALLS):
        call = LibraryCall(later[0], str(n), "999", "bench")
        call.queue(later[1], "999")
        call.answer(later[2], "h", later[2], 1.0)
        call.end(later[3], 1.0)
        app.save(call)
        calls.append(call.id)
    return app, calls


def memory() -> Iterator[Compared]:
    """In memory on both sides: bytes to states, so that neither pays for a disk."""
    storage = SqliteStorage()
    streams = filled(storage)
    held = [list(storage.stream(stream)) for stream in streams]
    app, calls = library({"PERSISTENCE_MODULE": "eventsourcing.popo"})
    found = medians(
        {
            "ours": lambda: timed(CALLS, lambda: [replay(CALL, events) for events in held]),
            "library": lambda: timed(CALLS, lambda: [app.repository.get(call) for call in calls]),  # type: ignore[arg-type]
        }
    )
    storage.close()
    yield at_least("P4 rebuild of a call's state, 4 events", found["ours"], found["library"], "repository.get", 20)


def postgres(dsn: str) -> Iterator[Compared]:
    """From the database to states: pages of the log in order on our side, as a rebuild reads them."""
    storage = PostgresStorage(dsn, "bench_replay")
    filled(storage)
    info = psycopg.conninfo.conninfo_to_dict(dsn)
    app, calls = library(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(info.get("dbname", "postgres")),
            "POSTGRES_HOST": str(info.get("host", "127.0.0.1")),
            "POSTGRES_PORT": str(info.get("port", "5432")),
            "POSTGRES_USER": str(info.get("user", "postgres")),
            "POSTGRES_PASSWORD": str(info.get("password", "")),
        }
    )
    found = medians(
        {
            "ours": lambda: timed(CALLS, lambda: _all(storage)),
            "library": lambda: timed(CALLS, lambda: [app.repository.get(call) for call in calls]),  # type: ignore[arg-type]
        },
        rounds=5,
    )
    storage.close()
    app.close()
    yield at_least("P4 PostgreSQL, disk to state", found["ours"], found["library"], "repository.get", 5)


def _all(storage: Storage) -> dict[str, object]:
    streams: dict[str, list[StoredEvent]] = {}
    position = 0
    while events := storage.page(position, 1000):
        for one in events:
            streams.setdefault(one.stream, []).append(one)
        position = events[-1].position
    return {stream: replay(CALL, events) for stream, events in streams.items()}
