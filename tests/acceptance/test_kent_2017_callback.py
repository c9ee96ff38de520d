"""Kent 2017: a domestic-abuse marker was seen, nobody rang back, a four-hour grade was given; she was dying 44 minutes later."""

from datetime import timedelta

import pytest
from control_room import HER, ControlRoom

from contracts.callback.reviews import AttemptStarted, Escalation, ReviewEscalated
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Marker
from contracts.incident.incidents import IncidentGraded, IncidentOpened
from services.contact.domain.callers.caller import PlaceMarker, Subject

HERS = Subject(SubjectKind.NUMBER, HER)


def marked(room: ControlRoom, marker: Marker = Marker.DOMESTIC_ABUSE) -> None:
    placed = PlaceMarker(
        marker=marker, author="sgt-4", evidence="three reports this year", review_by=room.now + timedelta(days=90), subject=HERS
    )
    room.tell("contact", placed)


@pytest.mark.parametrize("order", ["marker first", "call first", "while it rings"])
def test_the_marker_brings_somebody_at_the_top_grade_silently_and_nobody_rings(order: str) -> None:
    room = ControlRoom()
    if order == "marker first":
        marked(room)
    room.call("c")
    room.breaks_off("c")
    if order == "while it rings":
        room.wait(1)
    if order != "marker first":
        marked(room)
    [escalated] = room.said(ReviewEscalated)
    assert (escalated.reason, escalated.deploy, escalated.silent_approach) == (Escalation.GATE_CLOSED, True, True)
    [opened], [graded] = room.said(IncidentOpened), room.said(IncidentGraded)
    assert (opened.silent_approach, graded.rank, graded.grade) == (True, 1, "Immediate")
    room.wait(44 * 60)
    assert len(room.said(AttemptStarted)) == (order == "while it rings")
    assert room.review("c").open


@pytest.mark.parametrize("marker", [Marker.STALKING, Marker.HOSTAGE, Marker.CODEWORD, Marker.DO_NOT_RING])
def test_so_do_the_other_markers_that_a_ring_could_hurt(marker: Marker) -> None:
    room = ControlRoom()
    marked(room, marker)
    room.call("c")
    room.breaks_off("c")
    room.wait(3600)
    assert room.said(AttemptStarted) == []
    assert room.incident("c").silent_approach
