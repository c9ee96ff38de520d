"""Is a store sound by itself? Gap-free, and everything beside the events what the events say (invariants I8 and I16)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from chassis.host import Service
from chassis.store.aggregate import Aggregate
from chassis.store.committer import outcome
from chassis.store.fold import Live, fold, from_snapshot, schema
from chassis.store.reading import text
from chassis.store.storage import Snapshot, Storage, StoredEvent

PAGE = 1000
POLICY_HINT = "timers follow the policy: was the service run under the same RINGBACK_POLICY?"


def faults(service: Service, storage: Storage, progress: Callable[[int], None] = lambda _: None) -> Iterator[str]:
    """What is wrong, in words; nothing when all is well. Memory does not grow with the history."""
    yield from _positions(service, storage, progress)
    timers, entries = _Sum(), _Sum()
    for stream in _streams(storage):
        aggregate = service.aggregate_of(stream)
        events = storage.stream(stream)
        if [event.version for event in events] != list(range(1, len(events) + 1)):
            yield f"{service.name}: the versions of {stream} are not 1 to {len(events)} (I8)"
        folded = outcome(partial(fold, aggregate, events))
        if folded.error is not None:
            yield f"{service.name}: {stream} cannot be replayed ({type(folded.error).__name__}) (I16)"
            continue
        live: Live = folded.value
        if not _snapshot_fits(aggregate, storage.snapshot(stream), events, live):
            yield f"{service.name}: {stream} replayed from its snapshot differs from its replay from zero (I16)"
        timers.add((stream, name, text(due)) for name, due in live.owes.items())
        entries.add((name, value, stream) for name, value in live.entries)
    stored = _Sum()
    stored.add((timer.stream, timer.name, text(timer.due)) for timer in storage.timers())
    if stored != timers:
        counts = f"{stored.count} timers are stored, the states owe {timers.count}"
        yield f"{service.name}: {counts}; they are not the same (I16); {POLICY_HINT}"
    found = _Sum()
    found.add(_entries(storage))
    if found != entries:
        yield f"{service.name}: {found.count} index entries are stored, the states have {entries.count}; not the same (I16)"


def _snapshot_fits(aggregate: Aggregate[Any], snapshot: Snapshot | None, events: Sequence[StoredEvent], live: Live) -> bool:
    if snapshot is None or snapshot.schema != schema(aggregate):
        return True
    start = from_snapshot(aggregate, snapshot)
    return start.version > 0 and fold(aggregate, [event for event in events if event.version > start.version], start) == live


def _positions(service: Service, storage: Storage, progress: Callable[[int], None]) -> Iterator[str]:
    last = 0
    while events := storage.page(last, PAGE):
        for event in events:
            if event.position != last + 1:
                yield f"{service.name}: after position {last} comes {event.position} (I8)"
            last = event.position
        progress(len(events))


def _streams(storage: Storage) -> Iterator[str]:
    after = ""
    while streams := storage.streams(after, PAGE):
        yield from streams
        after = streams[-1]


def _entries(storage: Storage) -> Iterator[tuple[str, str, str]]:
    after = ("", "", "")
    while entries := storage.entries(after, PAGE):
        yield from entries
        after = entries[-1]


class _Sum:
    """A sum over a set of rows that does not depend on their order: equal sums, equal sets."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, rows: Iterable[tuple[str, str, str]]) -> None:
        for row in rows:
            self.count += 1
            self._sum += int.from_bytes(hashlib.sha256("\x1f".join(row).encode()).digest()[:16], "big")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and (self.count, self._sum) == (other.count, other._sum)

    __hash__ = None  # type: ignore[assignment]
