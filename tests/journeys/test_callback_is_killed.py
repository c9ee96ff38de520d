"""The callback service is killed: an abandoned call stands before somebody in the incident service, within the policy's time."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from journeys.caller import Caller, calling
from journeys.fleet import Fleet

from chassis.clock import SystemClock
from chassis.http.principal import Role
from services.contact.streams import call_id
from services.incident.policy.room import DEFAULT

WITHIN_S = 30.0
LOOK_S = 0.05
CALL = call_id("bt", "1")


@pytest.mark.anyio
async def test_a_call_abandoned_while_callback_is_dead_is_escalated_and_settled_when_it_is_back(
    fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    policy = tmp_path / "policy"
    policy.mkdir()
    rules = DEFAULT.read_text()
    assert "within_s = 45" in rules
    policy.joinpath("incident-room.toml").write_text(rules.replace("within_s = 45", "within_s = 1"))
    services = fleet(settings={"RINGBACK_POLICY": str(policy)})
    services.start("contact", "callback", "incident")
    await asyncio.to_thread(services.await_ready, "contact", "callback", "incident")
    services.kill("callback")
    async with calling(services, "sergeant 4", Role.SUPERVISOR, Role.SERVICE) as sergeant:
        await _break_off(sergeant)
        (raised,) = await _until(sergeant, "/escalations", 1)
        assert (raised["call"], raised["reason"], raised["role"]) == (CALL, "unreviewed", "control room supervisor")
        (alarm,) = await sergeant.all("incident", "/unreviewed-calls")
        assert (alarm["call"], alarm["number"]) == (CALL, "+447700900123")
        screen = await sergeant.read("contact", f"/calls/{raised['call']}/screen")
        assert screen["call"]["call"] == CALL

        services.start("callback")
        await asyncio.to_thread(services.await_ready, "callback")
        await _until(sergeant, "/unreviewed-calls", 0)
        assert await sergeant.all("incident", "/escalations") == []
        kept = await sergeant.read("incident", f"/unreviewed-calls/{CALL}")
        assert kept["unreviewed_since"] < kept["reviewed_at"]
        assert len(await sergeant.all("callback", "/reviews")) == 1
    assert set(services.stop().values()) == {0}


async def _break_off(switchboard: Caller) -> None:
    now = SystemClock().now().isoformat()
    await switchboard.tell({"fact": "presented", "switch": "bt", "call": "1", "at": now, "number": "+447700900123"})
    await switchboard.tell({"fact": "hung_up", "switch": "bt", "call": "1", "at": now})


async def _until(reader: Caller, path: str, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(WITHIN_S):
        while len(found := await reader.all("incident", path)) != count:
            await asyncio.sleep(LOOK_S)
    return found
