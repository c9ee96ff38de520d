"""A service in real time, as its HTTP side and its loops see it: commands through the one writer, reads beside it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from chassis.clock import Clock
from chassis.errors import StoreError, StoreUnavailable
from chassis.flow.commands import obey
from chassis.flow.inbox import Inbox
from chassis.flow.parking import Redriven, redrive
from chassis.flow.reads import Reads
from chassis.host import Context, Entry, Loaded, Service
from chassis.metrics import Metrics
from chassis.store.aggregate import Aggregate
from chassis.store.codec import envelope
from chassis.store.committer import Committer, Work
from chassis.store.storage import Changes, Storage, StoredEvent
from chassis.store.writer import Writer
from contracts import registry
from contracts.envelope import Envelope, Event
from contracts.refusals import Refused

S = TypeVar("S", bound=msgspec.Struct)


class LiveHost:
    """`chassis.host.Host`. Made inside a running event loop; everything but reads belongs to that loop."""

    def __init__(self, service: Service, storage: Storage, clock: Clock, metrics: Metrics) -> None:
        self.service = service
        self.storage = storage
        self.clock = clock
        self.metrics = metrics
        self.inbox = Inbox(service, storage)
        self.committed: list[Callable[[Sequence[StoredEvent]], None]] = []
        """Told, on the event loop, what was just made durable."""
        self._trouble = ""
        self._reads = Reads(service.name, storage)
        self._loop = asyncio.get_running_loop()
        self._effects = {registry.of(model).name: effect for model, effect in service.effects.items()}
        self._fresh: list[StoredEvent] = []
        self._writer = Writer(Committer(storage, clock, self._durable), self._on_loop, metrics.committed)

    @property
    def rules(self) -> Any:
        """The service's policies."""
        return self.service.rules

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        """Obey one command durably."""
        name = type(command).__name__
        try:
            loaded: Loaded[Any] = await self.submit(obey(self.service, command, context))
        except Refused:
            self.metrics.command(name, "refused")
            raise
        except StoreError:
            self.metrics.command(name, "failed")
            raise
        self.metrics.command(name, "done")
        return loaded

    def load(self, aggregate: Aggregate[S], stream: str, known_at: datetime | None = None) -> Loaded[S]:
        """A state now, or as it was known."""
        return self._reads.load(aggregate, stream, known_at)

    def history(self, stream: str, known_at: datetime | None = None) -> Sequence[Envelope[Event]]:
        """Every event of a stream."""
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
        """A page of an index."""
        return self._reads.find(name, value, instant=known_at, after=after, limit=limit)

    async def submit(self, work: Work) -> Any:
        """Run a use case in the next commit."""
        done: asyncio.Future[Any] = self._loop.create_future()
        self._writer.submit(work, done)
        try:
            result = await done
        except StoreUnavailable as unavailable:
            self._trouble = str(unavailable)
            raise
        self._trouble = ""
        return result

    def ready(self) -> Sequence[str]:
        """Why no request should come here: the store did not take the last commit."""
        return [self._trouble] if self._trouble else []

    async def try_again(self) -> None:
        """After a commit that failed, write what changes nothing: nobody sends requests to a service that is not ready."""
        if self._trouble:
            with suppress(StoreUnavailable):
                await self.submit(lambda desk: desk.write(Changes(relayed=dict(desk.storage.relayed()) or {0: 0})))

    async def redrive(self, topic: str, key: str, preview: bool) -> Redriven:
        """Bring a parked key back, or say what that would do."""
        redriven: Redriven = await self.submit(redrive(self.service, topic, key, preview))
        return redriven

    def close(self) -> None:
        """Finish what is queued and let the store go."""
        self._writer.close()
        self.storage.close()

    def _durable(self, events: Sequence[StoredEvent]) -> None:
        self._fresh += events

    def _on_loop(self, deliver: Callable[[], None]) -> None:
        """Called by the writer once a commit: one wake-up of the loop, in which what is durable is told before its callers."""
        fresh, self._fresh = self._fresh, []
        self._loop.call_soon_threadsafe(self._tell, fresh, deliver)

    def _tell(self, fresh: Sequence[StoredEvent], deliver: Callable[[], None]) -> None:
        try:
            if fresh:
                self._follow(fresh)
        finally:
            deliver()

    def _follow(self, events: Sequence[StoredEvent]) -> None:
        for told in self.committed:
            told(events)
        for e in events:
            if e.type in self._effects:
                self._loop.call_soon(self._perform, e)

    def _perform(self, e: StoredEvent) -> None:
        """One outside effect, in a turn of its own: if it fails, those of the same commit are performed all the same."""
        self._effects[e.type](envelope(self.service.name, e.stream, e.version, e.position, e.type, e.state))
        self.metrics.effect(e.type.split(".")[-2], "started")
