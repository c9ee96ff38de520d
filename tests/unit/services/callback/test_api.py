"""Reviews over HTTP. Each is opened as in service, by an event heard, and read and decided by people."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Context, Host
from chassis.http.principal import Role
from chassis.world import World
from contracts.contact.calls import Abandonment, Sound
from services.callback import api
from services.callback.domain.commands import LinkIncident, OpenReview, StartAttempt
from services.callback.wiring import build

REVIEW = "4f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"
PROOF = {
    "outcome": "safe",
    "spoke_to": "the caller",
    "verified_by": "date of birth",
    "free_to_talk": True,
    "speaker": "caller",
}
OTHER = "5f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"


class Room:
    """The service behind its routes, and the way in for what does not come by HTTP."""

    def __init__(self, serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> None:
        def never(*_: object) -> None:
            raise AssertionError("nobody dials here")

        def routers(host: Host) -> list[APIRouter]:
            self.host = host
            return [*api.routers(host)]

        self.clock = clock
        service = build(World("kent", lambda kind, value: value, never, never, clock, telephone="none"))
        self.client = serve(service, routers)
        self.handler = self.client(Role.CALL_HANDLER, subject="h7")
        self.supervisor = self.client(Role.SUPERVISOR, subject="insp-1")

    def hear(self, command: Any) -> None:
        cause = f"heard {command} at {self.clock.now()}"
        asyncio.run(self.host.run(command, Context(cause, "callback", cause)))

    def opened(self, review: str = REVIEW, **known: Any) -> None:
        plain: dict[str, Any] = {"abandonment": Abandonment.IN_QUEUE, "number": "+447700900123"}
        self.hear(OpenReview(review=review, abandoned_at=self.clock.now(), **(plain | known)))

    def read(self, review: str = REVIEW) -> dict[str, Any]:
        view: dict[str, Any] = self.handler.get(f"/reviews/{review}").json()
        return view


@pytest.fixture
def room(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Room:
    return Room(serve, clock)


def test_a_review_says_what_happens_next_and_why(room: Room) -> None:
    room.opened()
    planned = room.read()
    assert planned["next"] == {
        "what": "attempt 1 rings",
        "at": "2026-06-05T12:00:00Z",
        "why": "the caller has not been reached",
    }
    assert [attempt["state"] for attempt in planned["attempts"]] == ["planned"]
    room.hear(StartAttempt(review=REVIEW))
    assert room.read()["attempts"][0]["state"] == "ringing"
    answered = room.handler.post(f"/reviews/{REVIEW}/attempts/1/outcome", json={"outcome": "answered"}).json()
    assert answered["next"]["what"] == "a call handler records what was established in attempt 1"
    closed = room.handler.post(f"/reviews/{REVIEW}/attempts/1/outcome", json=PROOF).json()
    assert (closed["open"], closed["disposition"], closed["next"]["what"]) == (
        False,
        "caller_safe",
        "nothing: the review is over",
    )
    told = room.handler.get(f"/reviews/{REVIEW}/history").json()["events"]
    assert [event["type"].split(".")[2] for event in told] == [
        "ReviewOpened",
        "ReviewAssessed",
        "AttemptPlanned",
        "AttemptStarted",
        "AttemptEnded",
        "AttemptEnded",
        "ReviewClosed",
    ]


def test_the_worklist_shows_whom_to_ring_and_the_nearest_deadline_first(room: Room) -> None:
    room.opened()
    room.clock.move_by(timedelta(minutes=1))
    room.opened(OTHER)
    room.hear(StartAttempt(review=OTHER))
    rows = room.handler.get("/reviews").json()["items"]
    assert [(row["review"], row["ring"]) for row in rows] == [(REVIEW, None), (OTHER, "+447700900123")]
    first = room.handler.get("/reviews", params={"limit": 1}).json()
    assert [row["review"] for row in room.handler.get(first["next"]).json()["items"]] == [OTHER]
    assert room.handler.get("/reviews", params={"escalated": "true"}).json()["items"] == []


def test_what_people_have_is_a_list_of_its_own(room: Room) -> None:
    room.opened(sounds=(Sound.VIOLENCE,))
    [row] = room.handler.get("/reviews", params={"escalated": "true"}).json()["items"]
    assert row["next"] == {
        "what": "an incident is opened at the top grade",
        "at": None,
        "why": "gate closed: sounds of violence: a ring could get somebody hurt",
    }
    room.hear(LinkIncident(review=REVIEW, incident="incident-1", at=room.clock.now()))
    assert room.read()["next"]["what"] == "incident incident-1 is resolved"


def test_a_supervisor_closes_unless_an_incident_is_open(room: Room) -> None:
    room.opened()
    room.opened(OTHER)
    room.hear(LinkIncident(review=OTHER, incident="incident-1", at=room.clock.now()))
    words = {"reason": "seen at the front desk"}
    assert room.handler.post(f"/reviews/{REVIEW}/close", json=words).status_code == 403
    closed = room.supervisor.post(f"/reviews/{REVIEW}/close", json=words).json()
    assert (closed["disposition"], closed["closed_by"], closed["closing_reason"]) == (
        "decided_by_supervisor",
        "insp-1",
        "seen at the front desk",
    )
    refused = room.supervisor.post(f"/reviews/{OTHER}/close", json=words)
    assert (refused.status_code, refused.json()["code"]) == (409, "incident-open")


def test_a_call_handler_hands_it_on(room: Room) -> None:
    room.opened()
    asked = {"reason": "child crying", "deploy": True, "silent_approach": True}
    view = room.handler.post(f"/reviews/{REVIEW}/escalate", json=asked).json()
    assert view["next"]["what"] == "attempt 1 rings"
    [step] = view["escalations"]
    assert (step["reasons"], step["deploy"], step["silent_approach"]) == (["h7: child crying"], True, True)


def test_what_makes_no_sense_is_refused_in_words(room: Room) -> None:
    room.opened()
    room.hear(StartAttempt(review=REVIEW))
    outcome = f"/reviews/{REVIEW}/attempts/1/outcome"
    assert room.handler.post(outcome, json={"outcome": "safe"}).json()["code"] == "safe-needs-proof"
    assert room.handler.post(outcome, json={"outcome": "fine"}).status_code == 422
    assert room.handler.post(outcome.replace("/1/", "/2/"), json={"outcome": "rang_out"}).status_code == 409
    assert room.handler.post(outcome.replace(REVIEW, OTHER), json={"outcome": "rang_out"}).status_code == 404
    assert room.handler.get(f"/reviews/{OTHER}").status_code == 404


def test_words_as_long_as_they_may_be_fit_what_is_made_of_them(room: Room) -> None:
    room.opened()
    room.hear(StartAttempt(review=REVIEW))
    long = {"reason": "w" * 300}
    assert room.handler.post(f"/reviews/{REVIEW}/escalate", json=long).status_code == 200
    safe = {"outcome": "safe", "spoke_to": "s" * 100, "verified_by": "v" * 100, "free_to_talk": True, "speaker": "caller"}
    assert room.handler.post(f"/reviews/{REVIEW}/attempts/1/outcome", json=safe).status_code == 200
    assert room.handler.post(f"/reviews/{REVIEW}/escalate", json={"reason": "w" * 301}).status_code == 422


def test_a_decision_on_an_old_picture_is_refused(room: Room) -> None:
    room.opened()
    seen = room.supervisor.get(f"/reviews/{REVIEW}").headers["ETag"]
    room.hear(StartAttempt(review=REVIEW))
    answer = room.supervisor.post(f"/reviews/{REVIEW}/close", json={"reason": "old"}, headers={"If-Match": seen})
    assert answer.status_code == 412


def test_a_review_as_it_was_known(room: Room) -> None:
    room.opened()
    room.clock.move_by(timedelta(minutes=1))
    room.supervisor.post(f"/reviews/{REVIEW}/close", json={"reason": "looked into"})
    room.clock.move_by(timedelta(minutes=1))
    then = {"known_at": "2026-06-05T12:00:30Z"}
    auditor = room.client(Role.AUDITOR)
    assert auditor.get(f"/reviews/{REVIEW}", params=then).json()["open"]
    assert len(auditor.get("/reviews", params=then).json()["items"]) == 1
    assert auditor.get("/reviews").json()["items"] == []
    assert auditor.post(f"/reviews/{REVIEW}/close", json={"reason": "x"}).status_code == 403
