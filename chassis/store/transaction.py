"""One use case at work on the store: what it loads, what it records, kept in memory until the batch is written."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chassis.host import Context, Entry, Loaded, Moved
from chassis.ids import event_id
from chassis.store.aggregate import Aggregate
from chassis.store.codec import Head, decode_head, encode, encode_event, type_name
from chassis.store.fold import NOTHING, Live, follow, load, replay_one, take_snapshot
from chassis.store.storage import Changes, CommandOutcome, LookupChange, NewEvent, Storage
from contracts.envelope import Event
from contracts.refusals import PreconditionFailed

S = TypeVar("S", bound=msgspec.Struct)


PAGE = 1000
TOLD = 20
"""How many of the changes that were not seen are named."""

Found = dict[tuple[str, str], dict[str, bool]]
"""Index entries not yet written: under (name, value), whether a stream now stands there."""


class States:
    """The states used last, bounded in number; trusted only because a stale one fails the version check on append."""

    def __init__(self, storage: Storage, limit: int = 20_000) -> None:
        self._storage = storage
        self._limit = limit
        self._kept: OrderedDict[str, Live] = OrderedDict()

    def kept(self, stream: str) -> Live | None:
        """The state of a stream if it is in memory."""
        live = self._kept.get(stream)
        if live is not None:
            self._kept.move_to_end(stream)
        return live

    def get(self, aggregate: Aggregate[Any], stream: str) -> Live:
        """The state of a stream, from memory or from the store."""
        live = self.kept(stream)
        if live is not None:
            return live
        live = follow(aggregate, *load(aggregate, self._storage, stream))
        self.keep({stream: live})
        return live

    def keep(self, states: dict[str, Live]) -> None:
        """Remember states that are now stored."""
        for stream, live in states.items():
            self._kept[stream] = live
            self._kept.move_to_end(stream)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def forget(self, streams: Iterable[str]) -> None:
        """Drop states that may be stale."""
        for stream in streams:
            self._kept.pop(stream, None)


class Batch:
    """What several use cases will write together; each sees what those before it recorded.

    One that `assumes` reads the first stream that is not in memory and takes the others to be new: most are, and whoever
    commits the batch looks once whether any of `assumed` was there, instead of once for each of them.
    """

    def __init__(self, storage: Storage, states: States, assumes: bool = False) -> None:
        self.storage = storage
        self.known = states
        self.assumed: set[str] = set()
        self._assumes = assumes
        self._read = False
        self.states: dict[str, Live] = {}
        self.changes = Changes()
        self.found: Found = {}
        self.touched: set[str] = set()

    def state(self, aggregate: Aggregate[Any], stream: str) -> Live:
        """The state of a stream as this batch will leave it so far."""
        live = self.states.get(stream) or self.known.kept(stream)
        if live is not None:
            return live
        _storable(stream)
        if self._assumes and self._read:
            self.assumed.add(stream)
            return NOTHING
        self._read = True
        return self.known.get(aggregate, stream)

    def accept(self, transaction: "LiveTransaction") -> None:
        """Take over what a use case recorded."""
        self.states |= transaction.states
        self.changes.add(transaction.changes)
        for entry, streams in transaction.found.items():
            self.found.setdefault(entry, {}).update(streams)


class LiveTransaction:
    """`chassis.host.Transaction` over a batch. Dropping it drops everything the use case did."""

    __slots__ = ("_batch", "_context", "_expected", "_recorded", "actor", "changes", "found", "now", "states")

    def __init__(self, batch: Batch, context: Context, now: datetime) -> None:
        self.now = now
        self.actor = context.actor
        self.changes = Changes()
        self.states: dict[str, Live] = {}
        self.found: Found = {}
        self._batch = batch
        self._context = context
        self._recorded = 0
        self._expected = context.expected_version

    def load(self, aggregate: Aggregate[S], stream: str) -> Loaded[S]:
        live = self._state(aggregate, stream)
        return Loaded(stream, live.state, live.version)

    def record(self, aggregate: Aggregate[S], stream: str, events: Sequence[Event]) -> Loaded[S]:
        before = self._state(aggregate, stream)
        state, version = before.state, before.version
        for event in events:
            version += 1
            state = replay_one(aggregate, *self._append(stream, version, event), state)
        if not events:
            return Loaded(stream, state, version)
        after = follow(aggregate, state, version)
        self._follow(stream, before, after)
        self.states[stream] = after
        if version // aggregate.snapshot_every > before.version // aggregate.snapshot_every:
            self.changes.snapshots[stream] = take_snapshot(aggregate, stream, after)
        return Loaded(stream, state, version)

    def find(self, name: str, value: str) -> list[str]:
        streams = set(self._stored(name, value))
        for layer in (self._batch.found, self.found):
            for stream, opened in layer.get((name, value), {}).items():
                (streams.add if opened else streams.discard)(stream)
        return sorted(streams)

    def first(self, name: str, limit: int) -> list[str]:
        changed = {
            Entry(value, stream): opened
            for layer in (self._batch.found, self.found)
            for (kind, value), streams in layer.items()
            if kind == name
            for stream, opened in streams.items()
        }
        gone = sum(not opened for opened in changed.values())
        stored = self._batch.storage.find(name, None, None, None, limit + gone)
        standing = {entry for entry in stored if changed.get(entry, True)}
        standing |= {entry for entry, opened in changed.items() if opened}
        return [entry.stream for entry in sorted(standing)[:limit]]

    def moved(self, since: int | None) -> Moved:
        storage = self._batch.storage
        if since is None:
            return Moved(storage.last_position(), {})
        versions: dict[str, int] = {}
        while events := storage.page(since, PAGE):
            versions |= {event.stream: event.version for event in events}
            since = events[-1].position
            if len(events) < PAGE:
                break
        return Moved(since, versions)

    def _stored(self, name: str, value: str) -> Iterator[str]:
        after: Entry | None = None
        while entries := self._batch.storage.find(name, value, None, after, PAGE):
            yield from (entry.stream for entry in entries)
            if len(entries) < PAGE:
                return
            after = entries[-1]

    def done(self, loaded: Loaded[Any]) -> None:
        """Remember what a command with an idempotency key led to."""
        if self._context.fingerprint is not None:
            cause = self._context.cause
            self.changes.commands[cause] = CommandOutcome(cause, self._context.fingerprint, loaded.stream, loaded.version)

    def _state(self, aggregate: Aggregate[Any], stream: str) -> Live:
        self._batch.touched.add(stream)
        live = self.states.get(stream) or self._batch.state(aggregate, stream)
        if self._expected is not None:
            expected, self._expected = self._expected, None
            if live.version != expected:
                raise PreconditionFailed("version-changed", self._moved_on(stream, expected, live.version))
        return live

    def _moved_on(self, stream: str, expected: int, version: int) -> str:
        """What changed since the version that was seen, and by whom."""
        events = [(event.type, event.state) for event in self._batch.storage.stream(stream, expected)]
        planned = (event for event in self._batch.changes.events if event.stream == stream and event.version > expected)
        events += [(event.type, event.state) for event in planned]
        told = [f"{type_.split('.')[-2]} by {decode_head(state).actor}" for type_, state in events[:TOLD]]
        since = f"; since then: {', '.join(told)}" if told else ""
        return f"The version is {version} now, not {expected}{since}. Read it again."

    def _append(self, stream: str, version: int, event: Event) -> tuple[str, bytes]:
        context, name = self._context, type_name(type(event))
        id_ = event_id(context.cause, self._recorded)
        guard = id_ if self._recorded == 0 and not context.drawn else None
        self._recorded += 1
        head = Head(
            id_, self.now, context.correlation, context.cause, context.actor, msgspec.Raw(encode_event(event)), context.trace
        )
        state = encode(head)
        self.changes.events.append(NewEvent(stream, version, name, state, guard))
        return name, state

    def _follow(self, stream: str, before: Live, after: Live) -> None:
        if before.entries != after.entries:
            for name, value in sorted(before.entries - after.entries):
                self._look_up(False, name, value, stream)
            for name, value in sorted(after.entries - before.entries):
                self._look_up(True, name, value, stream)
        if before.owes != after.owes:
            for timer in before.owes.keys() - after.owes.keys():
                self.changes.timers[stream, timer] = None
            for timer, due in after.owes.items():
                if before.owes.get(timer) != due:
                    self.changes.timers[stream, timer] = due

    def _look_up(self, opened: bool, name: str, value: str, stream: str) -> None:
        _storable(value)
        self.changes.lookups.append(LookupChange(opened, name, value, stream, self.now))
        self.found.setdefault((name, value), {})[stream] = opened


def _storable(text: str) -> None:
    """Refuse here what a database would refuse later, when it would cost all who share the commit."""
    if b"\x00" in text.encode():
        raise ValueError("a stream's id or an index value holds NUL")
