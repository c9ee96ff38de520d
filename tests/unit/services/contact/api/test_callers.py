"""Markers, associations, handsets' messages, surges and the call handler's screen, over HTTP."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.http.principal import Role
from chassis.world import World
from services.contact import api
from services.contact.wiring import build

PHONE = {"number": "07700 900123"}
PERSON = {"person": "record 4711"}
HOME = {"address": "1 Mill Lane, Ashford"}
MARKER = {"marker": "domestic_abuse", "evidence": "log 3", "review_by": "2027-01-01T00:00:00Z"}
PRESENTED = {"fact": "presented", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:00Z", "number": "07700 900123"}
GONE = {key: value for key, value in PRESENTED.items() if key != "fact"} | {"fact": "hung_up"}
FORM = "v=1&device_number=%2B447700900123&location_latitude=51.2784&location_longitude=0.5217&location_time=1780660750000"
SMS = 'A"ML=1;lt=+51.27840;lg=+0.52170;rd=30;top=20260605115910;lc=68;pm=G'


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Callable[..., TestClient]:
    def never(*_: object) -> None:
        raise AssertionError("contact needs nothing of the outside")

    world = World("kent", lambda kind, value: f"{kind}:{hash(value):x}", never, never, clock)
    return serve(build(replace(world, handset_key=b"key")), api.routers)


@pytest.fixture
def switch(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.SERVICE, subject="bt")


@pytest.fixture
def handler(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.CALL_HANDLER, subject="h7")


@pytest.fixture
def sergeant(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.SUPERVISOR, subject="sgt-4")


def told(switch: TestClient, said: dict[str, Any], **more: Any) -> str:
    answer = switch.post("/telephony/facts", json=said | more)
    assert answer.status_code == 200, answer.text
    call: str = answer.json()["call"]
    return call


def done(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_request_gives_the_handler_everything(switch: TestClient, handler: TestClient, sergeant: TestClient) -> None:
    done(sergeant.put("/callers/markers", json=MARKER | PERSON))
    done(sergeant.put("/callers/markers", json=MARKER | PHONE | {"marker": "useful"}))
    done(handler.put("/callers/associations", json=PHONE | {"with": PERSON, "evidence": "statement"}))
    done(handler.put("/callers/associations", json=PERSON | {"with": HOME, "evidence": "voters' roll"}))
    earlier = told(switch, GONE, call="6", at="2026-06-05T11:30:00Z")
    long_ago = told(switch, GONE, call="5", at="2026-06-04T11:30:00Z")
    call = told(switch, PRESENTED)
    cell = {"source": "cell", "point": {"latitude": 51.2784, "longitude": 0.53}, "radius_m": 2000}
    located = {"fact": "located", "switch": "bt-1", "call": "7", "at": "2026-06-05T11:59:20Z", "location": cell}
    told(switch, located, cell="234-15-7", words="Ashford east")
    done(switch.post("/handsets/sms", json=PHONE | {"text": SMS, "at": "2026-06-05T11:59:18Z"}))

    screen = done(handler.get(f"/calls/{call}/screen"))
    assert screen["call"]["number"] == "+447700900123"
    assert [(one["marker"], one["on"], one["author"]) for one in screen["risk"]] == [
        ("domestic_abuse", "a person associated with the number", "sgt-4")
    ]
    assert [(one["marker"], one["on"]) for one in screen["reliability"]] == [("useful", "the number")]
    assert [(one["by"], one["association"]["name"], one["association"]["evidence"]) for one in screen["belongs"]] == [
        ("a person associated with the number", "record 4711", "statement"),
        ("an address associated with a person associated with the number", "1 Mill Lane, Ashford", "voters' roll"),
    ]
    assert [(one["call"], one["status"]) for one in screen["earlier"]] == [(earlier, "abandoned"), (long_ago, "abandoned")]
    assert (screen["repeats"], screen["reviews"], screen["earlier_beyond"]) == (1, [earlier, long_ago], False)
    assert [one["location"]["source"] for one in screen["call"]["locations"]] == ["cell", "handset"]
    assert (screen["call"]["locations"][0]["words"], screen["call"]["locations"][0]["location"]["address"]) == (
        "Ashford east",
        None,
    )
    assert (screen["whereabouts"]["location"]["source"], screen["whereabouts"]["location"]["radius_m"]) == ("handset", 30)


def test_the_screen_shows_what_was_known_then(
    switch: TestClient, handler: TestClient, sergeant: TestClient, clock: VirtualClock
) -> None:
    call = told(switch, PRESENTED)
    clock.move_by(timedelta(minutes=1))
    done(sergeant.put("/callers/markers", json=MARKER | PHONE))
    clock.move_by(timedelta(minutes=1))
    then = {"known_at": "2026-06-05T12:00:30Z"}
    assert done(handler.get(f"/calls/{call}/screen", params=then))["risk"] == []
    assert len(done(handler.get(f"/calls/{call}/screen"))["risk"]) == 1


def test_a_screen_with_more_earlier_calls_than_it_shows_says_so(switch: TestClient, handler: TestClient) -> None:
    for n in range(8):
        told(switch, GONE, call=f"e{n}", at=f"2026-06-05T11:5{n}:00Z")
    call = told(switch, PRESENTED, call="now", at="2026-06-05T11:59:00Z")
    screen = done(handler.get(f"/calls/{call}/screen"))
    assert [one["at"][14:16] for one in screen["earlier"]] == ["57", "56", "55", "54", "53"]
    assert screen["earlier_beyond"] is True


def test_a_withheld_number_has_a_screen_of_its_own_call_alone(switch: TestClient, handler: TestClient) -> None:
    told(switch, PRESENTED, call="6", number="withheld")
    screen = done(handler.get(f"/calls/{told(switch, PRESENTED, number='withheld')}/screen"))
    assert (screen["earlier"], screen["risk"], screen["call"]["number"]) == ([], [], "withheld")


def test_a_screen_shows_no_calls_of_another_number(switch: TestClient, handler: TestClient) -> None:
    calls = [told(switch, PRESENTED, call=f"o{n}", number=f"07700 90030{n}") for n in range(4)]
    assert [done(handler.get(f"/calls/{call}/screen"))["earlier"] for call in calls] == [[], [], [], []]


def test_a_call_nobody_told_of_has_no_screen(handler: TestClient) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    assert handler.get(f"/calls/{unknown}/screen").status_code == 404
    assert handler.post(f"/calls/{unknown}/caller", json={"person": "x", "evidence": "y"}).status_code == 404


def test_a_handler_says_who_calls_and_is_warned_about_them(switch: TestClient, handler: TestClient, sergeant: TestClient) -> None:
    done(sergeant.put("/callers/markers", json=MARKER | PERSON))
    call = told(switch, PRESENTED)
    done(handler.post(f"/calls/{call}/caller", json={"person": "Record 4711", "evidence": "gave her date of birth"}))
    screen = done(handler.get(f"/calls/{call}/screen"))
    assert [(one["marker"], one["on"]) for one in screen["risk"]] == [("domestic_abuse", "the person who calls")]
    assert screen["markers_matched"] == ["domestic_abuse"]


def test_markers_whose_day_has_passed_are_listed_and_stand(
    handler: TestClient, sergeant: TestClient, clock: VirtualClock
) -> None:
    for n, subject in enumerate((PHONE, PERSON, HOME), start=1):
        done(sergeant.put("/callers/markers", json=MARKER | subject | {"review_by": f"2026-06-05T1{n}:30:00Z"}))
    due = done(handler.get("/callers/markers/due"))
    assert [one["kind"] for one in due["items"]] == ["number"]
    clock.move_by(timedelta(hours=1))
    due = done(handler.get("/callers/markers/due"))
    assert [(one["kind"], one["marker"]["review_overdue"]) for one in due["items"]] == [("number", True), ("person", True)]
    assert due["next"] is None
    again = done(sergeant.put("/callers/markers", json=MARKER | PHONE))
    assert [one["marker"] for one in again["markers"]] == ["domestic_abuse"]
    assert [one["kind"] for one in done(handler.get("/callers/markers/due"))["items"]] == ["person"]


@pytest.mark.parametrize("named", [{}, PHONE | PERSON, PERSON | HOME])
def test_a_marker_names_exactly_one_subject(sergeant: TestClient, named: dict[str, str]) -> None:
    answer = sergeant.put("/callers/markers", json=MARKER | named)
    assert (answer.status_code, answer.json()["code"]) == (422, "one-subject")


def test_what_cannot_belong_together_is_refused_in_words(handler: TestClient, sergeant: TestClient) -> None:
    both = PERSON | {"with": {"person": "record 4712"}, "evidence": "brothers"}
    assert handler.put("/callers/associations", json=both).json()["code"] == "same-kind"
    end = PERSON | {"with": HOME, "reason": "moved"}
    assert sergeant.request("DELETE", "/callers/associations", json=end).json()["code"] == "not-associated"
    assert handler.request("DELETE", "/callers/associations", json=end).status_code == 403


def test_a_sealed_form_is_taken_byte_for_byte(switch: TestClient, handler: TestClient) -> None:
    call = told(switch, PRESENTED)
    seal = hmac.new(b"key", FORM.encode(), "sha1").hexdigest()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    taken = done(switch.post("/handsets/https", content=f"{FORM}&hmac={seal}", headers=headers))
    assert (taken["call"], taken["flags"], taken["on_map"]) == (call, [], True)
    forged = done(switch.post("/handsets/https", content=f"{FORM}&x=1&hmac={seal}", headers=headers))
    assert (forged["flags"], forged["on_map"]) == (["seal_wrong"], False)
    assert len(done(handler.get(f"/calls/{call}"))["locations"]) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (FORM, "application/json", 415),
        (FORM, "text/plain", 415),
        ("v=1&x=\x00", "application/x-www-form-urlencoded", 400),
        ("v=1&x=é", "application/x-www-form-urlencoded", 400),
        ("v=" + "1" * 70_000, "application/x-www-form-urlencoded", 413),
        ("v=" + "1" * 5_000, "application/x-www-form-urlencoded", 422),
        ("", "application/x-www-form-urlencoded", 422),
    ],
)
def test_a_form_that_cannot_be_kept_is_refused_in_words(switch: TestClient, content: str, kind: str, status: int) -> None:
    answer = switch.post("/handsets/https", content=content.encode(), headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_forms_are_taken_nowhere_else(switch: TestClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert switch.post("/telephony/facts", content=FORM, headers=headers).status_code == 415


def test_messages_without_a_call_are_listed(switch: TestClient, handler: TestClient) -> None:
    taken = done(switch.post("/handsets/sms", json={"packed": "41519C"}))
    assert (taken["call"], taken["location"]) == (None, None)
    assert "unreadable" in taken["flags"]
    done(switch.post("/handsets/sms", json={"packed": "41519C"}))
    assert [one["message"] for one in done(handler.get("/handsets/unmatched"))["items"]] == [taken["message"]]
    assert switch.post("/handsets/sms", json=PHONE).json()["code"] == "one-message"


def test_a_surge_is_listed_with_every_caller_and_answered(switch: TestClient, handler: TestClient) -> None:
    for n in range(5):
        told(switch, PRESENTED, call=f"s{n}", number=f"07700 90020{n}")
        located = {"fact": "located", "switch": "bt-1", "call": f"s{n}", "at": "2026-06-05T11:59:01Z", "cell": "234-15-7"}
        told(switch, located, location={"source": "cell", "point": {"latitude": 51.1, "longitude": 0.8}, "radius_m": 2000})
    [offered] = done(handler.get("/surges"))["items"]
    shown = done(handler.get(f"/surges/{offered['surge']}"))
    assert sorted(one["number"] for one in shown["callers"]) == [f"+44770090020{n}" for n in range(5)]
    assert len(done(handler.get("/calls"))["items"]) == 5, "each caller stands alone as ever"
    screen = done(handler.get(f"/calls/{shown['calls'][0]}/screen"))
    assert [one["status"] for one in screen["surges"]] == ["offered"]
    taken = done(handler.post(f"/surges/{offered['surge']}/take", json={"incident": "i1"}))
    assert (taken["status"], taken["incident"], taken["taken_by"]) == ("taken", "i1", "h7")
    refused = handler.post(f"/surges/{offered['surge']}/dismiss", json={"reason": "a concert"})
    assert (refused.status_code, refused.json()["code"]) == (409, "surge-taken")
    assert done(handler.get("/surges"))["items"] == []


def test_a_form_the_caller_sent_before_is_on_the_screen(switch: TestClient, handler: TestClient) -> None:
    form = {"channel": "online_form", "source": "web", "reference": "f1", "at": "2026-06-05T11:40:00Z", "words": "help"} | PHONE
    sent = handler.post("/contacts", json=form)
    assert sent.status_code in (200, 201), sent.text
    screen = done(handler.get(f"/calls/{told(switch, PRESENTED)}/screen"))
    [earlier] = screen["earlier"]
    assert (earlier["channel"], earlier["status"], earlier["call"]) == ("online_form", "waiting", None)
    assert screen["repeats"] == 1
