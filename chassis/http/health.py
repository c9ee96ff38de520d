"""How a platform sees a service: alive, ready, started, and its numbers. The only addresses that need no token."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel, Field

LIVE, READY, STARTED, METRICS = "/health/live", "/health/ready", "/health/started", "/metrics"
PUBLIC = frozenset({LIVE, READY, STARTED, METRICS})


class HealthSource(Protocol):
    """What a service knows about itself. Each answers at once, from what its loops noted: it never asks anybody."""

    def live(self) -> Sequence[str]:
        """Why the process should be restarted: a loop without a heartbeat. Empty: it is alive."""
        ...

    def ready(self) -> Sequence[str]:
        """Why no request should come here now: own database unusable, draining. Never because of the log."""
        ...

    def started(self) -> Sequence[str]:
        """What start-up still waits for. Empty: started."""
        ...


class Health(BaseModel):
    """An answer to a probe."""

    status: Literal["ok", "failing"]
    reasons: Annotated[list[str], Field(description="Why, in words for the operator; empty when ok.")]


def health_router(source: HealthSource, metrics: Callable[[], bytes]) -> APIRouter:
    """The probes and the metrics of a service; `metrics` gives the Prometheus text."""
    router = APIRouter(tags=["health"])
    probes = {LIVE: source.live, READY: source.ready, STARTED: source.started}

    def add(path: str, ask: Callable[[], Sequence[str]]) -> None:
        async def probe(response: Response) -> Health:
            reasons = list(ask())
            response.status_code = 503 if reasons else 200
            return Health(status="failing" if reasons else "ok", reasons=reasons)

        name = path.removeprefix("/").replace("/", "_")
        router.add_api_route(path, probe, name=name, responses={503: {"model": Health, "description": "Failing"}})

    for path, ask in probes.items():
        add(path, ask)

    @router.get(METRICS, name="metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def scrape() -> Response:
        return Response(metrics(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return router
