"""Whatever a switch says is kept, classified and flagged; nothing of it is lost, and nothing of it is an error of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.http.principal import Role
from chassis.references import Keyer
from chassis.world import World
from services.contact import api
from services.contact.wiring import build

AT = "2026-06-05T11:59:00Z"


@pytest.fixture
def switch(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> TestClient:
    def never(*_: object) -> None:
        raise AssertionError("contact needs nothing of the outside")

    client = serve(build(World("kent", Keyer(b"tests").reference, never, never, clock)), api.routers)
    return client(Role.SERVICE, subject="switch bt-1")


def tell(switch: TestClient, fact: str, at: str = AT, **more: Any) -> dict[str, Any]:
    answer = switch.post("/telephony/facts", json={"fact": fact, "switch": "bt-1", "call": "7", "at": at} | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("told", "kept", "flag"),
    [
        ("07700 900123", "+447700900123", None),
        ("(07700) 900-123", "+447700900123", None),
        ("+44 (0)7700 900123", "+447700900123", None),
        ("0044 7700 900123", "+447700900123", None),
        ("020 7946 0001", "+442079460001", None),
        ("tel:+447700900123", "+447700900123", None),
        ("sip:+447700900123@sbc.example;user=phone", "+447700900123", None),
        ("+353 1 555 0100", "+35315550100", "number_international"),
        ("+1 202-555-0143", "+12025550143", "number_international"),
        ("withheld", "withheld", "number_withheld"),
        ("Anonymous", "Anonymous", "number_withheld"),
        ("sip:anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid", "number_withheld"),
        ("08457", "08457", "number_unreadable"),
        ("📞 ring me", "📞 ring me", "number_unreadable"),
        ("9" * 300, "9" * 40, "number_unreadable"),
        ("", None, "number_missing"),
    ],
)
def test_a_number_in_every_form_is_kept(switch: TestClient, told: str, kept: str | None, flag: str | None) -> None:
    view = tell(switch, "presented", number=told)
    assert view["number"] == kept
    assert [one for one in view["flags"] if one.startswith("number")] == ([] if flag is None else [flag])
    assert tell(switch, "hung_up", at="2026-06-05T11:59:30Z", number=told)["status"] == "abandoned"


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2031-01-01T00:00:00Z"])
@pytest.mark.parametrize("fact", ["presented", "queued", "answered", "hung_up", "ended"])
def test_a_time_that_cannot_be_is_kept_and_the_fact_stands(switch: TestClient, fact: str, at: str) -> None:
    more: dict[str, Any] = {"queued": {"queue": "999"}, "answered": {"handler": "h7"}}.get(fact, {})
    view = tell(switch, fact, at, **more)
    assert "time_impossible" in view["flags"]
    [said] = view["disagreements"]
    assert at[:10] in said["fact"] or at.startswith("0001")
    assert "2026-06-05T12:00:00Z" in (
        view["presented_at"],
        view["queued_at"],
        view["answered_at"],
        view["abandoned_at"],
        view["ended_at"],
    )
    assert tell(switch, fact, at, **more) == view


def test_a_hang_up_before_its_call(switch: TestClient) -> None:
    gone = tell(switch, "hung_up", "2026-06-05T11:58:00Z")
    assert gone["flags"] == ["never_presented", "number_missing"]
    later = tell(switch, "presented", number="07700900123")
    assert (later["status"], later["flags"]) == ("abandoned", ["times_out_of_order"])


def test_an_answer_for_a_call_that_was_never_presented(switch: TestClient) -> None:
    view = tell(switch, "answered", handler="h7 🎧")
    assert (view["status"], view["handler"]) == ("talking", "h7 🎧")
    assert view["flags"] == ["never_presented", "answered_without_queue", "number_missing"]
    assert "ended_without_answer" in tell(switch, "ended", call="8")["flags"]


def test_two_switches_that_tell_of_one_call_leave_each_fact_once_and_the_disagreement_to_see(switch: TestClient) -> None:
    tell(switch, "presented")
    tell(switch, "presented", "2026-06-05T11:59:04Z", told_by="acd-2")
    tell(switch, "queued", "2026-06-05T11:59:05Z", queue="999", told_by="acd-2")
    view = tell(switch, "answered", "2026-06-05T11:59:09Z", handler="h7", left_queue_at="2026-06-05T11:59:11Z")
    assert view["presented_at"] == AT
    assert [(said["teller"], said["apart_s"]) for said in view["disagreements"]] == [("bt-1", 2), ("acd-2", 4)]
    assert view["flags"] == ["number_missing", "clocks_disagree"]
    assert sorted(feed["feed"] for feed in switch.get("/feeds").json()["items"]) == ["acd-2", "bt-1"]


def test_an_emoji_in_a_name(switch: TestClient) -> None:
    body = {"channel": "online_form", "source": "form", "reference": "f-1", "name": "Zoë 🌻 O’Neill", "words": "hilfe 🚨"}
    kept = switch.post("/contacts", json=body).json()
    assert (kept["name"], kept["words"]) == ("Zoë 🌻 O’Neill", ["hilfe 🚨"])
