"""The worklist over HTTP: one person at a time, the highest rank first with its reason, hand-overs that are acknowledged."""

from collections.abc import Callable

import pytest
from desk_room import Desk
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from contracts.contact.calls import Abandonment, Marker, Sound
from services.callback.worklist.commands import PassAcknowledgement, PassSilence

A, B, C, D = (f"{n}f1f968a-b92a-5ff5-829f-55b6c1c6a5b9" for n in range(1, 5))


@pytest.fixture
def desk(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Desk:
    return Desk(serve, clock)


def test_danger_goes_first_then_repeats_then_whoever_is_in_line_longest(desk: Desk) -> None:
    for review, known in (
        (A, {}),
        (B, {"sounds": (Sound.VIOLENCE,)}),
        (C, {"earlier_calls": 1}),
        (D, {"markers": (Marker.VULNERABLE,)}),
    ):
        desk.opened(review, **known)
        desk.wait(1)
    assert desk.listed() == [B, D, C, A]
    why = {item["review"]: item["why"] for item in desk.anna.get("/worklist").json()["items"]}
    assert why[B][:2] == [
        "the safety gate is shut: nobody may ring, a person must act",
        "sounds of violence: a ring could get somebody hurt",
    ]
    assert why[D][:2] == ["high risk", "marker vulnerable"]
    assert why[C][0] == "raised risk"
    assert why[A] == ["no risk known", "in line since 2026-06-05T12:00:00Z"]


def test_among_equals_who_tried_more_often_goes_first(desk: Desk) -> None:
    desk.opened(A, abandonment=Abandonment.LOST_AFTER_ANSWER)
    desk.wait(1)
    desk.opened(B, earlier_calls=1)
    assert desk.listed() == [B, A]


def test_a_number_past_the_gate_is_not_shown_to_be_rung(desk: Desk) -> None:
    desk.opened(A)
    desk.opened(B, sounds=(Sound.VIOLENCE,))
    numbers = {item["review"]: item["number"] for item in desk.anna.get("/worklist").json()["items"]}
    assert numbers == {A: "+447700900123", B: None}


def test_taking_is_acknowledged_and_two_people_cannot_take_one_item(desk: Desk) -> None:
    desk.opened(A)
    taken = desk.anna.post(f"/worklist/{A}/take").json()
    assert (taken["taken_by"], taken["act_by"]) == ("anna", "2026-06-05T12:10:00Z")
    refused = desk.ben.post(f"/worklist/{A}/take")
    assert (refused.status_code, refused.json()["code"]) == (409, "item-taken")
    assert "anna has it since 12:00:00" in refused.json()["detail"]
    assert "take another item" in refused.json()["allowed"]
    assert desk.anna.post(f"/worklist/{A}/take").headers["ETag"] == '"1"', "taken again by the same person: nothing changes"
    assert [item["review"] for item in desk.anna.get("/worklist", params={"mine": "true"}).json()["items"]] == [A]
    assert desk.ben.get("/worklist", params={"mine": "true"}).json()["items"] == []


def test_what_is_not_yours_you_cannot_note_nor_put_back(desk: Desk) -> None:
    desk.opened(A)
    assert desk.ben.post(f"/worklist/{B}/take").status_code == 404
    assert desk.ben.post(f"/worklist/{A}/note", json={}).json()["code"] == "item-not-yours"
    desk.anna.post(f"/worklist/{A}/take")
    assert desk.ben.post(f"/worklist/{A}/put-back", json={"reason": "x"}).json()["code"] == "item-not-yours"
    assert desk.anna.post(f"/worklist/{A}/put-back", json={"reason": "end of shift"}).json()["taken_by"] is None
    assert desk.ben.post(f"/worklist/{A}/take").json()["taken_by"] == "ben"


def test_silence_is_an_alarm_and_anybody_may_take_over(desk: Desk) -> None:
    desk.opened(A)
    desk.anna.post(f"/worklist/{A}/take")
    desk.wait(599)
    desk.hear(PassSilence(review=A))
    assert desk.listed("/worklist/alarms") == []
    desk.wait(1)
    desk.hear(PassSilence(review=A))
    [alarm] = desk.sarah.get("/worklist/alarms").json()["items"]
    assert alarm["alarm"] == "anna has it, and nothing was heard since 12:00:00 UTC: somebody take it over"
    assert desk.ben.post(f"/worklist/{A}/take").json()["taken_by"] == "ben"
    assert desk.listed("/worklist/alarms") == []
    assert desk.anna.post(f"/worklist/{A}/note", json={}).json()["code"] == "item-not-yours"


def test_work_on_the_review_is_a_sign_of_life(desk: Desk) -> None:
    desk.opened(A)
    desk.anna.post(f"/worklist/{A}/take")
    desk.wait(500)
    assert desk.anna.post(f"/reviews/{A}/escalate", json={"reason": "child heard"}).status_code == 200
    [mine] = desk.anna.get("/worklist", params={"mine": "true"}).json()["items"]
    assert (mine["heard_at"], mine["act_by"]) == ("2026-06-05T12:08:20Z", "2026-06-05T12:18:20Z")
    desk.wait(100)
    desk.ben.post(f"/reviews/{A}/escalate", json={"reason": "another word"})
    [mine] = desk.anna.get("/worklist", params={"mine": "true"}).json()["items"]
    assert mine["heard_at"] == "2026-06-05T12:08:20Z", "what others do says nothing about whoever has it"


def test_closing_the_review_ends_the_item(desk: Desk) -> None:
    desk.opened(A)
    desk.sarah.post(f"/worklist/{A}/take")
    assert desk.sarah.post(f"/reviews/{A}/close", json={"reason": "seen at the desk"}).status_code == 200
    assert desk.listed() == []
    refused = desk.anna.post(f"/worklist/{A}/take")
    assert (refused.status_code, refused.json()["code"]) == (409, "review-closed")


def test_a_log_off_hands_everything_over_to_be_acknowledged_by_somebody_else(desk: Desk) -> None:
    for review in (A, B):
        desk.opened(review)
        desk.anna.post(f"/worklist/{review}/take")
    left = desk.anna.post("/worklist/log-off").json()
    assert (left["person"], sorted(left["handed_over"])) == ("anna", [A, B])
    assert desk.anna.get("/worklist", params={"mine": "true"}).json()["items"] == []
    assert sorted(desk.listed("/worklist/hand-overs")) == [A, B]
    assert desk.anna.post(f"/worklist/{A}/acknowledge").json()["code"] == "own-hand-over"
    assert desk.ben.post(f"/worklist/{A}/acknowledge").status_code == 200
    assert desk.ben.post(f"/worklist/{A}/acknowledge").json()["code"] == "nothing-handed-over"
    desk.wait(300)
    for review in (A, B):
        desk.hear(PassAcknowledgement(review=review))
    assert desk.listed("/worklist/alarms") == [B]
    assert desk.ben.post(f"/worklist/{B}/take").json()["alarm"] is None
    assert desk.listed("/worklist/alarms") == desk.listed("/worklist/hand-overs") == []


def test_a_supervisor_logs_off_who_left_without_a_word(desk: Desk) -> None:
    desk.opened(A)
    desk.anna.post(f"/worklist/{A}/take")
    assert desk.ben.post("/worklist/log-off/others", json={"person": "anna"}).status_code == 403
    left = desk.sarah.post("/worklist/log-off/others", json={"person": "anna"}).json()
    assert (left["person"], left["by"], left["handed_over"]) == ("anna", "sarah", [A])
