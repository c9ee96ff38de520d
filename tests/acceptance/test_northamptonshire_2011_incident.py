"""Northamptonshire 2011: screams on an abandoned call, a guessed address, a downgrade, and closed without a welfare check."""

import pytest
from acceptance.incident_room import NOON, ONE, incident_room

from contracts.callback.reviews import Escalation, ReviewEscalated, Role
from contracts.dispatch.deployment import Status, UnitAssigned, UnitStatusReported
from contracts.incident.incidents import IncidentClosed
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Refused
from services.incident.domain.commands import Close, Regrade

ESTIMATE = Location(source=LocationSource.CELL, point=Point(latitude=52.2, longitude=-0.9), radius_m=1500)
SCREAMS = ReviewEscalated(
    at=NOON,
    review="review-1",
    call="call-1",
    reason=Escalation.GATE_CLOSED,
    to=Role.SUPERVISOR,
    deploy=True,
    silent_approach=True,
    reasons=("violence heard",),
    location=ESTIMATE,
)


def test_screams_open_an_incident_at_the_top_grade_with_the_estimate_as_an_estimate() -> None:
    with incident_room() as room:
        room.hear(SCREAMS)
        state = room.incident()
        assert (state.grade, state.rank, state.units, state.silent_approach) == ("Immediate", 1, 2, True)
        assert state.place is not None
        assert (state.place.address, state.place.radius_m, state.place.source) == (None, 1500, LocationSource.CELL)


def test_it_is_not_downgraded_on_a_guess() -> None:
    with incident_room() as room:
        room.hear(SCREAMS)
        with pytest.raises(Refused) as refused:
            room.do(Regrade(ONE, "Scheduled", "handler 7", "probably children", roles=("call_handler",)))
        assert refused.value.code == "authority-needed"
        with pytest.raises(Refused) as refused:
            room.do(Regrade(ONE, "Scheduled", "sergeant 4", "probably children", roles=("supervisor",)))
        assert refused.value.code == "new-information-needed"


def test_it_is_not_closed_before_anybody_knows_that_all_are_well() -> None:
    with incident_room() as room:
        room.hear(SCREAMS)
        with pytest.raises(Refused) as refused:
            room.do(Close(ONE, "no trace", "nobody seen from the road", "sergeant 4"))
        assert refused.value.code == "welfare-unknown"
        room.hear(UnitAssigned(at=NOON, unit="unit-A1", assignment="a-1", incident=ONE, job="job-1", by="dispatcher 3"))
        room.hear(UnitStatusReported(at=NOON, unit="unit-A1", status=Status.AT_SCENE, source="device", incident=ONE))
        with pytest.raises(Refused, match="unit-A1 at the scene"):
            room.do(Close(ONE, "welfare checked", "all seen", "sergeant 4"))
        assert room.said(IncidentClosed) == []
