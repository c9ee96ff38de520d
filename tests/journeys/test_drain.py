"""A service is stopped and started again under load: no request fails, readiness turns first, nothing stays in the outbox."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2
import pytest
from journeys.caller import calling
from journeys.fleet import Fleet

from chassis.clock import SystemClock
from chassis.http.principal import Role
from chassis.log.port import Partition
from chassis.log.sqlite import SqliteLog
from chassis.store.sqlite import SqliteStorage
from contracts.topics import PARTITIONS
from services.contact.streams import call_id

CLIENTS = 8
RESTARTS = 3
FACTS_BETWEEN = 100
WITHIN_S = 60.0


@dataclass
class Tellers:
    """Clients that tell facts one after the other and send one again only when nobody took the connection."""

    fleet: Fleet
    token: str
    told: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: bool = False

    async def run(self, name: str) -> None:
        n = 0
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=WITHIN_S, trust_env=False) as client:
            while not self.over:
                n += 1
                await self._tell(client, f"{name}-{n}")

    async def _tell(self, client: httpx2.AsyncClient, call: str) -> None:
        fact = {"fact": "presented", "switch": "bt", "call": call, "at": SystemClock().now().isoformat()}
        while True:
            try:
                answer = await client.post(self.fleet.address("contact") + "/telephony/facts", json=fact)
            except httpx2.ConnectError:
                await asyncio.sleep(0.02)
                continue
            except httpx2.TransportError as broken:
                self.failed.append(f"{call}: {broken!r}")
            else:
                (self.told if answer.is_success else self.failed).append(call)
            return

    async def further(self, facts: int) -> None:
        """Wait until so many more were acknowledged."""
        goal = len(self.told) + facts
        async with asyncio.timeout(WITHIN_S):
            while len(self.told) < goal:
                await asyncio.sleep(0.02)


@pytest.mark.anyio
async def test_a_rolling_restart_under_load_fails_no_request(fleet: Callable[..., Fleet]) -> None:
    services = fleet(settings={"RINGBACK_PRESTOP_SECONDS": "0.5"})
    services.start("contact")
    await asyncio.to_thread(services.await_ready, "contact")
    tellers = Tellers(services, services.token("switchboard", Role.SERVICE))
    telling = [asyncio.create_task(tellers.run(f"client-{n}")) for n in range(CLIENTS)]
    for _ in range(RESTARTS):
        await tellers.further(FACTS_BETWEEN)
        services.terminate("contact")
        assert await asyncio.to_thread(services.ended, "contact") == 0
        services.start("contact")
    await tellers.further(FACTS_BETWEEN)
    tellers.over = True
    await asyncio.gather(*telling)
    assert tellers.failed == []
    assert services.stop() == {"contact": 0}
    told = {f"call-{call_id('bt', call)}" for call in tellers.told}
    published = await _published(services)
    assert sorted(told) == sorted(key for key in published if key.startswith("call-"))
    assert _stored(services) == len(published)


@pytest.mark.anyio
async def test_readiness_turns_before_the_door_closes(fleet: Callable[..., Fleet]) -> None:
    services = fleet(settings={"RINGBACK_PRESTOP_SECONDS": "2"})
    services.start("contact")
    await asyncio.to_thread(services.await_ready, "contact")
    services.terminate("contact")
    async with calling(services, "switchboard", Role.SERVICE) as switchboard:
        until = time.monotonic() + WITHIN_S
        while services.probe("contact", "ready")[0] == 200:
            assert time.monotonic() < until
        status, reasons = services.probe("contact", "ready")
        assert status == 503 and "draining" in reasons[0]
        assert services.probe("contact", "live") == (200, [])
        now = SystemClock().now().isoformat()
        await switchboard.tell({"fact": "presented", "switch": "bt", "call": "late", "at": now})
        assert switchboard.sent_again == 0
    assert await asyncio.to_thread(services.ended, "contact") == 0
    assert f"call-{call_id('bt', 'late')}" in await _published(services)


async def _published(services: Fleet) -> list[str]:
    """The keys on the topic, once the service has ended."""
    log = SqliteLog(services.folder / "log")
    try:
        return [record.key for n in range(PARTITIONS) for record in await log.read(Partition("contact.events", n), 0, 100_000)]
    finally:
        await log.close()


def _stored(services: Fleet) -> int:
    storage = SqliteStorage(services.folder / "contact.sqlite")
    try:
        return storage.last_position()
    finally:
        storage.close()
