"""Northamptonshire 2011: screams on an abandoned call; a guessed address became fact, and it was closed with no welfare check."""

import pytest
from control_room import ControlRoom

from contracts.callback.reviews import AttemptRecalled, AttemptStarted, Outcome, ReviewClosed, ReviewEscalated
from contracts.contact.calls import Sound
from contracts.incident.incidents import IncidentClosed, IncidentGraded, ResourcesRequested
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Refused
from services.callback.domain.commands import CloseReview, LearnSounds
from services.contact.domain.calls.facts import EstimateLocation
from services.incident.domain.commands import Close

CELL = Location(source=LocationSource.CELL, point=Point(latitude=52.24, longitude=-0.9), radius_m=2500)


def screams(room: ControlRoom) -> None:
    room.call("c", handler="h7")
    room.tell("contact", EstimateLocation(call="c", at=room.now, location=CELL))
    room.breaks_off("c", Sound.VIOLENCE)


def test_sounds_of_violence_are_the_top_grade_and_nothing_rings() -> None:
    room = ControlRoom()
    screams(room)
    assert [(graded.rank, graded.grade) for graded in room.said(IncidentGraded)] == [(1, "Immediate")]
    room.wait(3600)
    assert room.said(AttemptStarted) == []


def test_a_guess_is_sent_on_as_a_guess() -> None:
    room = ControlRoom()
    screams(room)
    for said in (*room.said(ReviewEscalated), *room.said(ResourcesRequested)):
        assert said.location is not None
        assert (said.location.source, said.location.address, said.location.radius_m) == (LocationSource.CELL, None, 2500)


def test_neither_the_review_nor_its_incident_ends_without_a_look_at_the_people() -> None:
    room = ControlRoom()
    screams(room)
    with pytest.raises(Refused, match="is open: close it first"):
        room.tell("callback", CloseReview(review="c", by="insp-1", reason="no trace"))
    with pytest.raises(Refused):
        room.tell("incident", Close(room.incident("c").incident, "no trace", "nobody found", "h7"))
    assert (room.said(ReviewClosed), room.said(IncidentClosed)) == ([], [])


def test_screams_found_on_the_recording_count_from_then_on() -> None:
    room = ControlRoom()
    room.call("c", handler="h7")
    room.breaks_off("c", Sound.SILENCE)
    room.wait(2)
    room.tell("callback", LearnSounds(review="c", sounds=(Sound.VIOLENCE,)))
    assert len(room.said(AttemptRecalled)) == 1
    assert room.incident("c").silent_approach
    room.telephone(Outcome.RANG_OUT)
    room.wait(3600)
    assert len(room.said(AttemptStarted)) == 1
