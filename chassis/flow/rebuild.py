"""An empty service plus the topics gives the same store: events and positions as they were, timers and indexes folded anew.

No outside effect is performed and nothing is published. What the service had heard and parked is told by its own events
(`chassis.flow.heard`); what came after is heard now.
"""

import heapq
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.errors import Hole, StoreRefused, UnreadableRecord
from chassis.flow.heard import Heard
from chassis.flow.inbox import Inbox, Limits
from chassis.flow.soundness import POLICY_HINT
from chassis.host import Service
from chassis.log.cloudevents import Arrived, arrived, glance
from chassis.log.port import Log, Partition, Record
from chassis.store.codec import decode_head
from chassis.store.committer import Committer
from chassis.store.fold import Live, follow, replay, take_snapshot
from chassis.store.storage import Changes, InboxMove, LookupChange, Storage, StoredEvent
from chassis.store.transaction import States
from contracts.topics import TOPICS, partition

PAGE = 500
ANY = 2**31
"""Parked keys do not stop a rebuild: nobody could redrive them meanwhile."""
Progress = Callable[[int], None]


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild found: events restored, records heard anew, and events those led to (0 when the log was all heard)."""

    events: int = 0
    heard: int = 0
    decided: int = 0
    parked: int = 0
    positions: dict[Partition, int] = field(default_factory=dict)


async def rebuild(service: Service, storage: Storage, log: Log, clock: Clock, progress: Progress = lambda _: None) -> Rebuilt:
    """Fill an empty store from the log. Raises StoreRefused when it is not empty, Hole when the own topic has one."""
    if storage.last_position() or storage.inbox() or storage.parked_keys():
        raise StoreRefused("The store is not empty. A rebuild begins with an empty one: name another, or move this one away.")
    rebuilt = Rebuilt()
    await _own(service, storage, log, rebuilt, progress)
    for name in service.hears:
        for number in range(TOPICS[name].partitions):
            await _heard(service, storage, log, Partition(TOPICS[name].name, number), clock, rebuilt)
    storage.flush()
    return rebuilt


async def _own(service: Service, storage: Storage, log: Log, rebuilt: Rebuilt, progress: Progress) -> None:
    restorer = Restorer(service, storage)
    topic = TOPICS[service.name]
    chunk: list[Arrived] = []
    async for event in _in_order(log, [Partition(topic.name, number) for number in range(topic.partitions)]):
        if event.position != rebuilt.events + 1:
            raise Hole(f"{topic.name}: position {rebuilt.events + 1} is missing; the next one there is {event.position}")
        rebuilt.events = event.position
        chunk.append(event)
        if len(chunk) == PAGE:
            restorer.restore(chunk)
            chunk = []
            progress(rebuilt.events)
    restorer.restore(chunk)
    progress(rebuilt.events)


async def _in_order(log: Log, partitions: list[Partition]) -> AsyncIterator[Arrived]:
    """The events of all partitions by position, each once."""
    readers = [_events(log, one) for one in partitions]
    heads = [(event.position, n, event) for n, reader in enumerate(readers) async for event in _first(reader)]
    heapq.heapify(heads)
    while heads:
        _, n, event = heapq.heappop(heads)
        yield event
        async for following in _first(readers[n]):
            heapq.heappush(heads, (following.position, n, following))


async def _first(reader: AsyncIterator[Arrived]) -> AsyncIterator[Arrived]:
    event = await anext(reader, None)
    if event is not None:
        yield event


async def _events(log: Log, one: Partition) -> AsyncIterator[Arrived]:
    """Each once and in order, also where a missing one was sent again later, with those after it."""
    last = ahead = 0
    async for record in _records(log, one):
        event = _own_event(record)
        if event is not None and event.previous == last:
            last = event.position
            yield event
        ahead = max(ahead, event.position if event is not None else 0)
    if ahead > last:
        raise Hole(f"{one.topic}/{one.number}: what follows position {last} is missing; the last one there is {ahead}")


def _own_event(record: Record) -> Arrived | None:
    """None for what a stranger left in the topic; what says where it stands and cannot be read was ours, and ends the rebuild."""
    try:
        return arrived(record)
    except UnreadableRecord:
        if glance(record) is not None:
            raise
        return None


async def _records(log: Log, one: Partition) -> AsyncIterator[Record]:
    offset = 0
    while records := await log.read(one, offset, PAGE):
        for record in records:
            yield record
        offset = records[-1].offset + 1


class Restorer:
    """Writes events where they were, with the timers, index entries and snapshots that follow from them."""

    def __init__(self, service: Service, storage: Storage) -> None:
        self._service = service
        self._storage = storage
        self._states = States(storage)
        self._cause = ""

    def restore(self, events: list[Arrived]) -> None:
        """One chunk, in one transaction."""
        changes, after = Changes(), dict[str, Live]()
        stored, guards = [], list[str | None]()
        for event in events:
            row = StoredEvent(event.position, event.stream, event.version, event.type, event.state)
            head = decode_head(event.state)
            stored.append(row)
            guards.append(head.id if head.cause != self._cause else None)
            self._cause = head.cause
            aggregate = self._service.aggregate_of(event.stream)
            before = after.get(event.stream) or self._states.get(aggregate, event.stream)
            live = follow(aggregate, replay(aggregate, [row], before.state), event.version)
            after[event.stream] = live
            for opened, entries in ((False, before.entries - live.entries), (True, live.entries - before.entries)):
                changes.lookups += [
                    LookupChange(opened, name, value, event.stream, head.recorded) for name, value in sorted(entries)
                ]
            changes.timers |= {(event.stream, name): None for name in before.owes.keys() - live.owes.keys()}
            changes.timers |= {(event.stream, name): due for name, due in live.owes.items()}
            if event.version % aggregate.snapshot_every == 0:
                changes.snapshots[event.stream] = take_snapshot(aggregate, event.stream, live)
            changes.relayed[partition(event.stream)] = event.position
        if stored:
            self._storage.restore(stored, guards, changes)
            self._states.keep(after)


async def _heard(service: Service, storage: Storage, log: Log, one: Partition, clock: Clock, rebuilt: Rebuilt) -> None:
    before, offset = Heard(service, storage, clock), 0
    while records := await log.read(one, offset, PAGE):
        before.look(records)
        offset = records[-1].offset + 1
    parked = before.parked()
    if before.last.position:
        storage.append(Changes(inbox=[InboxMove(one, 0, before.last)], parked=parked))
    rebuilt.parked += len(parked)
    events: list[StoredEvent] = []
    committer, inbox = Committer(storage, clock, events.extend), Inbox(service, storage, Limits(parked_keys=ANY))
    offset = inbox.begin(one)
    while records := await log.read(one, offset, PAGE):
        result = committer.commit([inbox.take(one, records)])[0]
        if result.error is not None:
            raise result.error
        progress = inbox.adopt(one, result.value)
        rebuilt.heard += progress.handled + progress.ignored
        rebuilt.parked += progress.parked
        offset = records[-1].offset + 1
    if one in inbox.stopped():
        raise Hole(inbox.stopped()[one])
    settle = inbox.settle()
    if settle is not None:
        inbox.settled(committer.commit([settle])[0].value)
    rebuilt.decided += len(events)
    rebuilt.positions[one] = inbox.position(one)


def differences(one: Storage, other: Storage) -> list[str]:
    """In what a rebuilt store (`other`) differs from the one in use: events byte for byte, timers, index entries, what it heard.

    Empty when they are equal. A rebuild hears the log to its end; that the one in use had not come so far is no difference.
    """
    found = []
    position = 0
    while True:
        left, right = one.page(position, PAGE), other.page(position, PAGE)
        if list(left) != list(right):
            first = next(
                (a.position for a, b in zip(left, right, strict=False) if a != b), position + min(len(left), len(right)) + 1
            )
            found.append(f"events differ from position {first} on")
            break
        if not left:
            break
        position = left[-1].position
    found += _positions_lost(one, other)
    if list(one.timers()) != list(other.timers()):
        found.append(f"the open timers differ; {POLICY_HINT}")
    after = ("", "", "")
    while True:
        entries, others = one.entries(after, PAGE), other.entries(after, PAGE)
        if list(entries) != list(others):
            found.append("the index entries differ")
            break
        if not entries:
            break
        after = entries[-1]
    return found


def _positions_lost(one: Storage, other: Storage) -> list[str]:
    heard = other.inbox()
    return [
        f"{where.topic}/{where.number}: heard to position {reached} instead of {had.position}"
        for where, had in one.inbox().items()
        if (reached := heard[where].position if where in heard else 0) < had.position
    ]
