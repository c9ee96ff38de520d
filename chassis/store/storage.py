"""What a database must do for the event store, in the fewest verbs: append one batch as a whole, and read it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from chassis.host import Entry, Timer
from chassis.log.port import Headers, Partition


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """A row of the log: `position` is gap-free over the whole store, `version` over the stream."""

    position: int
    stream: str
    version: int
    type: str
    state: bytes


class NewEvent(NamedTuple):
    """An event to append; its position is given by the store."""

    stream: str
    version: int
    type: str
    state: bytes
    id: str


class LookupChange(NamedTuple):
    """An index entry that begins to hold (`opened`) or ceases to, at an instant."""

    opened: bool
    name: str
    value: str
    stream: str
    at: datetime


class Snapshot(NamedTuple):
    """A folded state, to begin a load at; `schema` is the fingerprint of the code that folded it."""

    stream: str
    version: int
    schema: str
    state: bytes


class InboxPosition(NamedTuple):
    """How far a source's partition was consumed: the source's own position, and where the log keeps that record."""

    position: int
    offset: int


class InboxMove(NamedTuple):
    """Compare-and-set: the position moves only if the stored one is still `expected` (0: none)."""

    partition: Partition
    expected: int
    to: InboxPosition


class ParkedRecord(NamedTuple):
    """A record set aside with its key, in the order of `offset`."""

    partition: Partition
    key: str
    offset: int
    reason: str
    since: datetime
    headers: Headers
    value: bytes


class ParkedKey(NamedTuple):
    """All that is parked under one key of one source."""

    topic: str
    key: str
    records: int
    first_offset: int
    since: datetime
    reason: str


class CommandOutcome(NamedTuple):
    """What a command with an idempotency key led to."""

    cause: str
    fingerprint: str
    stream: str
    version: int


@dataclass(slots=True)
class Changes:
    """Everything one database transaction writes. `obsolete` timers go only if they are due as said here: a newer one stays."""

    events: list[NewEvent] = field(default_factory=list)
    lookups: list[LookupChange] = field(default_factory=list)
    timers: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    obsolete: list[Timer] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    inbox: list[InboxMove] = field(default_factory=list)
    parked: list[ParkedRecord] = field(default_factory=list)
    unparked: list[ParkedRecord] = field(default_factory=list)
    commands: dict[str, CommandOutcome] = field(default_factory=dict)
    relayed: dict[int, int] = field(default_factory=dict)

    def add(self, other: "Changes") -> None:
        """Put another transaction's changes behind these."""
        self.events += other.events
        self.lookups += other.lookups
        self.timers |= other.timers
        self.obsolete += other.obsolete
        self.snapshots |= other.snapshots
        self.inbox += other.inbox
        self.parked += other.parked
        self.unparked += other.unparked
        self.commands |= other.commands
        self.relayed |= other.relayed

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


class Storage(Protocol):
    """A database under one service. Reads are thread safe; `append` is called by one thread.

    Every method raises StoreUnavailable when the database does not answer or cannot write.
    """

    def append(self, changes: Changes) -> int:
        """Write all or nothing, durably; returns the position before the first new event.

        Raises VersionConflict, DuplicateEvent or StaleOwner, having written nothing.
        """
        ...

    def stream(self, stream: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events of a stream with a version above `after`, in order."""
        ...

    def page(self, after: int, limit: int) -> Sequence[StoredEvent]:
        """Events in order of position, beginning after a position."""
        ...

    def existing(self, streams: Collection[str]) -> frozenset[str]:
        """Those of the streams that have events, in one query."""
        ...

    def streams(self, after: str, limit: int) -> Sequence[str]:
        """Stream ids in order, beginning after one."""
        ...

    def entries(self, after: tuple[str, str, str], limit: int) -> Sequence[tuple[str, str, str]]:
        """Live index entries as (name, value, stream) in order, beginning after one."""
        ...

    def last_position(self) -> int:
        """The position of the newest event; 0 when there is none."""
        ...

    def recorded(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the event ids that are stored. A cause has led to events if its first event's id is there."""
        ...

    def led_to(self, cause: str) -> tuple[str, int] | None:
        """The stream a cause first recorded on, and the last version it gave it; None when it recorded nothing."""
        ...

    def command(self, cause: str) -> CommandOutcome | None:
        """What a command led to, if it was recorded with an idempotency key."""
        ...

    def snapshot(self, stream: str) -> Snapshot | None:
        """The newest snapshot of a stream."""
        ...

    def since_snapshot(self, stream: str) -> tuple[Snapshot | None, Sequence[StoredEvent]]:
        """The newest snapshot of a stream and the events after it, in one query."""
        ...

    def find(self, name: str, value: str | None, known_at: datetime | None, after: Entry | None, limit: int) -> Sequence[Entry]:
        """Index entries by value, then stream; of one value or of all; live ones, or those that held at an instant."""
        ...

    def timers(self) -> Sequence[Timer]:
        """Every open timer, by stream and name."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Timer]:
        """Timers due at `now` or before, oldest first."""
        ...

    def next_due(self) -> datetime | None:
        """When the earliest timer is due."""
        ...

    def inbox(self) -> Mapping[Partition, InboxPosition]:
        """How far each partition was consumed."""
        ...

    def relayed(self) -> Mapping[int, int]:
        """The position last published in each partition of the own topic, as last noted: it may lie behind the truth."""
        ...

    def parked_keys(self) -> Sequence[ParkedKey]:
        """Every parked key, oldest first."""
        ...

    def parked(self, topic: str, key: str) -> Sequence[ParkedRecord]:
        """What is parked under a key, in order."""
        ...

    def restore(self, events: Sequence[StoredEvent], ids: Sequence[str], changes: Changes) -> None:
        """Write events at the positions they have (rebuild); `ids` are their ids."""
        ...

    def lead(self) -> bool:
        """Whether this process is the one that publishes; tried again each time it is not. One process: always."""
        ...

    def ping(self) -> None:
        """Show that the database can be used; raises StoreUnavailable."""
        ...

    def flush(self) -> None:
        """Make everything written so far durable (a store may defer it in time-lapse)."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
