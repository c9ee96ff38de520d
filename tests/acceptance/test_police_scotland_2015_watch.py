"""Police Scotland 2015: taken, and acted on by nobody. What should have acted is dead, and somebody is told all the same."""

import pytest
from control_room import ControlRoom

from contracts.callback.reviews import AttemptStarted, ReviewOpened
from contracts.contact.calls import Sound
from contracts.incident.backlog import EscalationRaised, EscalationSettled
from contracts.incident.incidents import IncidentOpened
from contracts.incident.unreviewed import CallUnreviewed, ReviewExpected, ReviewSeen
from services.incident.domain.commands import Close


def test_while_callback_is_dead_each_abandoned_call_is_told_within_the_minute() -> None:
    room = ControlRoom()
    room.away("callback")
    for n in range(3):
        room.call(f"c{n}")
        room.breaks_off(f"c{n}")
    room.wait(60)
    assert room.said(ReviewOpened) == []
    assert [alarm.call for alarm in room.said(CallUnreviewed)] == ["c0", "c1", "c2"]
    assert [raised.call for raised in room.said(EscalationRaised)] == ["c0", "c1", "c2"]
    assert all(alarm.number == "+447700900123" for alarm in room.said(CallUnreviewed))


def test_while_callback_is_well_nothing_is_told() -> None:
    room = ControlRoom()
    room.call("c1")
    room.breaks_off("c1")
    room.wait(600)
    assert len(room.said(ReviewOpened)) == len(room.said(ReviewSeen)) == 1
    assert (room.said(CallUnreviewed), room.said(EscalationRaised)) == ([], [])


@pytest.mark.parametrize("first", ["contact", "incident"])
def test_callback_comes_back_and_its_review_belongs_to_the_incident_that_was_opened_without_it(first: str) -> None:
    room = ControlRoom()
    room.away("callback")
    room.call("c1")
    room.breaks_off("c1", Sound.VIOLENCE)
    room.wait(60)
    assert [opened.incident for opened in room.said(IncidentOpened)] == ["incident-c1"]
    room.back("callback", first)
    assert room.said(ReviewSeen)[0].incident == "incident-c1"
    assert [linked.incident for linked in room.review("c1").incidents] == ["incident-c1"]
    assert len(room.said(IncidentOpened)) == 1
    assert room.said(AttemptStarted) == [], "the gate is asked though it is late"
    assert room.said(EscalationSettled)[0].over
    closed = Close("incident-c1", "welfare checked", "seen at home", "sergeant 4", welfare="spoken to")
    room.tell("incident", closed)
    assert not room.review("c1").open


def test_what_was_heard_of_in_vain_is_expected_once() -> None:
    room = ControlRoom()
    room.away("callback")
    room.call("c1")
    room.breaks_off("c1")
    room.breaks_off("c1")
    room.wait(3600)
    assert len(room.said(ReviewExpected)) == len(room.said(CallUnreviewed)) == 1
