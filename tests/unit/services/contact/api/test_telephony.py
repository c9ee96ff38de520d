from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.http.principal import Role
from chassis.world import World
from services.contact import api
from services.contact.wiring import build, openapi_app

PRESENTED = {"fact": "presented", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:00Z", "number": "07700 900123"}
QUEUED = {"fact": "queued", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:02Z", "queue": "999"}
ANSWERED = {"fact": "answered", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:10Z", "handler": "h7"}
GONE = {"fact": "hung_up", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:30Z"}
MARKER = {"number": "+44 7700 900123", "marker": "stalking", "evidence": "log 3", "review_by": "2027-01-01T00:00:00Z"}


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Callable[..., TestClient]:
    def never(*_: object) -> None:
        raise AssertionError("contact needs nothing of the outside")

    return serve(build(World("kent", lambda kind, value: f"{kind}:{hash(value):x}", never, never, clock)), api.routers)


@pytest.fixture
def switch(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.SERVICE, subject="switch bt-1")


def tell(switch: TestClient, fact: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = switch.post("/telephony/facts", json=fact | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_call_is_told_fact_by_fact_and_read_with_its_history(switch: TestClient) -> None:
    at = switch.post("/telephony/facts", json=PRESENTED).headers["Location"]
    tell(switch, QUEUED)
    assert [call["status"] for call in switch.get("/calls").json()["items"]] == ["waiting"]
    assert switch.get("/queues").json() == [{"queue": "999", "waiting": 1, "since": "2026-06-05T11:59:02Z"}]
    assert tell(switch, ANSWERED)["waited_s"] == 8
    assert switch.get("/queues").json() == []
    ended = tell(switch, GONE | {"fact": "ended"})
    assert (ended["status"], ended["talked_s"], ended["number"]) == ("ended", 20, "+447700900123")
    assert switch.get(at).json() == ended
    told = switch.get(f"{at}/history").json()["events"]
    assert [event["type"].split(".")[2] for event in told] == ["CallReceived", "CallQueued", "CallAnswered", "CallEnded"]
    assert switch.get("/calls").json()["items"] == []


def test_a_fact_told_again_answers_the_same_and_adds_nothing(switch: TestClient) -> None:
    first = switch.post("/telephony/facts", json=GONE)
    again = switch.post("/telephony/facts", json=GONE)
    assert first.json() == again.json()
    assert first.headers["ETag"] == again.headers["ETag"] == '"1"'


def test_what_cannot_be_is_set_aside_and_shown(switch: TestClient) -> None:
    tell(switch, GONE)
    late = tell(switch, ANSWERED, at="2026-06-05T11:59:40Z")
    assert (late["status"], late["answered_at"]) == ("abandoned", None)
    assert late["set_aside"] == ["answered by h7 at 2026-06-05T11:59:40.000000Z"]


def test_a_fact_without_a_time_is_of_now(switch: TestClient) -> None:
    told = tell(switch, {key: value for key, value in GONE.items() if key != "at"})
    assert told["abandoned_at"] == "2026-06-05T12:00:00Z"


def test_queues_are_counted_beyond_one_page(switch: TestClient) -> None:
    for n in range(12):
        tell(switch, QUEUED, call=str(n), queue="999 north" if n % 3 else "101", at=f"2026-06-05T11:59:{n:02}Z")
    assert switch.get("/queues").json() == [
        {"queue": "101", "waiting": 4, "since": "2026-06-05T11:59:00Z"},
        {"queue": "999 north", "waiting": 8, "since": "2026-06-05T11:59:01Z"},
    ]


def test_what_was_known_then_can_be_asked(switch: TestClient, clock: VirtualClock) -> None:
    at = switch.post("/telephony/facts", json=PRESENTED).headers["Location"]
    clock.move_by(timedelta(minutes=1))
    tell(switch, GONE)
    then = {"known_at": "2026-06-05T12:00:30Z"}
    clock.move_by(timedelta(minutes=1))
    assert switch.get(at, params=then).json()["status"] == "presented"
    assert [call["status"] for call in switch.get("/calls", params=then).json()["items"]] == ["presented"]
    assert switch.get(at).json()["status"] == "abandoned"


@pytest.mark.parametrize(
    "fact",
    [
        GONE | {"fact": "vanished"},
        GONE | {"at": "yesterday"},
        GONE | {"at": "2026-06-05T11:59:30"},
        GONE | {"sounds": ["drums"]},
        GONE | {"extra": 1},
        {"fact": "queued", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:02Z"},
        {
            "fact": "located",
            "switch": "bt-1",
            "call": "7",
            "location": {"source": "cell", "point": {"latitude": 91, "longitude": 0}},
        },
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words_without_what_it_said(switch: TestClient, fact: dict[str, Any]) -> None:
    answer = switch.post("/telephony/facts", json=fact | {"number": "+447700900123"} if fact["fact"] == "hung_up" else fact)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "447700900123" not in answer.text


def test_markers_are_a_supervisors(client: Callable[..., TestClient], switch: TestClient) -> None:
    supervisor = client(Role.SUPERVISOR, subject="sgt-4")
    placed = supervisor.put("/callers/markers", json=MARKER).json()
    assert [(warned["marker"], warned["author"]) for warned in placed["markers"]] == [("stalking", "sgt-4")]
    assert switch.put("/callers/markers", json=MARKER).status_code == 403
    gone = tell(switch, GONE, number="07700900123")
    told = switch.get(f"/calls/{gone['call']}/history").json()["events"]
    assert told[0]["data"]["markers"] == ["stalking"]
    lift = {"number": "07700900123", "marker": "stalking", "reason": "moved away"}
    assert supervisor.request("DELETE", "/callers/markers", json=lift).json()["markers"] == []
    assert supervisor.request("DELETE", "/callers/markers", json=lift).status_code == 404
    assert supervisor.put("/callers/markers", json=MARKER | {"number": "withheld"}).status_code == 422


def test_an_auditor_reads_and_writes_nothing(client: Callable[..., TestClient]) -> None:
    auditor = client(Role.AUDITOR)
    assert auditor.get("/calls").status_code == 200
    assert auditor.post("/telephony/facts", json=GONE).status_code == 403


def test_a_call_nobody_told_of_is_not_found(switch: TestClient) -> None:
    assert switch.get("/calls/00000000-0000-0000-0000-000000000000").status_code == 404
    assert switch.get("/calls/x").status_code == 422


def test_the_description_names_every_fact() -> None:
    document = openapi_app().openapi()
    body = document["paths"]["/telephony/facts"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["discriminator"]["mapping"]) == {
        *("presented", "queued", "answered", "hung_up", "ended", "located", "recognised", "keeps_place")
    }
