"""Hearing other services: each record once, in order, with its effects and the new position in one transaction.

A record is dropped when its source position was seen. When the one before it was not, there is a hole: the partition stops
and alarms, and nothing more of it is applied until the missing record comes, sent again with those after it.
A record that cannot be dealt with is parked, and with it all later ones of its key; everything else flows. One that cannot
even be read still says where it stands, if its position can be read; if not, it may stand for what seems to be missing next.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from chassis.errors import Hole, UnreadableRecord
from chassis.host import Context, Service
from chassis.ids import event_id
from chassis.log.cloudevents import Arrived, arrived, glance
from chassis.log.port import Partition, Record
from chassis.store.codec import decode_head, envelope
from chassis.store.committer import Desk, Work, outcome
from chassis.store.storage import Changes, InboxMove, InboxPosition, ParkedRecord, Storage
from contracts import registry
from contracts.refusals import Refused

START = InboxPosition(0, -1)


@dataclass(slots=True)
class Progress:
    """What became of the records of one take."""

    handled: int = 0
    ignored: int = 0
    repeated: int = 0
    parked: int = 0
    hole: Hole | None = None
    """That a hole was found, once; the partition is stopped for as long as it is there."""
    newest: datetime | None = None


@dataclass(slots=True)
class _Reading:
    """One partition as it is being consumed: what the store has, and how far this process is."""

    stored: InboxPosition
    seen: InboxPosition
    excused: bool = False
    hole: Hole | None = None
    quiet: int = 0
    full: bool = False


@dataclass(slots=True)
class Limits:
    """When parking gives way to stopping, and how often a position without effects is written."""

    parked_keys: int = 100
    quiet_records: int = 1000


@dataclass(slots=True)
class _Taken:
    """What one take changed beside the store; adopted only once it is durable. `excused`: an unreadable record fills a hole."""

    seen: InboxPosition
    excused: bool
    hole: Hole | None
    moved: bool = False
    progress: Progress = field(default_factory=Progress)
    parked: set[tuple[str, str]] = field(default_factory=set)

    def step(self, position: int, offset: int) -> None:
        """The next record in order is dealt with."""
        self.seen, self.excused, self.hole = InboxPosition(position, offset), False, None


class Inbox:
    """The consuming half of one service. Not thread safe: `take` builds the work, the writer runs it, `adopt` ends it.

    `pass_by` spares records that are not for this service the way to the writer and back.
    """

    def __init__(self, service: Service, storage: Storage, limits: Limits | None = None) -> None:
        self._service = service
        self._storage = storage
        self._limits = limits or Limits()
        self._reading: dict[Partition, _Reading] = {}
        self._heeds = frozenset(registry.family(registry.of(model).name) for model in service.heeds)
        self._parked = self._parked_keys()

    def begin(self, partition: Partition) -> int:
        """(Re)read the position of a partition that was just assigned; returns the log offset to read from."""
        stored = self._storage.inbox().get(partition, START)
        self._parked = self._parked_keys()
        self._reading[partition] = _Reading(stored, stored)
        return stored.offset + 1

    def heeds(self, kind: str) -> bool:
        """Whether anything here can answer to events of a type, in whatever version; all others pass by."""
        return registry.family(kind) in self._heeds

    def position(self, partition: Partition) -> int:
        """The source position of the last record dealt with."""
        return self._reading[partition].seen.position

    def stopped(self) -> Mapping[Partition, str]:
        """Partitions that stopped, with the reason."""
        full = f"more than {self._limits.parked_keys} keys are parked"
        return {
            partition: full if reading.full else str(reading.hole)
            for partition, reading in self._reading.items()
            if reading.full or reading.hole
        }

    def parked_keys(self) -> int:
        """How many keys wait."""
        return len(self._parked)

    def pass_by(self, partition: Partition, records: Sequence[Record]) -> _Taken | None:
        """What becomes of records that nothing here answers to: known at once, nothing is written. None when there are others."""
        reading = self._reading[partition]
        taken = _Taken(reading.seen, reading.excused, reading.hole)
        if reading.quiet + len(records) >= self._limits.quiet_records:
            return None
        return taken if all(self._passes_by(record, taken) for record in records) else None

    def take(self, partition: Partition, records: Sequence[Record]) -> Callable[[Desk], _Taken]:
        """The use case that deals with the next records of a partition."""
        reading = self._reading[partition]

        def work(desk: Desk) -> _Taken:
            taken = _Taken(reading.seen, reading.excused, reading.hole)
            for record in records:
                self._one(record, taken, desk)
            taken.progress.hole = None if reading.hole else taken.hole
            self._position(partition, reading, taken, desk)
            return taken

        return work

    def _position(self, partition: Partition, reading: _Reading, taken: _Taken, desk: Desk) -> None:
        """With effects the position moves, and after a conflict: whoever lost the partition must learn of it."""
        eventful = taken.progress.handled or taken.progress.parked or desk.retried
        quiet = reading.quiet + taken.progress.ignored
        if (eventful or quiet >= self._limits.quiet_records) and taken.seen.position > reading.stored.position:
            desk.write(Changes(inbox=[InboxMove(partition, reading.stored.position, taken.seen)]))
            taken.moved = True

    def adopt(self, partition: Partition, taken: _Taken) -> Progress:
        """The take is durable: go on from there."""
        reading = self._reading[partition]
        progress = taken.progress
        reading.seen, reading.excused, reading.hole = taken.seen, taken.excused, taken.hole
        reading.quiet += progress.ignored
        if taken.moved:
            reading.stored, reading.quiet = taken.seen, 0
        self._parked |= taken.parked
        reading.full = self._too_many_parked()
        return progress

    def full(self, partition: Partition) -> bool:
        """Whether a partition must not be read on; one with a hole is, for the missing record may come."""
        return self._reading[partition].full

    def relieved(self) -> list[Partition]:
        """Partitions that stopped because too much was parked, and can go on (`begin`) because it was redriven meanwhile."""
        full = [partition for partition, reading in self._reading.items() if reading.full]
        return [] if full and self._too_many_parked() else full

    def _too_many_parked(self) -> bool:
        if len(self._parked) > self._limits.parked_keys:
            self._parked = self._parked_keys()
        return len(self._parked) > self._limits.parked_keys

    def _parked_keys(self) -> set[tuple[str, str]]:
        return {(parked.topic, parked.key) for parked in self._storage.parked_keys()}

    def settle(self) -> Work | None:
        """The use case that writes positions which moved without effects; None when there is nothing to write."""
        moves = [
            InboxMove(partition, reading.stored.position, reading.seen)
            for partition, reading in self._reading.items()
            if reading.seen.position > reading.stored.position
        ]
        if not moves:
            return None

        def work(desk: Desk) -> list[InboxMove]:
            desk.write(Changes(inbox=moves))
            return moves

        return work

    def settled(self, moves: Sequence[InboxMove]) -> None:
        """The positions are durable."""
        for move in moves:
            reading = self._reading[move.partition]
            reading.stored, reading.quiet = move.to, 0

    def _one(self, record: Record, taken: _Taken, desk: Desk) -> None:
        progress = taken.progress
        if self._passes_by(record, taken):
            return
        try:
            event = arrived(record)
        except UnreadableRecord as unreadable:
            self._unreadable(record, unreadable, taken, desk)
            return
        if event.position <= taken.seen.position:
            progress.repeated += 1
            return
        if event.previous != taken.seen.position and not taken.excused:
            taken.hole = taken.hole or _hole(record.partition, taken.seen.position, event)
            return
        taken.step(event.position, record.offset)
        if self._is_parked(record, taken, desk):
            self._park(record, "an earlier record of this key is parked", taken, desk)
            return
        result = outcome(partial(react, self._service, event, desk))
        if result.error is not None:
            self._park(record, reason(result.error), taken, desk)
            return
        progress.handled += result.value
        progress.ignored += not result.value
        progress.newest = decode_head(event.state).recorded

    def _unreadable(self, record: Record, why: UnreadableRecord, taken: _Taken, desk: Desk) -> None:
        sight = glance(record)
        if sight is None or sight.previous != taken.seen.position or sight.position <= sight.previous:
            taken.excused = True
        else:
            taken.step(sight.position, record.offset)
        self._park(record, str(why), taken, desk)

    def _passes_by(self, record: Record, taken: _Taken) -> bool:
        """A record in its right place of a type that nothing here answers to is not even read.

        Another version of a type that is answered to is read: older ones are brought forward, newer ones parked, never missed.
        """
        sight = glance(record)
        if sight is None or self.heeds(sight.type) or sight.previous != taken.seen.position:
            return False
        if sight.position <= sight.previous:
            return False
        taken.step(sight.position, record.offset)
        taken.progress.ignored += 1
        return True

    def _is_parked(self, record: Record, taken: _Taken, desk: Desk) -> bool:
        key = (record.partition.topic, _storable(record.key))
        if key not in self._parked and key not in taken.parked:
            return False
        return bool(desk.parked(*key))

    def _park(self, record: Record, why: str, taken: _Taken, desk: Desk) -> None:
        key = _storable(record.key)
        parked = ParkedRecord(record.partition, key, record.offset, _storable(why), desk.now(), record.headers, record.value)
        desk.write(Changes(parked=[parked]))
        taken.parked.add((record.partition.topic, key))
        taken.progress.parked += 1


def react(service: Service, event: Arrived, desk: Desk) -> bool:
    """Let a service hear one event; whether anything was recorded. Everything or nothing of the event is kept."""
    heard = envelope(event.service, event.stream, event.version, event.position, event.type, event.state)
    commands = service.react(heard)
    if not commands or (desk.retried and desk.storage.recorded([event_id(heard.id, 0)])):
        return False
    transaction = desk.begin(Context(heard.id, actor=f"service:{service.name}", correlation=heard.correlation, trace=heard.trace))
    for command in commands:
        service.handle(transaction, command)
    desk.accept(transaction)
    return bool(transaction.changes)


def _hole(partition: Partition, seen: int, event: Arrived) -> Hole:
    place = f"{partition.topic}/{partition.number}"
    return Hole(f"{place}: after position {seen} came {event.position}, which says {event.previous} goes before it")


def _storable(text: str) -> str:
    """A text from outside as every database can keep it."""
    return text.replace("\x00", "\ufffd")


def reason(poison: Exception) -> str:
    """Why a record was parked: the kind of error, and its words only where they are ours and hold no personal data."""
    if isinstance(poison, UnreadableRecord | Refused):
        return str(poison)
    return f"defect while reacting: {type(poison).__name__}"
