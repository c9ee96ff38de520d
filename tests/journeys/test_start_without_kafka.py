"""Services start and take calls while there is no broker (invariant L4); once it comes, everything flows."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from journeys.caller import Caller, calling
from journeys.fleet import Fleet

from chassis.clock import SystemClock
from chassis.http.principal import Role
from cli.local import kafka, process
from services.contact.streams import call_id

CALLS = 20
WITHIN_S = 90.0
LOOK_S = 0.1


@pytest.mark.anyio
async def test_calls_are_taken_without_a_broker_and_reviewed_once_it_comes(
    fleet: Callable[..., Fleet], kafka_folder: Path
) -> None:
    port = process.free_port()
    services = fleet(log=f"kafka://127.0.0.1:{port}")
    services.start()
    await asyncio.to_thread(services.await_ready)
    async with calling(services, "switchboard", Role.SERVICE) as switchboard:
        for n in range(CALLS):
            await _break_off(switchboard, str(n))
        assert switchboard.sent_again == 0
        for name in services.running:
            assert services.probe(name, "live") == (200, [])
            assert services.probe(name, "ready") == (200, [])
        assert await switchboard.all("callback", "/reviews") == []

        await asyncio.to_thread(kafka.start, kafka_folder, port)
        reviews = await _reviews(switchboard)
        assert {review["review"] for review in reviews} == {call_id("bt", str(n)) for n in range(CALLS)}
    assert set(services.stop().values()) == {0}


@pytest.mark.anyio
async def test_services_stop_in_order_though_no_broker_ever_came(fleet: Callable[..., Fleet]) -> None:
    services = fleet(log=f"kafka://127.0.0.1:{process.free_port()}")
    services.start()
    await asyncio.to_thread(services.await_ready)
    async with calling(services, "switchboard", Role.SERVICE) as switchboard:
        await _break_off(switchboard, "1")
    assert set(services.stop().values()) == {0}

    services.start("contact")
    await asyncio.to_thread(services.await_ready, "contact")
    async with calling(services, "switchboard", Role.SERVICE) as switchboard:
        kept = await switchboard.read("contact", f"/calls/{call_id('bt', '1')}")
    assert kept["abandonment"] == "before_queue"


async def _break_off(switchboard: Caller, call: str) -> None:
    now = SystemClock().now().isoformat()
    await switchboard.tell({"fact": "presented", "switch": "bt", "call": call, "at": now, "number": "+447700900123"})
    await switchboard.tell({"fact": "hung_up", "switch": "bt", "call": call, "at": now})


async def _reviews(reader: Caller) -> list[dict[str, Any]]:
    async with asyncio.timeout(WITHIN_S):
        while len(found := await reader.all("callback", "/reviews")) < CALLS:
            await asyncio.sleep(LOOK_S)
    return found
