"""Callback behind its routes with people at its desk, for tests of what they can ask; what comes by other ways is heard."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Context, Host
from chassis.http.principal import Role
from chassis.world import World
from contracts.contact.calls import Abandonment
from services.callback.domain.commands import OpenReview
from services.callback.wiring import WIRING, build


class Desk:
    """The service behind its routes, with people at it."""

    def __init__(self, serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock, policy: Path | None = None) -> None:
        def never(*_: object) -> None:
            raise AssertionError("nobody dials here")

        def routers(host: Host) -> list[APIRouter]:
            self.host = host
            return [*WIRING.routers(host)]

        self.clock = clock
        client = serve(build(World("kent", lambda kind, value: value, never, never, clock, policy, "none")), routers)
        self.anna = client(Role.CALL_HANDLER, subject="anna")
        self.ben = client(Role.CALL_HANDLER, subject="ben")
        self.sarah = client(Role.SUPERVISOR, subject="sarah")

    def hear(self, command: Any) -> None:
        cause = f"heard {command} at {self.clock.now()}"
        asyncio.run(self.host.run(command, Context(cause, "callback", cause)))

    def opened(self, review: str, **known: Any) -> None:
        plain: dict[str, Any] = {"abandonment": Abandonment.IN_QUEUE, "number": "+447700900123"}
        self.hear(OpenReview(review=review, abandoned_at=self.clock.now(), **(plain | known)))

    def listed(self, path: str = "/worklist") -> list[str]:
        return [item["review"] for item in self.sarah.get(path).json()["items"]]

    def wait(self, seconds: float) -> None:
        self.clock.move_by(timedelta(seconds=seconds))
