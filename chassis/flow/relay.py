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
        self.position = self._noted = max(self._last.values(), default=0)

    def pending(self, fresh: Sequence[StoredEvent] = ()) -> list[tuple[StoredEvent, Outgoing]]:
        """The next records to publish. `fresh` are events just committed, used as far as they follow on, to save a read."""
        return self._addressed(self._following(fresh) or self._storage.page(self.position, PAGE))

    def _following(self, fresh: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """Those that follow on without a gap; what other processes committed in between is not among the fresh."""
        first = next((n for n, event in enumerate(fresh) if event.position == self.position + 1), len(fresh))
        page = fresh[first : first + PAGE]
        return [event for n, event in enumerate(page) if event.position == self.position + 1 + n]

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
        """To be kept in the store now and then, all of it at once: it saves resending after a restart. Empty: nothing is new."""
        if self.position == self._noted:
            return {}
        self._noted = self.position
        return {number: self._last.get(number, 0) for number in range(self._topic.partitions)}


def _record(service: str, event: StoredEvent, previous: int) -> Outgoing:
    return outgoing(service, event.stream, event.version, event.position, event.type, event.state, previous)
