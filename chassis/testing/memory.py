"""A transaction over dictionaries, for tests of use cases: it folds, finds and owes as the store does, and forgets at the end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chassis.host import Loaded, Moved, Timer
from chassis.store import codec
from chassis.store.aggregate import Aggregate
from contracts import registry
from contracts.envelope import Event

S = TypeVar("S", bound=msgspec.Struct)


class MemoryTransaction:
    """All streams of a service, in one transaction that never ends. `now` and `actor` are set by the test.

    Each event is folded twice, as decided and as read back from its stored form, and each state is packed and unpacked as a
    snapshot is: a fold that works on the one and not on the other fails here.
    """

    def __init__(self, now: datetime, actor: str = "tester") -> None:
        self.now = now
        self.actor = actor
        self.streams: dict[str, list[Event]] = {}
        self.recorded: list[tuple[str, Event]] = []
        self._states: dict[str, Any] = {}
        self._timers: dict[tuple[str, str], datetime] = {}
        self._index: dict[tuple[str, str], set[str]] = {}

    def load(self, aggregate: Aggregate[S], stream: str) -> Loaded[S]:
        return Loaded(stream, self._states.get(stream), len(self.streams.get(stream, ())))

    def record(self, aggregate: Aggregate[S], stream: str, events: Sequence[Event]) -> Loaded[S]:
        if not stream.startswith(f"{aggregate.name}-"):
            raise ValueError(f"{stream!r} is no stream of {aggregate.name}")
        before = self._states.get(stream)
        after = before
        for event in events:
            after = folded(aggregate, after, event)
            self.streams.setdefault(stream, []).append(event)
            self.recorded.append((stream, event))
        if events:
            self._states[stream] = after
            self._follow(aggregate, stream, before, after)
        return self.load(aggregate, stream)

    def find(self, name: str, value: str) -> list[str]:
        return sorted(self._index.get((name, value), ()))

    def first(self, name: str, limit: int) -> list[str]:
        return [stream for streams in self.index(name).values() for stream in streams][:limit]

    def moved(self, since: int | None) -> Moved:
        streams = [] if since is None else [stream for stream, _ in self.recorded[since:]]
        return Moved(len(self.recorded), {stream: len(self.streams[stream]) for stream in streams})

    def index(self, name: str) -> dict[str, list[str]]:
        """All of an index: the streams under each value."""
        return {value: sorted(streams) for (kind, value), streams in sorted(self._index.items()) if kind == name and streams}

    def timers(self) -> list[Timer]:
        """What is owed, soonest first."""
        return sorted(
            (Timer(stream, name, due) for (stream, name), due in self._timers.items()),
            key=lambda timer: (timer.due, timer.stream, timer.name),
        )

    def said(self, kind: type[Event]) -> list[Any]:
        """Every recorded event of a type, in order."""
        return [event for _, event in self.recorded if isinstance(event, kind)]

    def _follow(self, aggregate: Aggregate[S], stream: str, before: S | None, after: S) -> None:
        for entry in () if before is None else aggregate.index(before):
            self._index[entry].discard(stream)
        for entry in aggregate.index(after):
            self._index.setdefault(entry, set()).add(stream)
        for name in () if before is None else aggregate.owes(before):
            del self._timers[stream, name]
        for name, due in aggregate.owes(after).items():
            self._timers[stream, name] = due


def folded(aggregate: Aggregate[S], state: S | None, event: Event) -> S:
    """The state after an event; AssertionError when the stored form of the event or of the state reads differently."""
    step = aggregate.evolve[type(event)]
    after: S = step(state, event)
    if step(state, read_back(event)) != after:
        raise AssertionError(f"{aggregate.name}: {type(event).__name__} folds differently when it is read from the store")
    if msgspec.json.decode(msgspec.json.encode(after), type=aggregate.state) != after:
        raise AssertionError(f"{aggregate.name}: the state after {type(event).__name__} does not survive a snapshot")
    return after


def read_back(event: Event) -> Any:
    """The event as the store's reader hands it to a fold."""
    head = codec.Head("id", event.at, "correlation", "cause", "actor", msgspec.Raw(codec.encode_event(event)))
    return codec.reader(registry.of(event).name)[1](codec.encode(head))
