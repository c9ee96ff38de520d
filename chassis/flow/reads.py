"""Reading a service: a state, a history, an index; now, or as it was known at an instant, by the same fold."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from chassis.host import Entry, Loaded
from chassis.store.aggregate import Aggregate
from chassis.store.codec import envelope
from chassis.store.fold import known_at, load, replay
from chassis.store.storage import Storage
from contracts.envelope import Envelope, Event
from contracts.refusals import NotFound

S = TypeVar("S", bound=msgspec.Struct)


class Reads:
    """The read half of `chassis.host.Host` over a store."""

    def __init__(self, service: str, storage: Storage) -> None:
        self._service = service
        self._storage = storage

    def load(self, aggregate: Aggregate[S], stream: str, instant: datetime | None = None) -> Loaded[S]:
        """A state; raises NotFound when the stream does not exist, or did not at that instant."""
        if instant is None:
            state, version = load(aggregate, self._storage, stream)
        else:
            events = known_at(self._storage.stream(stream), instant)
            state, version = replay(aggregate, events), len(events)
        if state is None:
            raise NotFound("not-found", f"There is no {aggregate.name} of this id{' known at that time' if instant else ''}.")
        return Loaded(stream, state, version)

    def history(self, stream: str, instant: datetime | None = None) -> Sequence[Envelope[Event]]:
        """Every event of a stream in order; raises NotFound when there is none."""
        events = known_at(self._storage.stream(stream), instant)
        if not events:
            raise NotFound("not-found", f"There is no history of this id{' known at that time' if instant else ''}.")
        return [envelope(self._service, e.stream, e.version, e.position, e.type, e.state) for e in events]

    def find(
        self,
        name: str,
        value: str | None = None,
        *,
        instant: datetime | None = None,
        after: Entry | None = None,
        limit: int = 100,
    ) -> Sequence[Entry]:
        """A page of an index."""
        return self._storage.find(name, value, instant, after, limit)
