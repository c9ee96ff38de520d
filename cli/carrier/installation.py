"""Where a list is taken to: a service of a running installation, or its store in the data folder of a stopped one."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from chassis.clock import SystemClock
from chassis.errors import StoreUnavailable
from chassis.flow.commands import obey
from chassis.flow.reads import Reads
from chassis.host import Context
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Role
from chassis.ids import DrawnIds
from chassis.store.committer import Committer
from chassis.store.storage import Storage
from cli.composition import idle_service
from contracts.refusals import Refused

_TRIES = 20
_BUSY = frozenset({429, 503})


class Stopped:
    """A store of a stopped installation; what is recorded is published and heard once the services run."""

    def __init__(self, service: str, storage: Storage, policy: Path | None) -> None:
        self.reads = Reads(service, storage)
        self._storage = storage
        self._service = idle_service(service, policy)
        self._committer = Committer(storage, SystemClock(), lambda _: None)

    def obey(self, command: object) -> Any:
        """Obey a command in a commit of its own, and give the state it led to."""
        cause = DrawnIds().new()  # commands here change nothing when they are told again
        result = self._committer.commit([obey(self._service, command, Context(cause, "ringback callback", cause))])[0]
        if result.error is not None:
            raise result.error
        return result.value.state

    def close(self) -> None:
        """Let the store go."""
        self._storage.close()


class Running:
    """A service over HTTP. A busy one is asked again; what was sent twice is taken once."""

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request, sent again as long as the service is busy."""
        answer: dict[str, Any] = self._answered("POST", path, json=body)
        return answer

    def get(self, path: str, **query: str) -> Any:
        """What the service reads out."""
        return self._answered("GET", path, params=query)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _answered(self, method: str, path: str, **content: Any) -> Any:
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
            return answer.json()
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        words = str(problem.get("detail", f"the service answered {answer.status_code}"))
        raise Refused(str(problem.get("code", "refused")), words)


def development_token(data: Path) -> str:
    """A token of the development issuer that `ringback up` made in a data folder."""
    return DevIssuer.open(data / "issuer").token("ringback callback", [Role.SERVICE, Role.SUPERVISOR], SystemClock())
