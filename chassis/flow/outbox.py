"""The loop that publishes what was recorded: at once while the log answers, and from the store again after it did not."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from chassis.errors import LogUnavailable, StoreRefused, UnreadableRecord
from chassis.flow.live import LiveHost
from chassis.flow.relay import Relay
from chassis.flow.waiting import Bell, pause
from chassis.log.cloudevents import arrived
from chassis.log.port import Log
from chassis.store.storage import Changes, StoredEvent
from contracts.topics import TOPICS

IDLE_S = 0.25
RETRY_S = 1.0
NOTE_S = 1.0
MANY = 4
"""When so many were published at once, more are being recorded: the next wait `GATHER_S`, and share the way to the log."""
GATHER_S = 0.005
FRESH = 5_000
LAST = 10
"""Records at the end of a partition that must be those of the store."""


class Outbox:
    """Relays one service's events. Only the process that leads publishes; a second one that did would change nothing."""

    def __init__(self, host: LiveHost, log: Log) -> None:
        self.relay = Relay(host.service.name, host.storage)
        self._host = host
        self._log = log
        self._fresh: list[StoredEvent] = []
        self._some = Bell()
        self._trouble = False
        self._lines = structlog.get_logger()
        host.committed.append(self._committed)

    def _committed(self, events: Sequence[StoredEvent]) -> None:
        if len(self._fresh) < FRESH:
            self._fresh.extend(events)
        self._some.ring()

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Publish until told to stop, then what is left."""
        loop = asyncio.get_running_loop()
        noted = loop.time()
        created = False
        with self._some.rung_by(stop):
            while not stop.is_set():
                beat()
                created = created or await self._create()
                sent = await self._once() if created else 0
                if loop.time() - noted > NOTE_S:
                    noted = loop.time()
                    await self._note()
                if self._trouble:
                    await pause(stop, RETRY_S)
                elif sent >= MANY:
                    await pause(stop, GATHER_S)
                elif not sent:
                    await self._some.wait(IDLE_S)
        while created and await self._once():
            beat()
        await self._note()

    async def _create(self) -> bool:
        try:
            await self._log.create([TOPICS[self._host.service.name]])
            await self._refuse_an_old_store()
        except LogUnavailable as unavailable:
            self._note_trouble(unavailable)
            return False
        return True

    async def _refuse_an_old_store(self) -> None:
        """An old copy of the store would give positions away a second time, and whoever listens would drop them as seen."""
        service, storage = self._host.service.name, self._host.storage
        for partition, end in (await self._log.ends(TOPICS[service].name)).items():
            for record in await self._log.read(partition, max(0, end - LAST), LAST):
                with suppress(UnreadableRecord):
                    said = arrived(record)
                    if said.service == service and [e.state for e in storage.page(said.position - 1, 1)] != [said.state]:
                        raise StoreRefused(
                            f"The topic of {service} has another event at position {said.position} than the store, which is an"
                            " old copy. Nothing is published from it; rebuild it from the log."
                        )

    async def _once(self) -> int:
        self._some.clear()
        if not self._host.storage.lead():
            self._fresh.clear()
            return 0
        pending = self.relay.pending(self._fresh)
        try:
            if pending:
                await self._log.publish([record for _, record in pending])
        except LogUnavailable as unavailable:
            self._note_trouble(unavailable)
            self._fresh.clear()
            return 0
        self._note_trouble(None)
        self.relay.published(pending)
        self._fresh = [event for event in self._fresh if event.position > self.relay.position]
        return len(pending)

    def _note_trouble(self, unavailable: LogUnavailable | None) -> None:
        if unavailable is not None and not self._trouble:
            self._lines.warning("the log does not answer; events wait in the store", reason=str(unavailable))
        elif unavailable is None and self._trouble:
            self._lines.info("the log answers again")
        self._trouble = unavailable is not None

    async def _note(self) -> None:
        positions = self.relay.note()
        if positions:
            await self._host.submit(lambda desk: desk.write(Changes(relayed=positions)))
