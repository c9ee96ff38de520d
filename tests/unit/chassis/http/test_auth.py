"""Deny by default: who may come in, who may do what, and that an app which forgot to ask does not start."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from chassis.http.auth import Authentication, UnguardedRoutes, requires, unguarded
from chassis.http.commands import command
from chassis.http.limits import LimitSettings
from chassis.http.principal import Principal, Role

Header = Callable[..., dict[str, str]]
NOTE = {"text": "noted"}


@pytest.mark.parametrize(
    "header", ["", "Basic aGk6aGk=", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "bearer " + "x" * 9000]
)
def test_without_a_good_token_nothing_is_answered(anonymous: TestClient, header: str) -> None:
    for method, path in (
        ("GET", "/calls"),
        ("PUT", "/calls/a"),
        ("GET", "/openapi.json"),
        ("GET", "/nowhere"),
        ("POST", "/metrics"),
    ):
        answer = anonymous.request(method, path, headers={"Authorization": header} if header else {})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_role_that_is_not_named_is_refused(anonymous: TestClient, bearer: Header) -> None:
    answer = anonymous.put("/calls/a", json=NOTE, headers=bearer(Role.DISPATCHER))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["detail"] == "This needs one of the roles call_handler."
    assert anonymous.get("/calls", headers=bearer()).status_code == 403


def test_a_denial_is_on_record(anonymous: TestClient, bearer: Header) -> None:
    with capture_logs() as lines:
        anonymous.put("/calls/a", json=NOTE, headers=bearer(Role.DISPATCHER, subject="dispatcher-1"))
    assert [(line["method"], line["route"], line["id"]) for line in lines] == [("PUT", "/calls/{name}", "dispatcher-1")]


def test_an_auditor_reads_everything_and_writes_nothing_whatever_else_the_token_says(
    anonymous: TestClient, bearer: Header, client: TestClient
) -> None:
    client.put("/calls/a", json=NOTE)
    for path in ("/calls", "/calls/a", "/ops/parked", "/openapi.json"):
        assert anonymous.get(path, headers=bearer(Role.AUDITOR)).status_code == 200
    auditor = bearer(Role.AUDITOR, Role.CALL_HANDLER, Role.SUPERVISOR, subject="auditor-1")
    for method, path in (("PUT", "/calls/a"), ("POST", "/ops/parked/contact.events/call-7/redrive?preview=true")):
        assert anonymous.request(method, path, json=NOTE, headers=auditor).status_code == 403


def test_no_address_but_health_is_open(app: FastAPI, anonymous: TestClient) -> None:
    paths = [(method, path) for path, item in app.openapi()["paths"].items() for method in item]
    assert len(paths) > 8
    open_to_all = {path for method, path in paths if anonymous.request(method, path).status_code != 401}
    assert open_to_all == {"/health/live", "/health/ready", "/health/started", "/metrics"}
    assert unguarded(app) == []


def test_an_app_with_a_route_that_names_no_role_does_not_start(make_app: Callable[..., FastAPI]) -> None:
    router = APIRouter(prefix="/secret")

    @router.get("/plans")
    def plans() -> list[str]:
        return ["everything"]

    outer = APIRouter(prefix="/outer")
    outer.include_router(router)
    with pytest.raises(UnguardedRoutes, match="GET /outer/secret/plans"):
        make_app(outer)


def test_a_guard_on_the_router_counts_for_its_routes(make_app: Callable[..., FastAPI], bearer: Header) -> None:
    router = APIRouter(dependencies=[requires(Role.OPERATOR)])

    @router.get("/plans")
    def plans() -> list[str]:
        return []

    with TestClient(make_app(router)) as client:
        assert client.get("/plans", headers=bearer(Role.CALL_HANDLER)).status_code == 403
        assert client.get("/plans", headers=bearer(Role.OPERATOR)).status_code == 200


def test_what_is_not_an_api_route_counts_as_unguarded(make_app: Callable[..., FastAPI]) -> None:
    mounted = APIRouter()
    mounted.mount("/files", FastAPI())
    with pytest.raises(UnguardedRoutes, match="/files"):
        make_app(mounted)


@pytest.mark.anyio
async def test_a_web_socket_is_closed_before_any_route_sees_it(app: FastAPI) -> None:
    sent: list[Any] = []

    async def route(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("a route saw a web socket")

    async def send(message: Any) -> None:
        sent.append(message)

    await Authentication(route, app.state.edge)({"type": "websocket", "path": "/feed", "headers": []}, send, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_an_app_that_would_let_an_auditor_write_does_not_start(make_app: Callable[..., FastAPI]) -> None:
    router = APIRouter()

    @router.post("/verdict")
    def verdict(_: Annotated[Principal, requires(Role.AUDITOR)]) -> None: ...

    with pytest.raises(UnguardedRoutes, match="POST /verdict"):
        make_app(router)


@pytest.mark.parametrize("guard", [requires, command])
def test_a_guard_without_a_role_cannot_be_made(guard: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="must name the roles"):
        guard()


def test_too_many_requests_are_429_for_the_one_who_sent_them(
    make_app: Callable[..., FastAPI], bearer: Header, clock: object
) -> None:
    router = APIRouter(dependencies=[requires(Role.OPERATOR)])

    @router.get("/plans")
    def plans() -> list[str]:
        return []

    busy, other = bearer(Role.OPERATOR, subject="busy"), bearer(Role.OPERATOR, subject="other")
    with TestClient(make_app(router, limits=LimitSettings(per_second=0.5, at_once=2))) as client:
        statuses = [client.get("/plans", headers=busy).status_code for _ in range(3)]
        refused = client.get("/plans", headers=busy)
        assert statuses == [200, 200, 429]
        assert refused.json()["code"] == "too-many-requests"
        assert refused.headers["retry-after"] == "2"
        assert client.get("/plans", headers=other).status_code == 200
        assert client.get("/health/live").status_code == 200
