"""What a service looks like to its HTTP side and to its timers: run a command, read a state, now or as it was known then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from chassis.lifecycle import Loop
from chassis.metrics import Instrument
from chassis.store.aggregate import Aggregate
from contracts.envelope import Envelope, Event

S = TypeVar("S", bound=msgspec.Struct)


class Loaded(msgspec.Struct, Generic[S], frozen=True):
    """A stream's state at a version; version 0 and state None: it does not exist."""

    stream: str
    state: S | None
    version: int


class Timer(NamedTuple):
    """A timer that is due: a state owes it under this name."""

    stream: str
    name: str
    due: datetime


class Entry(NamedTuple):
    """One place in an index: the stream stands under `name` with `value`; pages are ordered by value, then stream."""

    value: str
    stream: str


class Moved(NamedTuple):
    """Up to which position the log was read, and the streams that moved on since, with their last version there."""

    position: int
    versions: dict[str, int]


class Context(msgspec.Struct, frozen=True):
    """On whose behalf, and because of what. The same `cause` can be recorded once: it is the idempotency key's identity."""

    cause: str
    actor: str
    correlation: str
    trace: str | None = None
    expected_version: int | None = None
    fingerprint: str | None = None
    drawn: bool = False
    """Whether the cause was drawn for this one sending: it cannot come again, so nothing need guard against that."""


class Transaction(Protocol):
    """What a use case may touch. Everything it records is kept or dropped as one; it never waits."""

    now: datetime
    actor: str

    def load(self, aggregate: Aggregate[S], stream: str) -> Loaded[S]:
        """The state of a stream, this transaction's own changes included."""
        ...

    def record(self, aggregate: Aggregate[S], stream: str, events: Sequence[Event]) -> Loaded[S]:
        """Append events to a stream and return the state after them. No events: nothing happens."""
        ...

    def find(self, name: str, value: str) -> list[str]:
        """Streams that stand in an index under this value now, in order of their ids."""
        ...

    def first(self, name: str, limit: int) -> list[str]:
        """The streams that stand foremost in an index now, in order of its values, then of their ids."""
        ...

    def moved(self, since: int | None) -> Moved:
        """What is durable behind a position, also of other processes: how a picture in memory keeps up. None: only the end."""
        ...


class Host(Protocol):
    """A running service, as its api sees it."""

    @property
    def rules(self) -> Any:
        """What the service's wiring gave as its policies, for reads that follow them."""
        ...

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        """Obey one command durably, or raise contracts.refusals.Refused; StoreUnavailable when nothing can be saved."""
        ...

    def load(self, aggregate: Aggregate[S], stream: str, known_at: datetime | None = None) -> Loaded[S]:
        """A state now, or as it was known at an instant (by recorded time). Raises NotFound. Blocking, thread safe."""
        ...

    def history(self, stream: str, known_at: datetime | None = None) -> Sequence[Envelope[Event]]:
        """Every event of a stream in order. Raises NotFound."""
        ...

    def find(
        self,
        name: str,
        value: str | None = None,
        *,
        known_at: datetime | None = None,
        after: Entry | None = None,
        limit: int = 100,
    ) -> Sequence[Entry]:
        """A page of an index, of one value or of all, now or as known at an instant."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """All that the plumbing must know of a service. Built in its `wiring.py`.

    `react` and `on_timer` are pure: a heard event, or a timer that is due, becomes commands. `handle` obeys a command within
    a transaction. `effects` names, for event types of its own, what to do outside once such an event is durable; it is
    called for events this process has just recorded and never for replayed ones. `heeds` are the event types `react` can
    answer to, in whatever version: all others pass by unread, also those of a newer writer. `loops` run as long as the process,
    for adapters that hold something open. `counted` names, for gauges of its own, the index whose entries each of them counts.
    `rules` are the policies, for reads that follow them.
    """

    name: str
    aggregates: tuple[Aggregate[Any], ...]
    hears: tuple[str, ...]
    handle: Callable[[Transaction, Any], Loaded[Any]]
    react: Callable[[Envelope[Event]], Sequence[Any]]
    on_timer: Callable[[Timer], Any]
    effects: Mapping[type[Event], Callable[[Envelope[Event]], None]]
    heeds: frozenset[type[Event]]
    loops: tuple[Loop, ...] = ()
    counted: Mapping[Instrument, str] = field(default_factory=dict)
    rules: Any = None

    def aggregate_of(self, stream: str) -> Aggregate[Any]:
        """The kind of a stream, by its prefix; raises LookupError."""
        for aggregate in self.aggregates:
            if stream.startswith(f"{aggregate.name}-"):
                return aggregate
        raise LookupError(f"{self.name} has no kind of stream that begins like {stream!r}")
