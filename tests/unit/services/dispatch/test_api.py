from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Context, Host, Service
from chassis.http.principal import Role
from contracts.places import Location, LocationSource, Point
from contracts.topics import HEARS
from services.dispatch.api.routes import routers as dispatch_routers
from services.dispatch.application import JOB, UNIT, Dispatch
from services.dispatch.domain.commands import RequestJob
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, on_timer, react

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SCENE = Location(source=LocationSource.HANDSET, point=Point(latitude=51.5, longitude=-0.1))


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]]) -> Callable[..., TestClient]:
    """Dispatch has heard of jobs 1 and 2, which want one unit each."""
    service = Service("dispatch", (UNIT, JOB), HEARS["dispatch"], Dispatch(load()).handle, react, on_timer, {}, HEEDS)

    def routers(host: Host) -> list[APIRouter]:
        for name, grade, rank in (("1", "Priority", 2), ("2", "Immediate", 1)):
            job = RequestJob(f"job-{name}", f"incident-{name}", 1, grade, NOON, rank, location=SCENE)
            anyio.run(host.run, job, Context(f"cause-{name}", "service:dispatch", "correlation"))
        return list(dispatch_routers(host))

    return serve(service, routers)


@pytest.fixture
def dispatcher(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.DISPATCHER, subject="dispatcher 3")


def booked_on(dispatcher: TestClient, callsign: str, east: float = 0.0) -> str:
    body = {"callsign": callsign, "point": {"latitude": 51.5, "longitude": -0.1 + east}}
    answer = dispatcher.post("/units", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def test_a_unit_is_recommended_sent_arrives_and_is_free_again(dispatcher: TestClient) -> None:
    booked_on(dispatcher, "FAR", 0.2)
    near = booked_on(dispatcher, "NEAR", 0.01)
    found = dispatcher.get("/jobs/job-2/recommendation").json()
    assert [one["callsign"] for one in found["candidates"]] == ["NEAR", "FAR"]
    assert found["candidates"][0]["in_favour"] == ["0.7 km, about 1 min", "free, status 1"]
    sent = dispatcher.post("/jobs/job-2/assignments", json={"unit": "NEAR", "reasons": found["candidates"][0]["in_favour"]})
    assert (sent.json()["working"], sent.json()["wanting"]) == (["unit-NEAR"], 0)
    assert dispatcher.post(f"{near}/status", json={"status": 6}).json()["assignments"][0]["reached"]
    ended = dispatcher.post("/jobs/job-2/assignments/unit-NEAR/end", json={"release": "cleared"}).json()
    assert (ended["working"], ended["wanting"]) == ([], 1)
    assert dispatcher.get(near).json()["status"] == 2
    assert dispatcher.post(f"{near}/off", json={}).json()["on_duty"] is False
    told = dispatcher.get(f"{near}/history").json()["events"]
    assert [event["type"].split(".")[2] for event in told] == [
        "UnitBookedOn",
        "UnitAssigned",
        "UnitStatusReported",
        "AssignmentEnded",
        "UnitBookedOff",
    ]


def test_refusals_say_what_is_allowed(dispatcher: TestClient) -> None:
    near, far = booked_on(dispatcher, "NEAR"), booked_on(dispatcher, "FAR")
    dispatcher.post("/jobs/job-2/assignments", json={"unit": "NEAR"})
    twice = dispatcher.post("/jobs/job-1/assignments", json={"unit": "NEAR"})
    assert (twice.status_code, twice.json()["allowed"]) == (409, ["end job-2", "divert from job-2", "another unit"])
    more = dispatcher.post("/jobs/job-2/assignments", json={"unit": "FAR"})
    assert more.json()["allowed"] == ["override with a name and a reason", "request more units"]
    signed = {"unit": "FAR", "override": {"by": "inspector 9", "reason": "crowd growing"}}
    assert dispatcher.post("/jobs/job-2/assignments", json=signed).status_code == 200
    off = dispatcher.post(f"{near}/off", json={})
    assert (off.status_code, off.json()["allowed"]) == (409, ["end job-2"])
    assert dispatcher.post("/jobs/job-9/assignments", json={"unit": "FAR"}).status_code == 404
    assert dispatcher.get("/jobs/job-9/recommendation").status_code == 404
    assert dispatcher.get(far.replace("/units/unit-", "/jobs/unit-")).status_code == 422


def test_if_match_speaks_of_the_job(dispatcher: TestClient) -> None:
    booked_on(dispatcher, "NEAR")
    booked_on(dispatcher, "FAR")
    seen = dispatcher.get("/jobs/job-2").headers["ETag"]
    first = dispatcher.post("/jobs/job-2/assignments", json={"unit": "NEAR"}, headers={"If-Match": seen})
    assert first.status_code == 200
    signed = {"unit": "FAR", "override": {"by": "inspector 9", "reason": "crowd growing"}}
    assert dispatcher.post("/jobs/job-2/assignments", json=signed, headers={"If-Match": seen}).status_code == 412


def test_lists_are_in_order_and_can_be_read_as_they_were_known(dispatcher: TestClient, clock: VirtualClock) -> None:
    for callsign in ("C3", "A1", "B2"):
        booked_on(dispatcher, callsign)
    then = clock.now()
    clock.move_by(timedelta(minutes=1))
    dispatcher.post("/jobs/job-2/assignments", json={"unit": "A1"})
    dispatcher.post("/units/unit-B2/off", json={})
    clock.move_by(timedelta(minutes=1))
    assert [one["callsign"] for one in dispatcher.get("/units").json()["items"]] == ["A1", "C3"]
    assert [one["job"] for one in dispatcher.get("/jobs").json()["items"]] == ["job-2", "job-1"]
    assert [one["job"] for one in dispatcher.get("/jobs", params={"wanting": True}).json()["items"]] == ["job-1"]
    known = dispatcher.get("/units", params={"known_at": then.isoformat()}).json()["items"]
    assert [one["callsign"] for one in known] == ["A1", "B2", "C3"]
    assert dispatcher.get("/jobs/job-2", params={"known_at": then.isoformat()}).json()["working"] == []


def test_only_another_control_rooms_gateway_may_report_an_overlap(
    client: Callable[..., TestClient], dispatcher: TestClient
) -> None:
    body = {"unit": "E39", "at": "2026-06-05T12:00:00Z"}
    assert dispatcher.post("/reported/jobs/job-1/assignments", json=body).status_code == 403
    gateway = client(Role.SERVICE)
    for job in ("job-1", "job-2"):
        assert gateway.post(f"/reported/jobs/{job}/assignments", json=body).status_code == 200
    status = {"status": 6, "at": "2026-06-05T12:05:00Z", "incident": "incident-1"}
    unit = gateway.post("/reported/units/unit-E39/status", json=status).json()
    assert [(held["job"], held["reached"]) for held in unit["assignments"]] == [("job-1", True), ("job-2", False)]
    told = gateway.get("/units/unit-E39/history").json()["events"]
    assert [event["data"].get("overlaps") for event in told if "UnitAssigned" in event["type"]] == [[], ["incident-1"]]


def test_a_call_handler_sends_nobody(client: Callable[..., TestClient]) -> None:
    handler = client(Role.CALL_HANDLER)
    assert handler.get("/jobs").status_code == 200
    assert handler.post("/jobs/job-1/assignments", json={"unit": "A1"}).status_code == 403
