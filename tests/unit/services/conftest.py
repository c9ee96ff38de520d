from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Host, Service
from chassis.http.app import create_app
from chassis.http.dev_issuer import DevIssuer
from chassis.http.edge import Edge
from chassis.http.limits import LimitSettings, RateLimit
from chassis.http.principal import Role
from chassis.http.tokens import open_tokens
from chassis.ids import DrawnIds
from chassis.store.sqlite import SqliteStorage
from chassis.testing.host import ObeyingHost

Routers = Callable[[Host], Sequence[APIRouter]]
ClientOf = Callable[[Service, Routers], Callable[..., TestClient]]


class Sound:
    """A health source without troubles."""

    def live(self) -> Sequence[str]:
        return ()

    ready = started = live


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 6, 5, 12, tzinfo=UTC))


@pytest.fixture
def serve(tmp_path: Path, clock: VirtualClock) -> Iterator[ClientOf]:
    """Serves a service from a store of its own; gives a maker of clients by role."""
    with ExitStack() as closing:

        def made(service: Service, routers: Routers) -> Callable[..., TestClient]:
            storage = SqliteStorage(tmp_path / f"{service.name}.sqlite")
            closing.callback(storage.close)
            issuer = DevIssuer.open(tmp_path / "issuer")
            edge = Edge(
                service.name,
                open_tokens(issuer.settings(), clock),
                clock,
                DrawnIds(),
                RateLimit(LimitSettings(), clock),
            )
            app = create_app(
                edge=edge,
                title=service.name,
                version="1",
                description="under test",
                routers=routers(ObeyingHost(service, storage, clock)),
                health=Sound(),
                metrics=bytes,
            )

            def client(*roles: Role, subject: str = "somebody") -> TestClient:
                token = issuer.token(subject, roles, clock, lifetime=timedelta(days=1))
                return closing.enter_context(TestClient(app, headers={"Authorization": f"Bearer {token}"}))

            return client

        yield made
