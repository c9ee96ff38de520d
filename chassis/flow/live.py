"""A service in real time: the writer thread, and the loops that relay, listen and keep time beside it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import structlog

from chassis.clock import Clock
from chassis.errors import LogUnavailable, StaleOwner, StoreError, StoreUnavailable
from chassis.flow import timers
from chassis.flow.commands import obey
from chassis.flow.inbox import Inbox, Progress
from chassis.flow.parking import Redriven, redrive
from chassis.flow.reads import Reads
from chassis.flow.relay import Relay
from chassis.host import Context, Entry, Loaded, Service, Timer
from chassis.log.cloudevents import arrived, traceparent
from chassis.log.port import Consumer, Log, Partition, Record
from chassis.metrics import Metrics
from chassis.store.aggregate import Aggregate
from chassis.store.codec import envelope
from chassis.store.committer import Committer, Work
from chassis.store.storage import Changes, ParkedKey, ParkedRecord, Storage, StoredEvent
from chassis.store.writer import Writer
from chassis.tracing import Tracing
from contracts import registry
from contracts.envelope import Envelope, Event
from contracts.refusals import Refused
from contracts.topics import TOPICS

S = TypeVar("S", bound=msgspec.Struct)
IDLE_S = 0.25
NOTE_S = 1.0
FRESH = 5_000
TAKE = 500
Beat = Callable[[], None]


class LiveHost:
    """`chassis.host.Host` with its loops. Made inside a running event loop; everything but reads belongs to that loop."""

    def __init__(
        self, service: Service, storage: Storage, log: Log, clock: Clock, member: str, metrics: Metrics, tracing: Tracing
    ) -> None:
        self.service = service
        self.storage = storage
        self.relay = Relay(service.name, storage)
        self.inbox = Inbox(service, storage)
        self._log = log
        self._clock = clock
        self._member = member
        self._metrics = metrics
        self._tracing = tracing
        self._newest: dict[str, datetime] = {}
        self._reads = Reads(service.name, storage)
        self._loop = asyncio.get_running_loop()
        self._fresh: list[StoredEvent] = []
        self.log_trouble = ""
        self.store_trouble = ""
        self._outbox = asyncio.Event()
        self._timers = asyncio.Event()
        self._lines = structlog.get_logger()
        self._effects = {registry.of(model).name: effect for model, effect in service.effects.items()}
        self._writer = Writer(Committer(storage, clock, self._committed), self._on_loop)

    # -- the host

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        """Obey one command durably."""
        name = type(command).__name__
        try:
            loaded: Loaded[Any] = await self.submit(obey(self.service, command, context))
        except Refused:
            self._metrics.command(name, "refused")
            raise
        except StoreError:
            self._metrics.command(name, "failed")
            raise
        self._metrics.command(name, "done")
        return loaded

    def ready(self) -> Sequence[str]:
        """Why no request should come here: the store did not take the last commit."""
        return [self.store_trouble] if self.store_trouble else []

    def lag(self) -> dict[str, float]:
        """How far hearing is behind, in seconds by the records' own times; 0 when caught up."""
        now = self._clock.now()
        return {
            TOPICS[name].name: max(0.0, (now - self._newest[TOPICS[name].name]).total_seconds())
            if TOPICS[name].name in self._newest
            else 0.0
            for name in self.service.hears
        }

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
            self.store_trouble = str(unavailable)
            raise
        self.store_trouble = ""
        return result

    # -- parked records

    def parked_keys(self) -> Sequence[ParkedKey]:
        """What waits, by key."""
        return self.storage.parked_keys()

    def parked(self, topic: str, key: str) -> Sequence[ParkedRecord]:
        """What waits under one key."""
        return self.storage.parked(topic, key)

    async def redrive(self, topic: str, key: str, preview: bool) -> Redriven:
        """Bring a key back, or say what that would do."""
        redriven: Redriven = await self.submit(redrive(self.service, topic, key, preview))
        if not preview and not redriven.remaining:
            self.inbox.unpark(topic, key)
        return redriven

    # -- what follows a commit

    def _on_loop(self, deliver: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(deliver)

    def _committed(self, events: Sequence[StoredEvent]) -> None:
        self._loop.call_soon_threadsafe(self._after_commit, events)

    def _after_commit(self, events: Sequence[StoredEvent]) -> None:
        self._fresh.extend(events)
        self._outbox.set()
        self._timers.set()
        for e in events:
            effect = self._effects.get(e.type)
            if effect is not None:
                effect(envelope(self.service.name, e.stream, e.version, e.position, e.type, e.state))

    # -- the loops

    async def relaying(self, stop: asyncio.Event, beat: Beat) -> None:
        """Publish what was recorded, in order, for as long as the log answers; keep it where it does not."""
        await self._created(stop, beat, [self.service.name])
        noted = self._loop.time()
        while not stop.is_set():
            beat()
            sent = await self._relay_once()
            if self._loop.time() - noted > NOTE_S:
                noted = self._loop.time()
                await self._note()
            if not sent:
                await _woken(self._outbox, stop, IDLE_S)
        while await self._relay_once():
            beat()
        await self._note()

    async def _relay_once(self) -> int:
        self._outbox.clear()
        if not self.storage.lead():
            self._fresh.clear()
            return 0
        pending = self.relay.pending(self._fresh)
        try:
            if pending:
                await self._log.publish([record for _, record in pending])
        except LogUnavailable as unavailable:
            self._trouble(str(unavailable))
            self._fresh.clear()
            return 0
        self._trouble("")
        self.relay.published(pending)
        self._fresh = [event for event in self._fresh if event.position > self.relay.position][:FRESH]
        return len(pending)

    async def _created(self, stop: asyncio.Event, beat: Beat, services: Sequence[str]) -> None:
        """Make sure of the topics; as long as the log does not answer, calls are taken all the same."""
        while not stop.is_set():
            beat()
            try:
                await self._log.create([TOPICS[name] for name in services])
            except LogUnavailable as unavailable:
                self._trouble(str(unavailable))
                await _woken(stop, stop, 1.0)
            else:
                return

    def _trouble(self, words: str) -> None:
        if bool(words) != bool(self.log_trouble):
            self._lines.warning("the log does not answer; events wait in the store", reason=words) if words else self._lines.info(
                "the log answers again"
            )
        self.log_trouble = words

    async def _note(self) -> None:
        positions = self.relay.note()
        if positions:
            await self.submit(lambda desk: desk.write(Changes(relayed=positions)))

    async def keeping_time(self, stop: asyncio.Event, beat: Beat) -> None:
        """Fire timers as they come due."""
        while not stop.is_set():
            beat()
            self._timers.clear()
            due = timers.due(self.storage, self._clock.now())
            for timer, fired in zip(due, await self._fire(due), strict=True):
                if isinstance(fired, BaseException):
                    self._lines.error("a timer could not be obeyed", timer=timer.name, error=type(fired).__name__)
                    await _woken(stop, stop, 1.0)
            self._metrics.timer_fired(len(due))
            following = self.storage.next_due()
            wait = (following - self._clock.now()).total_seconds() if following else IDLE_S
            await _woken(self._timers, stop, min(max(wait, 0), IDLE_S))

    async def _fire(self, due: Sequence[Timer]) -> list[Any]:
        return await asyncio.gather(*(self.submit(timers.fire(self.service, timer)) for timer in due), return_exceptions=True)

    async def listening(self, stop: asyncio.Event, beat: Beat) -> None:
        """Hear the other services, partition by partition, each batch in one commit."""
        topics = [TOPICS[name].name for name in self.service.hears]
        if not topics:
            await _beating(stop, beat)
            return
        await self._created(stop, beat, self.service.hears)
        consumer = await self._log.subscribe(self.service.name, self._member, topics, self._seek)
        try:
            while not stop.is_set():
                beat()
                taken = await self._poll(consumer)
                await asyncio.gather(*(self._take(consumer, partition, records) for partition, records in taken.items()))
                if not taken:
                    self._newest.clear()
                    await self._settle()
        finally:
            with suppress(LogUnavailable):
                await consumer.close()
        await self._settle()

    async def _poll(self, consumer: Consumer) -> Mapping[Partition, Sequence[Record]]:
        try:
            return await consumer.poll(TAKE, IDLE_S)
        except LogUnavailable as unavailable:
            self._trouble(str(unavailable))
            await asyncio.sleep(IDLE_S)
            return {}

    async def _take(self, consumer: Consumer, partition: Partition, records: Sequence[Record]) -> None:
        try:
            with self._tracing.batch("process", partition.topic, [traceparent(record) for record in records]):
                taken = await self.submit(self.inbox.take(partition, records))
        except StaleOwner:
            consumer.seek(partition, await self._seek(partition))
            return
        self._heard(partition.topic, self.inbox.adopt(partition, taken))
        if partition in self.inbox.stopped():
            consumer.pause(partition)
        else:
            consumer.note(partition, records[-1].offset + 1)

    def _heard(self, topic: str, progress: Progress) -> None:
        for result in ("handled", "ignored", "repeated", "parked"):
            self._metrics.heard(topic, result, getattr(progress, result))
        if progress.newest is not None:
            self._newest[topic] = progress.newest
        if progress.parked:
            self._lines.warning("records were parked", source=topic, count=progress.parked)
        if progress.hole is not None:
            self._lines.error("a partition stopped: a record is missing", source=topic, reason=str(progress.hole))

    async def _settle(self) -> None:
        work = self.inbox.settle()
        if work is not None:
            with suppress(StaleOwner):
                self.inbox.settled(await self.submit(work))

    async def _seek(self, partition: Partition) -> int:
        offset = await asyncio.to_thread(self.inbox.begin, partition)
        position = self.inbox.position(partition)
        if position == 0:
            return 0
        there = await self._log.read(partition, offset - 1, 1)
        return offset if there and arrived(there[0]).position == position else 0

    def close(self) -> None:
        """Finish what is queued and let the store go."""
        self._writer.close()
        self.storage.close()


async def _woken(event: asyncio.Event, stop: asyncio.Event, wait_s: float) -> None:
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stop.wait())]
    _, pending = await asyncio.wait(waits, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()


async def _beating(stop: asyncio.Event, beat: Beat) -> None:
    while not stop.is_set():
        beat()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timedelta(seconds=1).total_seconds())
