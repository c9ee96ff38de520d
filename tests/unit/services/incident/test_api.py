from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.http.principal import Role
from contracts.topics import HEARS
from services.incident.api.routes import policy_routers, routers
from services.incident.application import Incidents
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

MINUTE = timedelta(minutes=1)
OPENING = {"call": "call-1", "opening_code": "burglary", "summary": "glass breaking"}


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], incidents: Incidents) -> Callable[..., TestClient]:
    service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
    return serve(service, lambda host: (*routers(host), *policy_routers(host, None)))


@pytest.fixture
def handler(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.CALL_HANDLER, subject="handler 7")


def change(client: TestClient, at: str, what: str, body: dict[str, Any]) -> Any:
    """Decide on what was read a moment before."""
    seen = client.get(at).headers["ETag"]
    return client.post(f"{at}/{what}", json=body, headers={"If-Match": seen})


def opened(handler: TestClient, **more: Any) -> str:
    answer = handler.post("/incidents", json=OPENING | more)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def test_an_incident_is_opened_graded_resourced_and_closed(handler: TestClient) -> None:
    at = opened(handler)
    graded = change(handler, at, "grade", {"grade": "Priority"}).json()
    assert graded["promise"]["attend_by"] == "2026-06-05T13:00:00Z"
    regraded = change(handler, at, "regrade", {"grade": "Immediate", "rationale": "screams"}).json()
    assert (regraded["grade"], regraded["regrades"], regraded["promise"]["attend_by"]) == ("Immediate", 1, "2026-06-05T12:15:00Z")
    assert change(handler, at, "resources", {}).json()["units_requested"] == 2
    closed = change(handler, at, "close", {"closing_code": "arrest", "reason": "one in custody"}).json()
    assert (closed["opening_code"], closed["closing_code"], closed["allowed"]) == ("burglary", "arrest", ["reopen"])
    told = handler.get(f"{at}/history").json()["events"]
    assert [event["type"].split(".")[2] for event in told] == [
        "IncidentOpened",
        "IncidentGraded",
        "IncidentRegraded",
        "ResourcesRequested",
        "IncidentClosed",
    ]
    assert {event["actor"] for event in told} == {"handler 7"}


def test_the_same_call_opens_the_same_incident(handler: TestClient) -> None:
    at = opened(handler)
    change(handler, at, "grade", {"grade": "Priority"})
    again = handler.post("/incidents", json=OPENING | {"opening_code": "something else"})
    assert (again.status_code, again.json()["opening_code"]) == (200, "burglary")
    assert again.headers["Location"] == at


def test_a_refusal_says_what_is_allowed(handler: TestClient) -> None:
    at = opened(handler)
    answer = change(handler, at, "resources", {"units": 2})
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["grade", "close"])
    unknown = handler.post("/incidents/incident-9/grade", json={"grade": "Priority"}, headers={"If-Match": '"0"'})
    assert unknown.status_code == 404
    assert change(handler, at, "grade", {"grade": "Urgent"}).status_code == 422


def test_a_lost_race_is_loud(handler: TestClient) -> None:
    at = opened(handler)
    seen = handler.get(at).headers["ETag"]
    assert handler.post(f"{at}/grade", json={"grade": "Priority"}, headers={"If-Match": seen}).status_code == 200
    late = {"grade": "Immediate", "rationale": "screams"}
    refused = handler.post(f"{at}/regrade", json=late, headers={"If-Match": seen})
    assert refused.status_code == 412
    assert "IncidentGraded by handler 7" in refused.json()["detail"]
    assert handler.post(f"{at}/regrade", json=late).status_code == 428


def test_the_backlog_is_paged_in_the_order_of_urgency_and_can_be_read_as_it_was_known(
    handler: TestClient, clock: VirtualClock
) -> None:
    for n, grade in enumerate(("Scheduled", "Immediate", None, "Priority")):
        at = opened(handler, call=f"call-{n}")
        if grade is not None:
            change(handler, at, "grade", {"grade": grade})
    then = clock.now()
    clock.move_by(MINUTE)
    change(handler, at, "close", {"closing_code": "no trace", "reason": "searched"})
    clock.move_by(MINUTE)
    first = handler.get("/incidents", params={"limit": 2}).json()
    rest = handler.get(first["next"]).json()
    assert [one["grade"] for one in first["items"] + rest["items"]] == [None, "Immediate", "Scheduled"]
    known = handler.get("/incidents", params={"known_at": then.isoformat()}).json()["items"]
    assert [one["grade"] for one in known] == [None, "Immediate", "Priority", "Scheduled"]
    assert handler.get(at, params={"known_at": then.isoformat()}).json()["closed_at"] is None


def test_what_another_control_room_runs_is_entered_by_its_gateway_only(
    client: Callable[..., TestClient], handler: TestClient
) -> None:
    body = {"reference": "17", "force": "SFFD", "opening_code": "Alarms", "reported_at": "2026-06-05T11:50:00Z"}
    assert handler.post("/reported-incidents", json=body).status_code == 403
    gateway = client(Role.SERVICE)
    at = gateway.post("/reported-incidents", json=body).headers["Location"]
    graded = change(gateway, at, "grade", {"grade": "E"}).json()
    assert (graded["grade"], graded["policy"], graded["origin"], graded["force"]) == (
        "E",
        "outside",
        "other_control_room",
        "SFFD",
    )


def test_an_auditor_reads_and_writes_nothing(client: Callable[..., TestClient], handler: TestClient) -> None:
    at = opened(handler)
    auditor = client(Role.AUDITOR)
    assert auditor.get(at).status_code == 200
    assert auditor.get(f"{at}/history").status_code == 200
    assert auditor.post(f"{at}/grade", json={"grade": "Priority"}).status_code == 403


def test_a_refusal_repeats_nothing_of_what_was_said(handler: TestClient) -> None:
    answer = handler.post("/incidents", json=OPENING | {"summary": ["07700 900123"]})
    assert answer.status_code == 422
    assert "07700" not in answer.text
