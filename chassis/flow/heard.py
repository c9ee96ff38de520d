"""What a rebuilt service had heard of a partition before it was lost: how far it was, and what had been set aside.

Its own events tell. Up to the last record that led to one, a record is known to be dealt with. One before it that asks for
something, led to nothing, and would still lead to something or fail, had been parked, unless a later one of its key was obeyed.
"""

from collections.abc import Sequence
from functools import partial

from chassis.clock import Clock
from chassis.errors import UnreadableRecord
from chassis.flow.inbox import START, react, reason
from chassis.host import Service
from chassis.ids import event_id
from chassis.log.cloudevents import Arrived, arrived
from chassis.log.port import Record
from chassis.store.codec import decode_head
from chassis.store.committer import Committer, Desk, outcome
from chassis.store.storage import InboxPosition, ParkedRecord, Storage
from contracts import registry

UNKNOWN = "it led to nothing before the store was rebuilt, and would now"
BEHIND = "an earlier record of this key is parked"


class Heard:
    """Looks through one partition, page by page, beside a store whose own events are restored."""

    def __init__(self, service: Service, storage: Storage, clock: Clock) -> None:
        self.last = START
        """The last record that is known to be dealt with."""
        self._service = service
        self._storage = storage
        self._clock = clock
        self._committer = Committer(storage, clock, lambda _: None)
        self._heeds = frozenset(registry.family(registry.of(model).name) for model in service.heeds)
        self._seen = 0
        self._aside: dict[str, list[ParkedRecord]] = {}

    def look(self, records: Sequence[Record]) -> None:
        """The next page."""
        page = [(record, _read(record)) for record in records]
        effects = [_effect(event) for _, event in page if isinstance(event, Arrived)]
        recorded = self._storage.recorded(effects)
        for record, event in page:
            if isinstance(event, UnreadableRecord):
                self._set_aside(record, str(event))
            elif event.position > self._seen:
                self._seen = event.position
                self._one(record, event, _effect(event) in recorded)

    def parked(self) -> list[ParkedRecord]:
        """What had been parked up to the last record dealt with, in order."""
        records = [record for of_key in self._aside.values() for record in of_key]
        return sorted((record for record in records if record.offset <= self.last.offset), key=lambda record: record.offset)

    def _one(self, record: Record, event: Arrived, obeyed: bool) -> None:
        if obeyed:
            self.last = InboxPosition(event.position, record.offset)
            self._aside.pop(record.key, None)
        elif registry.family(event.type) in self._heeds:
            why = BEHIND if record.key in self._aside else self._would(event)
            if why is not None:
                self._set_aside(record, why)

    def _set_aside(self, record: Record, why: str) -> None:
        parked = ParkedRecord(record.partition, record.key, record.offset, why, self._clock.now(), record.headers, record.value)
        self._aside.setdefault(record.key, []).append(parked)

    def _would(self, event: Arrived) -> str | None:
        """Why it is to be looked at again: it fails, or it would change something; nothing is kept of the attempt."""

        def work(desk: Desk) -> str | None:
            result = outcome(partial(react, self._service, event, desk.rehearsal()))
            if result.error is not None:
                return reason(result.error)
            return UNKNOWN if result.value else None

        result = self._committer.commit([work])[0]
        if result.error is not None:
            raise result.error
        why: str | None = result.value
        return why


def _read(record: Record) -> Arrived | UnreadableRecord:
    try:
        return arrived(record)
    except UnreadableRecord as why:
        return why


def _effect(event: Arrived) -> str:
    """The id of the first event it leads to, if it leads to any."""
    return event_id(decode_head(event.state).id, 0)
