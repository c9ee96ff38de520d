"""The loop that publishes: what is committed goes out, and an outage of the log is waited out, not hammered at."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from stage import until
from tiny import NOON, Receive, contact

from chassis.clock import VirtualClock
from chassis.errors import LogUnavailable
from chassis.flow import outbox
from chassis.flow.live import LiveHost
from chassis.flow.outbox import Outbox
from chassis.host import Context
from chassis.log.memory import MemoryLog
from chassis.log.port import Outgoing
from chassis.metrics import Metrics
from chassis.store.sqlite import SqliteStorage
from contracts.topics import Topic

pytestmark = pytest.mark.anyio
CALLS = 20


class Flaky(MemoryLog):
    """A log that can be away, before it is made or after; it counts how often it was asked meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.away = True
        self.asked = 0

    async def create(self, topics: Sequence[Topic]) -> None:
        await self._answer()
        await super().create(topics)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        await self._answer()
        await super().publish(records)

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            self.asked += 1
            raise LogUnavailable("nobody there")


@pytest.fixture
async def host() -> AsyncIterator[LiveHost]:
    host = LiveHost(contact(), SqliteStorage(), VirtualClock(NOON), Metrics("contact", "0"))
    yield host
    host.close()


@pytest.mark.parametrize("made", [False, True], ids=["at the start", "later"])
async def test_an_outage_is_waited_out_however_much_is_committed_meanwhile(host: LiveHost, made: bool) -> None:
    log = Flaky()
    log.away = not made
    publishing, stop = Outbox(host, log), asyncio.Event()
    loop = asyncio.create_task(publishing.run(stop, lambda: None))
    if made:
        await host.run(Receive("first"), Context("first", "tester", "first"))
        await until(lambda: publishing.relay.position == 1)
        log.away = True
    began = asyncio.get_running_loop().time()
    for n in range(CALLS):
        await host.run(Receive(f"{n}"), Context(f"{n}", "tester", f"{n}"))
        await asyncio.sleep(0)
    await until(lambda: log.asked > 0)
    assert log.asked <= 2 + (asyncio.get_running_loop().time() - began) / outbox.RETRY_S
    log.away = False
    await until(lambda: publishing.relay.position == CALLS + made)
    stop.set()
    await loop


async def test_what_is_left_goes_out_before_the_loop_ends(host: LiveHost) -> None:
    log = Flaky()
    log.away = False
    publishing, stop = Outbox(host, log), asyncio.Event()
    loop = asyncio.create_task(publishing.run(stop, lambda: None))
    await host.run(Receive("first"), Context("first", "tester", "first"))
    await until(lambda: publishing.relay.position == 1)
    log.away = True
    await host.run(Receive("second"), Context("second", "tester", "second"))
    await until(lambda: log.asked > 0)
    log.away = False
    stop.set()
    await loop
    assert publishing.relay.position == 2


class Counting(MemoryLog):
    """A log that counts what is published together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []

    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.together.append(len(records))
        await super().publish(records)


async def test_while_much_is_recorded_what_comes_next_goes_out_together(host: LiveHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "GATHER_S", 3600)
    log, stop = Counting(), asyncio.Event()
    publishing = Outbox(host, log)

    async def receive(*names: str) -> None:
        await asyncio.gather(*(host.run(Receive(name), Context(name, "tester", name)) for name in names))

    loop = asyncio.create_task(publishing.run(stop, lambda: None))
    await receive("alone")
    await until(lambda: log.together == [1])
    await receive(*(f"{n}" for n in range(40)))
    await until(lambda: log.together[-1] >= outbox.MANY)
    published = publishing.relay.position
    for name in "xyz":
        await receive(name)
    assert publishing.relay.position == published
    stop.set()
    await loop
    assert publishing.relay.position == host.storage.last_position(), "what is left goes out at the end, at once"
    assert log.together[-1] == 44 - published
