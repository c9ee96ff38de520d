"""Neutral texts: never past the gate, as often as the policy says, waited for, and an answer is a contact a person reads."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from desk_room import Desk
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from contracts.callback.reviews import Outcome
from contracts.callback.texts import Delivery
from contracts.contact.calls import Marker, Sound
from services.callback.domain.commands import EndRinging, LearnSounds, StartAttempt
from services.callback.policy import desk as policy
from services.callback.texts.message import LearnContact, PassDelivery, PassReply, ReportDelivery

A = "1f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"
NUMBER = {"number": "+447700900123", "number_ref": "tel:1"}
Serve = Callable[..., Callable[..., TestClient]]


@pytest.fixture
def desk(serve: Serve, clock: VirtualClock) -> Desk:
    return Desk(serve, clock)


def own(folder: Path, **changes: str) -> Path:
    """A force's own policy of the desk."""
    text = Path(policy.__file__).with_suffix(".toml").read_text()
    for key, value in changes.items():
        [line] = [line for line in text.splitlines() if line.startswith(f"{key} =")]
        text = text.replace(line, f"{key} = {value}")
    (folder / "callback-desk.toml").write_text(text)
    return folder


def sent(desk: Desk) -> str:
    answer = desk.anna.post(f"/reviews/{A}/text")
    assert answer.status_code == 200, answer.json()
    return str(answer.json()["text_id"])


def test_a_text_says_the_policys_words_and_is_waited_for(desk: Desk) -> None:
    desk.opened(A, **NUMBER)
    text = desk.anna.get(f"/texts/{sent(desk)}").json()
    assert text["words"].startswith("We tried to reach you")
    assert (text["by"], text["reply_by"], text["delivery"]) == ("anna", "2026-06-05T12:15:00Z", None)


@pytest.mark.parametrize("known", [{"sounds": (Sound.VIOLENCE,)}, {"markers": (Marker.DO_NOT_RING,)}])
def test_nothing_goes_past_the_gate(desk: Desk, known: dict[str, object]) -> None:
    desk.opened(A, **NUMBER, **known)
    refused = desk.anna.post(f"/reviews/{A}/text")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate-shut")
    assert list(desk.host.find("text", A)) == []


def test_the_gate_is_asked_at_each_text(serve: Serve, clock: VirtualClock, tmp_path: Path) -> None:
    desk = Desk(serve, clock, own(tmp_path, texts_per_review="2"))
    desk.opened(A, **NUMBER)
    sent(desk)
    desk.hear(LearnSounds(review=A, sounds=(Sound.VIOLENCE,)))
    assert desk.anna.post(f"/reviews/{A}/text").json()["code"] == "gate-shut"


def test_as_many_as_the_policy_allows_and_none_where_it_allows_none(serve: Serve, clock: VirtualClock, tmp_path: Path) -> None:
    desk = Desk(serve, clock, own(tmp_path, texts_allowed="false"))
    desk.opened(A, **NUMBER)
    assert desk.anna.post(f"/reviews/{A}/text").json()["code"] == "texts-not-allowed"


def test_one_text_for_one_review(desk: Desk) -> None:
    desk.opened(A, **NUMBER)
    sent(desk)
    assert desk.ben.post(f"/reviews/{A}/text").json()["code"] == "text-limit"
    assert desk.anna.post("/reviews/2f1f968a-b92a-5ff5-829f-55b6c1c6a5b9/text").status_code == 404


def test_what_became_of_it_is_recorded_once_and_silence_is_unknown(desk: Desk) -> None:
    desk.opened(A, **NUMBER)
    text = sent(desk)
    desk.wait(120)
    desk.hear(PassDelivery(text_id=text))
    assert desk.anna.get(f"/texts/{text}").json()["delivery"] == "unknown"
    desk.hear(ReportDelivery(text_id=text, delivery=Delivery.DELIVERED))
    desk.hear(ReportDelivery(text_id=text, delivery=Delivery.UNDELIVERED))
    assert desk.anna.get(f"/texts/{text}").json()["delivery"] == "delivered"


def test_nobody_answers_and_somebody_is_told(desk: Desk) -> None:
    desk.opened(A, **NUMBER)
    text = sent(desk)
    desk.wait(900)
    desk.hear(PassReply(text_id=text))
    [alarm] = desk.sarah.get("/texts/alarms").json()["items"]
    assert (alarm["text_id"], alarm["unanswered_at"]) == (text, "2026-06-05T12:15:00Z")
    [step] = desk.anna.get(f"/reviews/{A}").json()["escalations"]
    assert (step["to"], step["deploy"]) == ("call_handler", False)
    assert "nobody answered the text" in step["reasons"][0]


def test_an_answer_is_a_contact_that_a_person_reads_and_never_says_safe(desk: Desk) -> None:
    desk.opened(A, **NUMBER)
    text = sent(desk)
    before = desk.clock.now() - timedelta(minutes=1)
    desk.hear(LearnContact(number_ref="tel:1", contact="c0", at=before))
    assert desk.anna.get(f"/texts/{text}").json()["answered_by"] is None, "what came before the text does not answer it"
    desk.wait(60)
    desk.hear(LearnContact(number_ref="tel:2", contact="c1", at=desk.clock.now()))
    desk.hear(LearnContact(number_ref="tel:1", contact="c2", at=desk.clock.now()))
    assert desk.anna.get(f"/texts/{text}").json()["answered_by"] == "c2"
    review = desk.anna.get(f"/reviews/{A}").json()
    assert review["open"]
    assert "read contact c2" in review["escalations"][0]["reasons"][0]
    desk.wait(900)
    desk.hear(PassReply(text_id=text))
    assert desk.sarah.get("/texts/alarms").json()["items"] == []


def test_the_policy_can_want_a_text_after_some_attempts(serve: Serve, clock: VirtualClock, tmp_path: Path) -> None:
    desk = Desk(serve, clock, own(tmp_path, text_after_attempts="2"))
    desk.opened(A, **NUMBER)
    for n in (1, 2):
        desk.wait(90)
        desk.hear(StartAttempt(review=A))
        attempt = desk.anna.get(f"/reviews/{A}").json()["attempts"][n - 1]["attempt_id"]
        desk.hear(EndRinging(review=A, attempt_id=attempt, outcome=Outcome.RANG_OUT, at=clock.now()))
        assert len(desk.host.find("text", A)) == n - 1
