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
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import RequestJob
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, react
from services.dispatch.streams import COVER, JOB, UNIT
from services.dispatch.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SCENE = Location(source=LocationSource.HANDSET, point=Point(latitude=51.5, longitude=-0.1))


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]]) -> Callable[..., TestClient]:
    """Dispatch has heard of jobs 1 and 2, which want one unit each."""
    service = Service("dispatch", (UNIT, JOB, COVER), HEARS["dispatch"], Dispatch(load()).handle, react, on_timer, {}, HEEDS)

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


def test_if_match_of_offers_and_diversions_speaks_of_the_job_too(dispatcher: TestClient) -> None:
    for callsign in ("A1", "B2"):
        booked_on(dispatcher, callsign)
    dispatcher.post("/jobs/job-1/assignments", json={"unit": "A1"})
    seen = dispatcher.get("/jobs/job-2").headers["ETag"]
    offer, divert = {"unit": "B2"}, {"unit": "A1", "reason": "knife"}
    offered = dispatcher.post("/jobs/job-2/offers", json=offer, headers={"If-Match": seen})
    assert offered.status_code == 200
    stale = dispatcher.post("/jobs/job-2/diversions", json=divert, headers={"If-Match": seen})
    assert (stale.status_code, "JobUnitOffered by" in stale.json()["detail"]) == (412, True)
    assert dispatcher.post("/jobs/job-2/offers", json=offer, headers={"If-Match": seen}).status_code == 412
    now = {"If-Match": offered.headers["ETag"]}
    assert dispatcher.post("/jobs/job-2/diversions", json=divert, headers=now).status_code == 200


def test_if_match_of_a_unit_speaks_of_the_unit(dispatcher: TestClient) -> None:
    unit = booked_on(dispatcher, "A1")
    seen = dispatcher.get(unit).headers["ETag"]
    for what, body in (("status", {"status": 3}), ("message", {"code": 12}), ("off", {})):
        stale = dispatcher.post(f"{unit}/{what}", json=body, headers={"If-Match": '"99"'})
        assert stale.status_code == 412, what
        done = dispatcher.post(f"{unit}/{what}", json=body, headers={"If-Match": seen})
        assert done.status_code == 200, done.json()
        seen = done.headers["ETag"]


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


def test_a_crew_is_asked_and_answers_at_its_own_address(dispatcher: TestClient, client: Callable[..., TestClient]) -> None:
    near, radio = booked_on(dispatcher, "NEAR"), client(Role.SERVICE, subject="radio")
    asked = dispatcher.post("/jobs/job-2/offers", json={"unit": "NEAR", "reasons": ["nearest"]})
    assert asked.status_code == 200
    offer = radio.get(near).json()["offer"]
    assert (offer["job"], offer["by"]) == ("job-2", "dispatcher 3")
    answer = {"offer": offer["offer"], "answer": "accepted"}
    assert radio.post(f"{near}/offer", json=answer).json()["assignments"][0]["job"] == "job-2"
    again = radio.post(f"{near}/offer", json=answer)
    assert (again.status_code, again.json()["code"]) == (409, "no-offer")


def test_a_diverted_job_is_first_in_its_queue_and_in_that_of_the_returned(dispatcher: TestClient) -> None:
    booked_on(dispatcher, "NEAR")
    dispatcher.post("/jobs/job-1/assignments", json={"unit": "NEAR"})
    diverted = dispatcher.post("/jobs/job-2/diversions", json={"unit": "NEAR", "reason": "knife seen"})
    assert (diverted.status_code, diverted.json()["working"]) == (200, ["unit-NEAR"])
    (returned,) = dispatcher.get("/jobs?queue=returned").json()["items"]
    assert (returned["job"], returned["returned"], returned["owner"], returned["wanting"]) == ("job-1", True, "dispatcher 3", 1)
    assert returned["reported_at"] == "2026-06-05T12:00:00Z"


def test_a_code_that_is_not_in_the_list_is_answered_with_the_list(dispatcher: TestClient) -> None:
    near = booked_on(dispatcher, "NEAR")
    delay = dispatcher.post("/jobs/job-1/delay", json={"code": "busy"})
    assert (delay.status_code, "no-unit" in delay.json()["allowed"]) == (422, True)
    assert dispatcher.post("/jobs/job-1/delay", json={"code": "no-unit"}).json()["delay"] == "no-unit"
    for path, body in (("status", {"status": 17}), ("message", {"code": 11}), ("offer", {"offer": "x", "answer": "maybe"})):
        answer = dispatcher.post(f"{near}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert dispatcher.post(f"{near}/message", json={"code": 13}).json()["status"] == 1


def test_a_status_that_cannot_follow_is_answered_with_what_can(dispatcher: TestClient) -> None:
    near = booked_on(dispatcher, "NEAR")
    answer = dispatcher.post(f"{near}/status", json={"status": 6})
    assert (answer.status_code, answer.json()["code"]) == (409, "status-cannot-follow")
    assert "status 2" in answer.json()["allowed"]
    future = dispatcher.post(f"{near}/status", json={"status": 2, "at": "2026-06-05T18:00:00Z"})
    assert (future.status_code, future.json()["code"]) == (422, "time-in-the-future")
    assert dispatcher.get(near).headers["ETag"] == '"1"'


def test_positions_are_taken_from_a_service_and_change_who_is_near(
    dispatcher: TestClient, client: Callable[..., TestClient]
) -> None:
    booked_on(dispatcher, "A", 0.1)
    booked_on(dispatcher, "B", 0.2)
    feed = client(Role.SERVICE, subject="vehicle feed")
    batch = [{"unit": "unit-B", "at": "2026-06-05T12:00:00Z", "latitude": 51.5, "longitude": -0.1}]
    assert feed.post("/positions", json={"positions": batch}).json() == {"taken": 1, "ignored": 0}
    assert feed.post("/positions", json={"positions": batch}).json() == {"taken": 0, "ignored": 1}
    found = dispatcher.get("/jobs/job-2/recommendation").json()
    assert [one["callsign"] for one in found["candidates"]] == ["B", "A"]
    assert dispatcher.get("/units/unit-B").json()["point"]["longitude"] == pytest.approx(0.1)
    assert dispatcher.post("/positions", json={"positions": batch}).status_code == 403
    assert feed.post("/positions", json={"positions": batch * 401}).status_code == 422


def test_figures_open_to_their_incidents(dispatcher: TestClient, clock: VirtualClock) -> None:
    near = booked_on(dispatcher, "NEAR")
    dispatcher.post("/jobs/job-2/assignments", json={"unit": "NEAR"})
    clock.move_by(timedelta(minutes=6))
    dispatcher.post(f"{near}/status", json={"status": 6})
    period = "from=2026-06-05T00:00:00Z&to=2026-06-06T00:00:00Z"
    found = dispatcher.get(f"/figures/response?{period}").json()
    assert found["definition"] == "response-1"
    urgent = next(grade for grade in found["grades"] if grade["grade"] == "Immediate")
    assert (urgent["attend"]["median_s"], urgent["attend"]["mean_s"], urgent["attend"]["slowest"]) == (360, 360, ["incident-2"])
    opened = dispatcher.get(f"/figures/response/incidents?{period}").json()
    assert [(one["incident"], one["attend_s"]) for one in opened] == [("incident-1", None), ("incident-2", 360)]
    assert [one["incident"] for one in dispatcher.get(f"/figures/response/incidents?{period}&grade=Priority").json()] == [
        "incident-1"
    ]
    before = dispatcher.get(f"/figures/response?{period}&known_at=2026-06-05T12:01:00Z").json()["grades"]
    assert {grade["grade"]: grade["unattended"] for grade in before} == {"Immediate": 1, "Priority": 1}
    none = dispatcher.get("/figures/response?from=2026-06-06T00:00:00Z&to=2026-06-07T00:00:00Z").json()
    assert none["grades"] == []
    backwards = dispatcher.get("/figures/response?from=2026-06-06T00:00:00Z&to=2026-06-05T00:00:00Z")
    assert (backwards.status_code, backwards.json()["code"]) == (422, "period-unreadable")


def test_cover_is_read_and_a_force_without_areas_has_none(dispatcher: TestClient) -> None:
    assert dispatcher.get("/cover").json() == {"areas": [], "moves": {}}


def test_a_tour_with_its_crew_is_booked_on_and_shown(dispatcher: TestClient) -> None:
    body = {
        "callsign": "A1",
        "officers": [{"officer": "1201", "skills": [{"name": "dog", "expires": "2026-06-05T13:00:00Z"}]}],
        "vehicle": "KX19 ABC",
        "area": "north",
        "tour_ends": "2026-06-05T22:00:00Z",
    }
    booked = dispatcher.post("/units", json=body).json()
    assert (booked["crew"], booked["officers"], booked["vehicle"], booked["area"]) == (1, ["1201"], "KX19 ABC", "north")
    assert booked["expires"] == {"dog": "2026-06-05T13:00:00Z"}
    assert (booked["meal"]["owed_s"], booked["meal"]["begins"]) == (3600, "2026-06-05T15:00:00Z")


def test_an_alarm_that_was_not_raised_is_not_acknowledged(dispatcher: TestClient) -> None:
    answer = dispatcher.post("/jobs/job-1/unresourced/acknowledge", json={})
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["assign", "delay"])
