"""Contacts, promises, feeds, queues and what is learned of a call, over HTTP."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.http.principal import Role
from chassis.references import Keyer
from chassis.world import World
from services.contact import api
from services.contact.wiring import build

Clients = Callable[..., TestClient]
NUMBER = "07700 900123"


@pytest.fixture
def client(serve: Callable[..., Clients], clock: VirtualClock) -> Clients:
    def never(*_: object) -> None:
        raise AssertionError("contact needs nothing of the outside")

    return serve(build(World("kent", Keyer(b"tests").reference, never, never, clock)), api.routers)


@pytest.fixture
def switch(client: Clients) -> TestClient:
    return client(Role.SERVICE, subject="switch bt-1")


@pytest.fixture
def handler(client: Clients) -> TestClient:
    return client(Role.CALL_HANDLER, subject="h7")


def tell(switch: TestClient, fact: str, call: str = "7", **more: Any) -> dict[str, Any]:
    answer = switch.post("/telephony/facts", json={"fact": fact, "switch": "bt-1", "call": call} | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def types(reader: TestClient, where: str) -> list[str]:
    return [event["type"].split(".")[2] for event in reader.get(f"{where}/history").json()["events"]]


def test_a_contact_from_its_first_word_to_its_end(handler: TestClient) -> None:
    first = handler.post("/contacts", json={"channel": "front_counter", "source": "desk-2", "reference": "17"})
    at = first.headers["Location"]
    assert (first.json()["status"], first.json()["waits_for"]) == ("received", "taking")
    handler.post(f"{at}/words", json={"words": "somebody follows me"})
    assert handler.post(f"{at}/take").json()["handler"] == "h7"
    assert [one["contact"] for one in handler.get("/contacts?unacted=true").json()["items"]] == [first.json()["contact"]]
    refused = handler.post(f"{at}/close", json={"outcome": "passed_on"})
    assert (refused.status_code, refused.json()["code"]) == (422, "receiver-not-named")
    closed = handler.post(f"{at}/close", json={"outcome": "passed_on", "passed_to": "patrol desk"}).json()
    assert (closed["status"], closed["passed_to"], closed["words"]) == ("closed", "patrol desk", ["somebody follows me"])
    late = handler.post(f"{at}/take")
    assert late.status_code == 200, "taking it again is no change"
    other = handler.post(f"{at}/close", json={"outcome": "duplicate"})
    assert (other.status_code, other.json()["code"], other.json()["allowed"]) == (409, "contact-closed", ["words"])
    assert types(handler, at) == ["ContactReceived", "ContactWordsAdded", "ContactTaken", "ContactClosed"]


def test_a_call_is_a_contact_among_others(switch: TestClient, handler: TestClient, clock: VirtualClock) -> None:
    call = tell(switch, "presented", channel="bsl_video")["call"]
    clock.move_by(timedelta(seconds=1))
    body = {"channel": "text_999", "source": "sms", "reference": "t-1", "number": NUMBER}
    text = handler.post("/contacts", json=body).json()["contact"]
    listed = handler.get("/contacts").json()["items"]
    assert [(one["contact"], one["kind"], one["channel"]) for one in listed] == [
        (call, "call", "bsl_video"),
        (text, "contact", "text_999"),
    ]
    page = handler.get("/contacts?limit=1").json()
    assert [one["contact"] for one in handler.get(page["next"]).json()["items"]] == [text]
    assert handler.get(f"/contacts/{call}").json()["status"] == "presented"
    assert handler.get("/contacts/00000000-0000-0000-0000-000000000000").status_code == 404
    refused = handler.post("/contacts", json=body | {"channel": "101", "reference": "t-2"})
    assert (refused.status_code, refused.json()["code"]) == (422, "contact-is-a-call")


def test_a_promise_is_owned_handed_over_and_kept(switch: TestClient, handler: TestClient) -> None:
    call = tell(switch, "presented", line="helpline", number=NUMBER)["call"]
    tell(switch, "hung_up")
    [owed] = handler.get("/promises").json()["items"]
    assert (owed["promise"], owed["owner"], owed["due"]) == (call, "victim helpline", "2026-06-08T16:00:00Z")
    assert handler.put(f"/promises/{call}/owner", json={"owner": "h9"}).json()["owner"] == "h9"
    assert handler.post(f"/promises/{call}/tried").json()["tries"] == 1
    assert handler.post(f"/promises/{call}/kept", json={"words": "told"}).json()["kept_by"] == "h7"
    assert handler.get("/promises").json()["items"] == []
    assert handler.post(f"/promises/{call}/tried").json()["code"] == "promise-kept"
    assert handler.get("/promises/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_feed_says_that_it_lives_and_is_retired(switch: TestClient, handler: TestClient, client: Clients) -> None:
    assert switch.post("/feeds/bt-2/alive").json()["status"] == "heard"
    tell(switch, "presented")
    assert [feed["feed"] for feed in handler.get("/feeds").json()["items"]] == ["bt-1", "bt-2"]
    assert handler.get("/feeds?silent=true").json()["items"] == []
    assert handler.post("/feeds/bt-2/alive").status_code == 403
    operator = client(Role.OPERATOR, subject="op-1")
    assert operator.post("/feeds/bt-2/retire", json={"reason": "replaced"}).json()["status"] == "retired"
    assert operator.post("/feeds/never/retire", json={"reason": "replaced"}).json()["code"] == "feed-unknown"
    assert types(handler, "/feeds/bt-2") == ["FeedHeard", "FeedRetired"]
    assert handler.get("/feeds/bt-1").json()["heard_at"] == "2026-06-05T12:00:00Z"


def test_whose_turn_it_is(switch: TestClient, handler: TestClient, client: Clients, clock: VirtualClock) -> None:
    for call, line in (("a", "101"), ("b", "999"), ("c", "101")):
        tell(switch, "presented", call, line=line, number=f"07700 90012{ord(call) % 10}")
        tell(switch, "queued", call, queue=line)
        clock.move_by(timedelta(seconds=1))
    assert [one["line"] for one in handler.get("/queues/next").json()["items"]] == ["999", "101", "101"]
    supervisor = client(Role.SUPERVISOR, subject="sgt-4")
    moved = supervisor.put("/handlers/h7/queues", json={"queues": ["101"], "reason": "999 is quiet"}).json()
    assert (moved["queues"], moved["by"]) == (["101"], "sgt-4")
    assert [one["queue"] for one in handler.get("/queues/next?handler=h7").json()["items"]] == ["101", "101"]
    assert len(handler.get("/queues/next?handler=nobody").json()["items"]) == 3
    assert [one["handler"] for one in handler.get("/handlers").json()["items"]] == ["h7"]
    assert handler.put("/handlers/h7/queues", json={"queues": [], "reason": "break"}).status_code == 403
    supervisor.put("/handlers/h7/queues", json={"queues": [], "reason": "off duty"})
    assert handler.get("/handlers").json()["items"] == []


def test_a_kept_place_is_rung_and_answered(switch: TestClient, handler: TestClient) -> None:
    call = tell(switch, "presented", line="101", number=NUMBER)["call"]
    assert handler.post(f"/calls/{call}/place/rung", json={"reached": True}).json()["code"] == "no-place-kept"
    tell(switch, "queued", queue="101")
    kept = tell(switch, "keeps_place", consent=True)
    assert kept["place_kept_at"] is not None
    assert tell(switch, "hung_up")["status"] == "to be rung back"
    [first] = handler.get("/queues/next").json()["items"]
    assert (first["ring_back"], first["number"]) == (True, "+447700900123")
    assert handler.post(f"/calls/{call}/place/rung", json={"reached": False}).json()["status"] == "to be rung back"
    reached = handler.post(f"/calls/{call}/place/rung", json={"reached": True}).json()
    assert (reached["status"], reached["handler"]) == ("talking", "h7")
    refused = switch.post("/telephony/facts", json={"fact": "keeps_place", "switch": "bt-1", "call": "8", "consent": False})
    assert refused.status_code == 422


def test_what_is_learned_after_the_break_is_told_on(switch: TestClient, handler: TestClient) -> None:
    call = tell(switch, "hung_up")["call"]
    heard = handler.post(f"/calls/{call}/sounds", json={"sounds": ["violence"], "words": "screams"}).json()
    assert heard["sounds"] == ["violence"]
    assert handler.post(f"/calls/{call}/number", json={"number": NUMBER, "source": "trace"}).json()["number"] == "+447700900123"
    assert handler.post(f"/calls/{call}/start", json={"start": "crash_detection"}).json()["abandonment"] == "device_started"
    assert types(handler, f"/calls/{call}") == [
        *("CallAbandoned", "SoundsHeard", "NumberLearned", "StartRecognised", "CallReclassified")
    ]
    nobody = "/calls/00000000-0000-0000-0000-000000000000"
    assert handler.post(f"{nobody}/sounds", json={"sounds": ["voices"]}).status_code == 404
    assert handler.post(f"{nobody}/number", json={"number": NUMBER, "source": "trace"}).status_code == 404
    assert handler.post(f"{nobody}/start", json={"start": "ecall"}).status_code == 404
    assert handler.post(f"/calls/{call}/sounds", json={"sounds": []}).status_code == 422


@pytest.mark.parametrize("where", ["/contacts", "/promises", "/feeds", "/queues/next", "/handlers"])
def test_an_auditor_reads_everything_as_it_was_known(client: Clients, clock: VirtualClock, where: str) -> None:
    assert client(Role.AUDITOR).get(where, params={"known_at": clock.now().isoformat()}).status_code == 200


def test_a_fact_that_only_showed_that_its_switch_lives_is_answered_with_its_call_when_it_is_sent_again(
    switch: TestClient, clock: VirtualClock, tmp_path: Path
) -> None:
    fact = {"fact": "presented", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:00Z"}
    first = switch.post("/telephony/facts", json=fact, headers={"Idempotency-Key": "k0"})
    for _ in range(2):
        clock.move_by(timedelta(minutes=5))
        again = switch.post("/telephony/facts", json=fact, headers={"Idempotency-Key": "k1"})
        assert (again.status_code, again.json()) == (200, first.json())
        with closing(connect(tmp_path / "contact.sqlite", isolation_level=None)) as rebuilt:
            rebuilt.execute("DELETE FROM commands")
    assert types(switch, "/feeds/bt-1") == ["FeedHeard", "FeedHeard"]
