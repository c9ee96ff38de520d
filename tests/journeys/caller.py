"""What stands around the services and keeps trying: telephony that tells a fact until it is acknowledged, people who insist."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from journeys.fleet import Fleet

from chassis.http.principal import Role

AGAIN_S = 0.1
LATER = frozenset({408, 429, 500, 502, 503, 504})


class Caller:
    """One principal over HTTP. What fails for want of a service is sent again until there is an answer."""

    def __init__(self, fleet: Fleet, subject: str, *roles: Role) -> None:
        self._fleet = fleet
        self._subject = subject
        self._keys = itertools.count(1)
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {fleet.token(subject, *roles)}"},
            timeout=15,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=64),
            trust_env=False,
        )
        self.sent_again = 0

    async def tell(self, fact: Mapping[str, Any]) -> dict[str, Any]:
        """A telephony fact, until it is acknowledged: it stands once however often it was sent."""
        answer = await self._until_answered("POST", "contact", "/telephony/facts", json=fact)
        return _content(answer)

    async def decide(self, service: str, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """A person's command, until it is answered; sent under one key, so that it is obeyed once."""
        key = {"Idempotency-Key": f"{self._subject}-{next(self._keys)}"}
        answer = await self._until_answered("POST", service, path, json=body, headers=key)
        return answer.status_code, answer.json()

    async def change(self, service: str, thing: str, what: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """A change of what stands, decided on what was read a moment before: 412 when somebody was faster."""
        seen = await self._until_answered("GET", service, thing)
        headers = {"Idempotency-Key": f"{self._subject}-{next(self._keys)}", "If-Match": seen.headers["ETag"]}
        answer = await self._until_answered("POST", service, f"{thing}/{what}", json=body, headers=headers)
        return answer.status_code, answer.json()

    async def read(self, service: str, path: str, **query: str | int) -> dict[str, Any]:
        """One page or one thing."""
        return _content(await self._until_answered("GET", service, path, params=query))

    async def all(self, service: str, path: str, **query: str | int) -> list[dict[str, Any]]:
        """Every entry of a list, page by page."""
        page = await self.read(service, path, limit=200, **query)
        items = list(page["items"])
        while page["next"]:
            page = await self.read(service, page["next"])
            items += page["items"]
        return items

    async def close(self) -> None:
        """Let go."""
        await self._client.aclose()

    async def _until_answered(self, method: str, service: str, path: str, **request: Any) -> httpx2.Response:
        while True:
            try:
                answer = await self._client.request(method, self._fleet.address(service) + path, **request)
            except httpx2.TransportError:
                pass
            else:
                if answer.status_code not in LATER:
                    return answer
            self.sent_again += 1
            await asyncio.sleep(AGAIN_S)


@asynccontextmanager
async def calling(fleet: Fleet, subject: str, *roles: Role) -> AsyncIterator[Caller]:
    """A caller for a while."""
    caller = Caller(fleet, subject, *roles)
    try:
        yield caller
    finally:
        await caller.close()


def _content(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    content: dict[str, Any] = answer.json()
    return content
