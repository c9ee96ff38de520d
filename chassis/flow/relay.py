"""The event store is the outbox: what was recorded is published in order, with its position and the one before it."""

from collections.abc import Sequence

from chassis.errors import StoreError
from chassis.log.cloudevents import outgoing
from chassis.log.port import Outgoing
from chassis.store.storage import Storage, StoredEvent
from contracts.topics import TOPICS, partition

PAGE = 500


class Relay:
    """Turns stored events into records. Resending after a crash is harmless: positions make it visible.

    `previous` is the position before an event in the same partition, a function of the store alone.
    """

    def __init__(self, service: str, storage: Storage) -> None:
        self._service = service
        self._storage = storage
        self._topic = TOPICS[service]
        self._last = dict(storage.relayed())
        self._noted = dict(self._last)
        self.position = max(self._last.values(), default=0)

    def pending(self, fresh: Sequence[StoredEvent] = ()) -> list[tuple[StoredEvent, Outgoing]]:
        """The next records to publish. `fresh` are events just committed, used when they follow on, to save a read."""
        if fresh and fresh[0].position <= self.position + 1 <= fresh[-1].position:
            events: Sequence[StoredEvent] = fresh[self.position + 1 - fresh[0].position :][:PAGE]
        else:
            events = self._storage.page(self.position, PAGE)
        return self._addressed(events)

    def _addressed(self, events: Sequence[StoredEvent]) -> list[tuple[StoredEvent, Outgoing]]:
        last, expected, addressed = dict(self._last), self.position, []
        for event in events:
            expected += 1
            if event.position != expected:
                raise StoreError(f"{self._service}: position {expected} is missing from the store; nothing after it is published")
            number = partition(event.stream, self._topic.partitions)
            addressed.append((event, _record(self._service, event, last.get(number, 0))))
            last[number] = event.position
        return addressed

    def published(self, records: Sequence[tuple[StoredEvent, Outgoing]]) -> None:
        """The log has these now."""
        for event, record in records:
            self._last[record.partition.number] = event.position
            self.position = event.position

    def note(self) -> dict[int, int]:
        """What changed since the last note, to be kept in the store now and then: it saves resending after a restart."""
        changed = {number: position for number, position in self._last.items() if self._noted.get(number) != position}
        self._noted |= changed
        return changed


def _record(service: str, event: StoredEvent, previous: int) -> Outgoing:
    return outgoing(service, event.stream, event.version, event.position, event.type, event.state, previous)
