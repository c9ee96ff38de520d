"""Hampshire, after the IOPC's recommendation of February 2023: number, person and address association bring the top grade."""

import pytest
from control_room import ControlRoom

from contracts.callback import AttemptStarted
from contracts.contact import Marker
from contracts.incident import IncidentGraded
from services.callback.domain.commands import LearnCaller


@pytest.mark.parametrize("by", ["the person has another number that is marked", "the address is marked"])
def test_an_association_counts_as_the_number_does(by: str) -> None:
    room = ControlRoom()
    room.call("c")
    room.breaks_off("c")
    room.tell("callback", LearnCaller(review="c", markers=(Marker.DOMESTIC_ABUSE,), earlier_contacts=2, reasons=(by,)))
    assert [graded.rank for graded in room.said(IncidentGraded)] == [1]
    assert room.incident("c").silent_approach
    assert by in room.review("c").reasons
    room.wait(3600)
    assert room.said(AttemptStarted) == []
