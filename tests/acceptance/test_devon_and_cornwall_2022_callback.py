"""Devon and Cornwall 2022: a log was closed while a sergeant was about to review it, and it vanished."""

import pytest
from control_room import ControlRoom

from contracts.callback.reviews import Disposition, ReviewClosed
from contracts.contact.calls import Sound
from contracts.refusals import PreconditionFailed, Refused
from services.callback.domain.commands import CheckSample, CloseReview, EscalateReview, LinkIncident
from services.incident.domain.commands import Close


def test_a_review_cannot_be_closed_under_an_incident_that_is_open() -> None:
    room = ControlRoom()
    room.call("c", handler="h7")
    room.breaks_off("c", Sound.VOICES)
    with pytest.raises(Refused) as refused:
        room.tell("callback", CloseReview(review="c", by="insp-1", reason="no trace"))
    assert (refused.value.code, refused.value.allowed) == ("incident-open", ("close incident",))
    assert room.review("c").open


def test_an_incident_cannot_be_closed_while_the_caller_is_being_rung_back() -> None:
    room = ControlRoom()
    room.call("c", handler="h7")
    room.breaks_off("c", Sound.VOICES)
    room.wait(5)
    with pytest.raises(Refused) as refused:
        room.tell("incident", Close(room.incident("c").incident, "no trace", "nobody found", "h7"))
    assert refused.value.code
    assert room.incident("c").closed_at is None
    assert room.review("c").open


def test_what_a_person_has_does_not_end_by_itself_while_they_are_about_to_look() -> None:
    room = ControlRoom()
    room.call("c")
    room.breaks_off("c")
    room.tell("callback", EscalateReview(review="c", by="h7", reason="something is odd, please look"))
    room.wait(1800)
    assert room.review("c").open
    room.tell("callback", CloseReview(review="c", by="sgt-4", reason="looked into"))
    assert [(said.disposition, said.by) for said in room.said(ReviewClosed)] == [(Disposition.DECIDED_BY_SUPERVISOR, "sgt-4")]


def test_whoever_comes_second_is_told_so_aloud() -> None:
    room = ControlRoom()
    room.call("c")
    room.breaks_off("c")
    room.tell("callback", CloseReview(review="c", by="sgt-4", reason="looked into"))
    for asked in (
        CloseReview(review="c", by="insp-1", reason="me too"),
        EscalateReview(review="c", by="h7", reason="wait"),
        CheckSample(review="c", by="insp-1", agreed=True, reason="fine"),
        LinkIncident(review="c", incident="i", by="h7"),
    ):
        with pytest.raises(Refused) as refused:
            room.tell("callback", asked)
        assert not isinstance(refused.value, PreconditionFailed)
        assert refused.value.allowed, "says what is allowed instead"
