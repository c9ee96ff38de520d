"""P2 and P3: durable appends, by 64 requesters at once and by one alone, on SQLite and on PostgreSQL."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from chassis.clock import SystemClock
from chassis.host import Context
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from chassis.store.codec import Head, encode, encode_event
from chassis.store.committer import Committer, Desk, Work
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.store.writer import Writer
from contracts.contact.calls import CallQueued
from tests.load.bare import BarePostgres, BareSqlite, postgres_recorder, sqlite_recorder, stored, together
from tests.load.blocks import Compared, at_least, at_most, medians, timed

REQUESTERS = 64
EACH = 20
ALONE = 300
AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
KINDS = {"ours": "", "guarded": ", of a cause that can come again"}
_causes = itertools.count()


class Tally(msgspec.Struct, frozen=True):
    """A state that counts: the store is measured, not a domain."""

    events: int = 0


def _counted(tally: Tally | None, event: CallQueued) -> Tally:
    return Tally(tally.events + 1 if tally else 1)


TALLY = Aggregate("tally", Tally, {CallQueued: _counted}, snapshot_every=1_000_000)
QUEUED = CallQueued(at=AT, call=derived("bench"), queue="999")


def one_more(stream: str, drawn: bool = True) -> Work:
    """The use case of one more event on a stream: of a command without an idempotency key, or of a cause that can come again."""
    cause = f"cause {next(_causes)}"

    def work(desk: Desk) -> None:
        transaction = desk.begin(Context(cause, "bench", cause, drawn=drawn))
        transaction.record(TALLY, stream, [QUEUED])
        desk.accept(transaction)

    return work


async def requested(committer: Committer, drawn: bool) -> float:
    """Seconds for one append when 64 requesters of an event loop append, each to a stream of its own, as HTTP requests do."""
    loop = asyncio.get_running_loop()
    writer = Writer(committer, loop.call_soon_threadsafe)

    async def request(stream: str) -> None:
        for _ in range(EACH):
            done: asyncio.Future[None] = loop.create_future()
            writer.submit(one_more(stream, drawn), done)
            await done

    began = time.perf_counter()
    await asyncio.gather(*(request(f"tally-{number}") for number in range(REQUESTERS)))
    seconds = time.perf_counter() - began
    writer.close()
    return seconds / (REQUESTERS * EACH)


def state() -> bytes:
    """The bytes of such an event, for the floors."""
    return encode(Head(derived("id"), AT, derived("c"), derived("d"), "bench", msgspec.Raw(encode_event(QUEUED))))


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
    committer = Committer(ours, SystemClock(), lambda _: None)
    count = REQUESTERS * EACH
    assert callable(library)
    many = medians(
        {
            "ours": lambda: asyncio.run(requested(committer, drawn=True)),
            "guarded": lambda: asyncio.run(requested(committer, drawn=False)),
            "library": lambda: timed(REQUESTERS * 2, lambda: together(REQUESTERS, 2, library)),
            "group": lambda: timed(count, lambda: [bare.append(row, REQUESTERS) for _ in range(EACH)]),
        },
        rounds=11,
    )
    for kind, what in KINDS.items():
        figure = f"P2 durable append, {REQUESTERS} requesters, {name}{what}"
        yield at_least(figure, many[kind], many["library"], "eventsourcing recorder", p2)
        if group is not None:
            yield at_least(figure, many[kind], many["group"], "raw group insert", group)
    alone = medians(
        {
            "ours": lambda: timed(ALONE, lambda: [committer.commit([one_more("tally-alone")]) for _ in range(ALONE)]),
            "guarded": lambda: timed(ALONE, lambda: [committer.commit([one_more("tally-alone", False)]) for _ in range(ALONE)]),
            "bare": lambda: timed(ALONE, lambda: [bare.append(row) for _ in range(ALONE)]),
        }
    )
    ours.close()
    for kind, what in KINDS.items():
        yield at_most(f"P3 durable append, one requester, {name}{what}", alone[kind], alone["bare"], "raw insert", p3)
