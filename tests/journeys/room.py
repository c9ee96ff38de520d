"""The people of the control room, at their screens over HTTP: call handlers, a supervisor, a dispatcher with crews."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from journeys.caller import Caller

LOOK_S = 0.5
UNITS = 12
TALKING = "a call handler records"
SAFE = {
    "outcome": "safe",
    "speaker": "caller",
    "spoke_to": "the caller",
    "verified_by": "number and what they rang about",
    "free_to_talk": True,
}
BLIND = {"outcome": "not_the_caller"}


class Room:
    """Works until `over` is set; each person on an account of their own."""

    def __init__(self, handler: Caller, supervisor: Caller, dispatcher: Caller, over: asyncio.Event) -> None:
        self._handler, self._supervisor, self._dispatcher = handler, supervisor, dispatcher
        self._over = over
        self.recorded = self.decided = self.resolved = 0

    async def work(self) -> None:
        """All of them at once."""
        await asyncio.gather(
            self._again_and_again(self._record), self._again_and_again(self._decide), self._again_and_again(self._resolve)
        )

    async def book_on(self) -> None:
        """The units begin their tours of duty."""
        for n in range(UNITS):
            status, answer = await self._dispatcher.decide("dispatch", "/units", {"callsign": f"E{n}"})
            assert status == 201, answer

    async def _again_and_again(self, turn: Callable[[], Awaitable[None]]) -> None:
        while not self._over.is_set():
            await turn()
            await asyncio.sleep(LOOK_S)

    async def _record(self) -> None:
        """Whoever answered the telephone is spoken to: two in three are the caller, and safe."""
        for row in await self._handler.all("callback", "/reviews"):
            if row["next"]["what"].startswith(TALKING):
                review = await self._handler.read("callback", f"/reviews/{row['review']}")
                for attempt in (one for one in review["attempts"] if one["state"] == "answered"):
                    await self._settle(row["review"], attempt)

    async def _settle(self, review: str, attempt: dict[str, Any]) -> None:
        drawn = int(attempt["attempt_id"][:2], 16)
        if drawn < 32:  # something is not right: let a supervisor listen
            body = {"reason": "the caller said little, and hung up"}
            status, answer = await self._handler.decide("callback", f"/reviews/{review}/escalate", body)
            assert status in (200, 409), answer
        path = f"/reviews/{review}/attempts/{attempt['attempt']}/outcome"
        status, answer = await self._handler.decide("callback", path, SAFE if drawn % 3 and drawn >= 32 else BLIND)
        assert status in (200, 409), answer
        self.recorded += status == 200

    async def _decide(self) -> None:
        """What was handed to people and has no incident, the supervisor ends; what was escalated, he acknowledges."""
        for row in await self._supervisor.all("incident", "/escalations"):
            path, body = f"/incidents/{row['incident']}/escalation", {"role": row["role"], "plan": "the next unit goes"}
            status, answer = await self._supervisor.change("incident", path, "acknowledge", body)
            assert status in (200, 409, 412), answer
        for row in await self._supervisor.all("callback", "/reviews", escalated="true"):
            if row["next"]["what"] == "a supervisor decides":
                body = {"reason": "listened to the recording: a pocket call"}
                status, answer = await self._supervisor.decide("callback", f"/reviews/{row['review']}/close", body)
                assert status in (200, 409), answer
                self.decided += status == 200

    async def _resolve(self) -> None:
        """Each job gets its units; they go, find out, and clear; the incident is closed."""
        for job in await self._dispatcher.all("dispatch", "/jobs"):
            for unit in await self._free(job["wanting"]):
                await self._send(job, unit)
            await self._close(job["incident"])

    async def _free(self, wanted: int) -> list[dict[str, Any]]:
        units = await self._dispatcher.all("dispatch", "/units")
        return [unit for unit in units if not unit["assignments"]][:wanted]

    async def _send(self, job: dict[str, Any], unit: dict[str, Any]) -> None:
        status, answer = await self._dispatcher.decide("dispatch", f"/jobs/{job['job']}/assignments", {"unit": unit["callsign"]})
        assert status in (200, 409), answer
        if status == 200:
            for code in (5, 6):
                await self._dispatcher.decide("dispatch", f"/units/{unit['unit']}/status", {"status": code})
            path = f"/jobs/{job['job']}/assignments/{unit['unit']}/end"
            await self._dispatcher.decide("dispatch", path, {"release": "cleared"})
            await self._dispatcher.decide("dispatch", f"/units/{unit['unit']}/status", {"status": 2})

    async def _close(self, incident: str) -> None:
        body = {"closing_code": "welfare", "reason": "spoken to at the address, safe and well"}
        status, answer = await self._dispatcher.change("incident", f"/incidents/{incident}", "close", body)
        assert status in (200, 409, 412), answer
        self.resolved += status == 200
