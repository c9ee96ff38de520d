"""From stored events to state: one fold, for the live view, for a state as it was known, and for a rebuild."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from chassis.store.aggregate import Aggregate
from chassis.store.codec import Fields, decode_head, stored_reader
from chassis.store.storage import Snapshot, Storage, StoredEvent


class Live(NamedTuple):
    """A state at a version, with what follows from it."""

    state: Any
    version: int
    entries: frozenset[tuple[str, str]]
    owes: Mapping[str, datetime]


NOTHING = Live(None, 0, frozenset(), {})


Step = tuple[Callable[[bytes], Fields[Any]], Callable[[Any, Any], Any]]


class _Steps(dict[str, Step]):
    """For each stored type name how it is read and what it does to a state; filled as types are met."""

    def __init__(self, aggregate: Aggregate[Any]) -> None:
        self._aggregate = aggregate

    def __missing__(self, name: str) -> Step:
        model, read = stored_reader(name)
        self[name] = read, self._aggregate.evolve[model]
        return self[name]


_steps = cache(_Steps)


def replay(aggregate: Aggregate[Any], events: Iterable[StoredEvent], state: Any = None) -> Any:
    """The state after the events. Live states go the same way, from the same bytes: replay equals live by construction."""
    steps = _steps(aggregate)
    for event in events:
        read, evolve = steps[event.type]
        state = evolve(state, read(event.state).data)
    return state


def fold(aggregate: Aggregate[Any], events: Sequence[StoredEvent], start: Live = NOTHING) -> Live:
    """The state after all the events, from a start, with what follows from it."""
    return follow(aggregate, replay(aggregate, events, start.state), events[-1].version if events else start.version)


def follow(aggregate: Aggregate[Any], state: Any, version: int) -> Live:
    """A state with its index entries and open timers."""
    if state is None:
        return NOTHING
    return Live(state, version, frozenset(aggregate.index(state)), dict(aggregate.owes(state)))


def known_at(events: Iterable[StoredEvent], instant: datetime | None) -> list[StoredEvent]:
    """The events that had been recorded at an instant: always the beginning of a stream, even if a clock was put back."""
    if instant is None:
        return list(events)
    return list(takewhile(lambda event: decode_head(event.state).recorded <= instant, events))


@cache
def schema(aggregate: Aggregate[Any]) -> str:
    """A fingerprint of what a snapshot depends on: the shape of the state and the events folded into it."""
    shape = msgspec.json.encode(msgspec.json.schema(aggregate.state), order="sorted")
    events = ",".join(sorted(model.__name__ for model in aggregate.evolve))
    return hashlib.sha256(shape + events.encode() + str(aggregate.revision).encode()).hexdigest()[:16]


def take_snapshot(aggregate: Aggregate[Any], stream: str, live: Live) -> Snapshot:
    """A state as a snapshot."""
    return Snapshot(stream, live.version, schema(aggregate), msgspec.json.encode(live.state))


def from_snapshot(aggregate: Aggregate[Any], snapshot: Snapshot | None) -> Live:
    """Where a load begins: the snapshot, or nothing when there is none, other code folded it or it cannot be read."""
    if snapshot is None or snapshot.schema != schema(aggregate):
        return NOTHING
    try:
        return Live(msgspec.json.decode(snapshot.state, type=aggregate.state), snapshot.version, frozenset(), {})
    except msgspec.MsgspecError:
        return NOTHING


def load(aggregate: Aggregate[Any], storage: Storage, stream: str) -> tuple[Any, int]:
    """The state and version of a stream, from its snapshot on where there is one this code can use."""
    snapshot, events = storage.since_snapshot(stream)
    start = from_snapshot(aggregate, snapshot)
    if snapshot is not None and start is NOTHING:
        events = storage.stream(stream)
    return replay(aggregate, events, start.state), events[-1].version if events else start.version
