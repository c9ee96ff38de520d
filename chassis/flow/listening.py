"""The loop that hears the other services: partition by partition, each batch in one commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from chassis.errors import LogUnavailable, StaleOwner
from chassis.flow.inbox import Progress
from chassis.flow.live import LiveHost
from chassis.flow.waiting import pause
from chassis.log.cloudevents import glance, traceparent
from chassis.log.port import Consumer, Log, Partition, Record
from chassis.tracing import Tracing
from contracts.topics import TOPICS

IDLE_S = 0.25
RETRY_S = 1.0
TAKE = 500


class Listening:
    """Consumes the topics a service hears. The position that counts is the one in the service's own store."""

    def __init__(self, host: LiveHost, log: Log, member: str, tracing: Tracing) -> None:
        self._host = host
        self._log = log
        self._member = member
        self._tracing = tracing
        self._topics = [TOPICS[name] for name in host.service.hears]
        self._newest: dict[str, datetime] = {}
        self._trouble = False
        self._lines = structlog.get_logger()

    def lag(self) -> dict[str, float]:
        """How far hearing is behind, in seconds by the records' own times; 0 when caught up."""
        now = self._host.clock.now()
        return {
            topic.name: max(0.0, (now - self._newest[topic.name]).total_seconds()) if topic.name in self._newest else 0.0
            for topic in self._topics
        }

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Hear until told to stop; what was heard without effect is noted before the end."""
        if not self._topics:
            while not stop.is_set():
                beat()
                await pause(stop, RETRY_S)
            return
        consumer = await self._joined(stop, beat)
        if consumer is None:
            return
        try:
            while not stop.is_set():
                beat()
                await self._turn(consumer, stop)
        finally:
            with suppress(LogUnavailable):
                await consumer.close()
        with suppress(StaleOwner):
            await self._settle()

    async def _joined(self, stop: asyncio.Event, beat: Callable[[], None]) -> Consumer | None:
        while not stop.is_set():
            beat()
            try:
                await self._log.create(self._topics)
                return await self._log.subscribe(
                    self._host.service.name, self._member, [topic.name for topic in self._topics], self._seek
                )
            except LogUnavailable as unavailable:
                self._note_trouble(unavailable)
                await pause(stop, RETRY_S)
        return None

    async def _turn(self, consumer: Consumer, stop: asyncio.Event) -> None:
        try:
            for partition in self._host.inbox.relieved():
                consumer.seek(partition, await self._seek(partition))
            taken = await consumer.poll(TAKE, IDLE_S)
        except LogUnavailable as unavailable:
            self._note_trouble(unavailable)
            await pause(stop, RETRY_S)
            return
        self._note_trouble(None)
        if not taken:
            self._newest.clear()
            await self._rest(consumer)
            return
        await self._take_all(consumer, taken)

    def _note_trouble(self, unavailable: LogUnavailable | None) -> None:
        if unavailable is not None and not self._trouble:
            self._lines.warning("the log does not answer; nothing is heard", reason=str(unavailable))
        elif unavailable is None and self._trouble:
            self._lines.info("the log answers again; hearing goes on")
        self._trouble = unavailable is not None

    async def _take_all(self, consumer: Consumer, taken: Mapping[Partition, Sequence[Record]]) -> None:
        traces = [traceparent(record) for records in taken.values() for record in records]
        with self._tracing.batch("process", ", ".join(sorted({partition.topic for partition in taken})), traces):
            if len(taken) == 1:  # as long as records come one by one, none waits for a task to begin
                await self._take(consumer, *next(iter(taken.items())))
            else:
                await asyncio.gather(*(self._take(consumer, partition, records) for partition, records in taken.items()))

    async def _take(self, consumer: Consumer, partition: Partition, records: Sequence[Record]) -> None:
        inbox = self._host.inbox
        try:
            taken = inbox.pass_by(partition, records) or await self._host.submit(inbox.take(partition, records))
        except StaleOwner as stale:
            self._lines.warning("another process owns the partition; stepping back", reason=str(stale))
            consumer.seek(partition, await self._seek(partition))
            return
        self._heard(partition.topic, inbox.adopt(partition, taken))
        if inbox.full(partition):
            consumer.pause(partition)
        elif partition not in inbox.stopped():
            consumer.note(partition, records[-1].offset + 1)

    def _heard(self, topic: str, progress: Progress) -> None:
        for result in ("handled", "ignored", "repeated", "parked"):
            self._host.metrics.heard(topic, result, getattr(progress, result))
        if progress.newest is not None:
            self._newest[topic] = progress.newest
        if progress.parked:
            self._lines.warning("records were parked", source=topic, count=progress.parked)
        if progress.hole is not None:
            self._lines.error("a partition stopped: a record is missing", source=topic, reason=str(progress.hole))

    async def _rest(self, consumer: Consumer) -> None:
        """Nothing new: note what was heard without effect, and step back where another process moved on."""
        try:
            await self._settle()
        except StaleOwner:
            for partition in consumer.assigned():
                consumer.seek(partition, await self._seek(partition))

    async def _settle(self) -> None:
        work = self._host.inbox.settle()
        if work is not None:
            self._host.inbox.settled(await self._host.submit(work))

    async def _seek(self, partition: Partition) -> int:
        """After the last record the store has: the noted offset if the log still holds that record there, else the beginning."""
        inbox = self._host.inbox
        offset = await asyncio.to_thread(inbox.begin, partition)
        if inbox.position(partition) == 0:
            return 0
        there = await self._log.read(partition, offset - 1, 1)
        sight = glance(there[0]) if there else None
        return offset if sight is not None and sight.position == inbox.position(partition) else 0
