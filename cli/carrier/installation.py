"""Where a list is taken to: the contact service of a running installation, or the data folder of a stopped one."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx2

from chassis.clock import SystemClock
from chassis.errors import StoreUnavailable
from chassis.flow.commands import obey
from chassis.host import Context
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Role
from chassis.ids import derived
from chassis.store.committer import Committer
from chassis.store.storage import Storage
from cli.composition import idle_service
from contracts.refusals import Refused
from services.contact.domain.harvest import Harvest, HarvestCallers

_TRIES = 20
_BUSY = frozenset({429, 503})


class Taker(Protocol):
    """Takes in a part of a list and tells what was taken of all of it so far."""

    def take(self, part: HarvestCallers) -> Harvest: ...
    def close(self) -> None: ...


class Stopped:
    """A store that no service has open; what is recorded is published and heard once the services run."""

    def __init__(self, storage: Storage, policy: Path | None) -> None:
        self._storage = storage
        self._service = idle_service("contact", policy)
        self._committer = Committer(storage, SystemClock(), lambda _: None)

    def take(self, part: HarvestCallers) -> Harvest:
        """In a commit of its own."""
        cause = derived("harvest", part.harvest, *sorted(repr(caller) for caller in part.callers))
        result = self._committer.commit([obey(self._service, part, Context(cause, "ringback callback harvest", cause))])[0]
        if result.error is not None:
            raise result.error
        taken: Harvest = result.value.state
        return taken

    def close(self) -> None:
        """Let the store go."""
        self._storage.close()


class Running:
    """The contact service over HTTP. A busy one is asked again; what was sent twice is taken once."""

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def take(self, part: HarvestCallers) -> Harvest:
        """By one request."""
        callers = [
            {"number": one.number, "attempted_at": [at.isoformat() for at in one.attempted_at], "reference": one.reference}
            for one in part.callers
        ]
        answer = self.post(f"/harvests/{part.harvest}/callers", {"carrier": part.carrier, "callers": callers})
        return Harvest(**answer)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request, sent again as long as the service is busy."""
        return self._answered("POST", path, json=body)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What the service reads out."""
        return self._answered("GET", path, params=query)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _answered(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = None
        for _ in range(_TRIES):
            try:
                answer = self._client.request(method, path, **content)
            except httpx2.TransportError as unreachable:
                raise StoreUnavailable(f"{self._client.base_url} does not answer ({type(unreachable).__name__})") from None
            if answer.status_code not in _BUSY:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        assert answer is not None
        if answer.is_success:
            read: dict[str, Any] = answer.json()
            return read
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        words = str(problem.get("detail", f"the service answered {answer.status_code}"))
        raise Refused(str(problem.get("code", "refused")), words)


def development_token(data: Path) -> str:
    """A token of the development issuer that `ringback up` made in a data folder."""
    return DevIssuer.open(data / "issuer").token("ringback callback", [Role.SERVICE, Role.SUPERVISOR], SystemClock())
