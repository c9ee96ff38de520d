"""P2 and P3: durable appends, by 64 requesters at once and by one alone, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from chassis.clock import SystemClock
from chassis.host import Context, Service
from chassis.ids import derived
from chassis.store.codec import Head, encode, encode_event
from chassis.store.committer import Committer, Desk, Work
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.store.writer import Writer
from cli.composition import idle_service
from contracts.contact import CallReceived, Line
from tests.load.bare import BarePostgres, BareSqlite, postgres_recorder, sqlite_recorder, stored, together
from tests.load.blocks import Compared, at_least, at_most, medians, timed

REQUESTERS = 64
EACH = 20
ALONE = 300
AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
_calls = itertools.count()


def new_call(service: Service) -> Work:
    """The use case of one new call: one event on a new stream, with its index entries."""
    call = derived("bench", next(_calls))
    aggregate = service.aggregates[0]
    event = CallReceived(at=AT, call=call, line=Line.EMERGENCY, switch="bench")

    def work(desk: Desk) -> None:
        transaction = desk.begin(Context(f"cause {call}", "bench", call))
        transaction.record(aggregate, f"call-{call}", [event])
        desk.accept(transaction)

    return work


def state() -> bytes:
    """The bytes of such an event, for the floors."""
    event = CallReceived(at=AT, call=derived("bench"), line=Line.EMERGENCY, switch="bench")
    return encode(Head(derived("id"), AT, derived("c"), derived("d"), "bench", msgspec.Raw(encode_event(event))))


def sqlite(folder: Path) -> Iterator[Compared]:
    """On files in a folder."""
    ours = SqliteStorage(folder / "ours.sqlite")
    library, bare = sqlite_recorder(folder / "library.sqlite"), BareSqlite(folder / "bare.sqlite")
    row = state()
    yield from _compared("SQLite", ours, lambda: library.insert_events([stored(row)]), bare, row, p2=15, p3=1.5, group=None)


def postgres(dsn: str) -> Iterator[Compared]:
    """In schemas of a database."""
    ours, library, bare = PostgresStorage(dsn, "bench_ours"), postgres_recorder(dsn, "bench_library"), BarePostgres(dsn)
    row = state()
    yield from _compared("PostgreSQL", ours, lambda: library.insert_events([stored(row)]), bare, row, p2=40, p3=1.15, group=0.75)


def _compared(
    name: str,
    ours: Storage,
    library: "object",
    bare: BareSqlite | BarePostgres,
    row: bytes,
    p2: float,
    p3: float,
    group: float | None,
) -> Iterator[Compared]:
    service = idle_service("contact")
    committer = Committer(ours, SystemClock(), lambda _: None)
    writer = Writer(committer)
    count = REQUESTERS * EACH
    assert callable(library)
    many = medians(
        {
            "ours": lambda: timed(count, lambda: together(REQUESTERS, EACH, lambda: writer.run(new_call(service)))),
            "library": lambda: timed(REQUESTERS * 2, lambda: together(REQUESTERS, 2, library)),
            "group": lambda: timed(count, lambda: [bare.append(row, REQUESTERS) for _ in range(EACH)]),
        },
        rounds=5,
    )
    yield at_least(
        f"P2 durable append, {REQUESTERS} requesters, {name}", many["ours"], many["library"], "eventsourcing recorder", p2
    )
    if group is not None:
        yield at_least(
            f"P2 durable append, {REQUESTERS} requesters, {name}", many["ours"], many["group"], "raw group insert", group
        )
    alone = medians(
        {
            "ours": lambda: timed(ALONE, lambda: [committer.commit([new_call(service)]) for _ in range(ALONE)]),
            "bare": lambda: timed(ALONE, lambda: [bare.append(row) for _ in range(ALONE)]),
        }
    )
    writer.close()
    ours.close()
    yield at_most(f"P3 durable append, one requester, {name}", alone["ours"], alone["bare"], "raw insert", p3)
