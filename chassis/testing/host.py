"""A service that obeys at once: the real use cases, store and reads, without loops, for tests of what stands in front of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chassis.clock import Clock
from chassis.flow.commands import obey
from chassis.flow.reads import Reads
from chassis.host import Context, Entry, Loaded, Service
from chassis.store.aggregate import Aggregate
from chassis.store.committer import Committer
from chassis.store.storage import Storage
from contracts.envelope import Envelope, Event

S = TypeVar("S", bound=msgspec.Struct)


class ObeyingHost:
    """`chassis.host.Host` over a store, each command in a commit of its own."""

    def __init__(self, service: Service, storage: Storage, clock: Clock) -> None:
        self._service = service
        self._reads = Reads(service.name, storage)
        self._committer = Committer(storage, clock, lambda _: None)

    @property
    def rules(self) -> Any:
        return self._service.rules

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        result = self._committer.commit([obey(self._service, command, context)])[0]
        if result.error is not None:
            raise result.error
        loaded: Loaded[Any] = result.value
        return loaded

    def load(self, aggregate: Aggregate[S], stream: str, known_at: datetime | None = None) -> Loaded[S]:
        return self._reads.load(aggregate, stream, known_at)

    def history(self, stream: str, known_at: datetime | None = None) -> Sequence[Envelope[Event]]:
        return self._reads.history(stream, known_at)

    def find(
        self,
        name: str,
        value: str | None = None,
        *,
        known_at: datetime | None = None,
        after: Entry | None = None,
        limit: int = 100,
    ) -> Sequence[Entry]:
        return self._reads.find(name, value, instant=known_at, after=after, limit=limit)
