"""Paper sheets as they are asked for over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.http.principal import Role
from contracts.topics import HEARS
from services.incident.api.routes import routers
from services.incident.application import Incidents
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

OPENING = {"call": "call-1", "opening_code": "burglary"}


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], incidents: Incidents) -> Callable[..., TestClient]:
    service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
    return serve(service, routers)


@pytest.fixture
def handler(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.CALL_HANDLER, subject="handler 7")


@pytest.fixture
def supervisor(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.SUPERVISOR, subject="sergeant 4")


def change(client: TestClient, sheet: str, what: str, body: dict[str, Any]) -> Any:
    seen = client.get(f"/paper-sheets/{sheet}").headers["ETag"]
    return client.post(f"/paper-sheets/{sheet}/{what}", json=body, headers={"If-Match": seen})


def numbers(client: TestClient, **query: Any) -> list[str]:
    return [one["sheet"] for one in client.get("/paper-sheets", params=query).json()["items"]]


def test_open_sheets_are_listed_with_age_and_holder_until_they_are_entered_or_void(
    handler: TestClient, supervisor: TestClient, clock: VirtualClock
) -> None:
    given = supervisor.post("/paper-sheets", json={"sheets": ["A-1", "A-2"], "holder": "handler 7"})
    assert (given.status_code, given.json()["sheets"]) == (200, ["A-1", "A-2"])
    clock.move_by(timedelta(minutes=30))
    supervisor.post("/paper-sheets", json={"sheets": ["B-1"], "holder": "handler 8"})
    clock.move_by(timedelta(minutes=5, seconds=40))
    listed = handler.get("/paper-sheets").json()["items"]
    assert [(one["sheet"], one["holder"], one["age_min"]) for one in listed] == [
        ("A-1", "handler 7", 35),
        ("A-2", "handler 7", 35),
        ("B-1", "handler 8", 5),
    ]
    assert numbers(handler, holder="handler 8") == ["B-1"]
    assert numbers(handler, late=True) == []

    incident = str(handler.post("/incidents", json=OPENING).headers["Location"])
    body = {"incident": incident.removeprefix("/incidents/")}
    refused = change(handler, "A-1", "entered", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-entered")
    at = (clock.now() - timedelta(minutes=20)).isoformat()
    handler.put(f"{incident}/log/e1", json={"words": "car off the road", "at": at, "written": "A-1"})
    assert change(handler, "A-1", "entered", body).json()["entered_by"] == "handler 7"
    assert change(handler, "A-2", "void", {"reason": "spoilt"}).status_code == 403
    assert change(supervisor, "A-2", "void", {"reason": "spoilt"}).json()["open"] is False
    assert numbers(handler) == ["B-1"]
    assert handler.get("/paper-sheets/A-1").json()["incident"] == body["incident"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/paper-sheets", {"sheets": [], "holder": "handler 7"}, 422),
        ("/paper-sheets", {"sheets": ["A 1"], "holder": "handler 7"}, 422),
        ("/paper-sheets", {"sheets": ["A-1"], "holder": ""}, 422),
    ],
)
def test_what_cannot_be_is_refused(supervisor: TestClient, path: str, body: dict[str, Any], status: int) -> None:
    assert supervisor.post(path, json=body, headers={"If-Match": '"1"'}).status_code == status


def test_a_number_that_was_never_given_out_is_not_found(supervisor: TestClient) -> None:
    assert supervisor.get("/paper-sheets/A-9").status_code == 404
