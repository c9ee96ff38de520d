"""Kent, 2017: a domestic-abuse marker was seen, nobody rang back, the log had four hours; she was found dying 44 minutes later.

The marker shuts the gate and asks for the top grade, by whichever way it belongs to the caller and whenever it is learned.
"""

from typing import Any

import pytest
from acceptance.two_services import HOME, PERSON, PHONE, Force, belong, breaks_off, rings, warn

from contracts.callback.reviews import AttemptStarted
from contracts.contact.calls import Marker
from services.contact.domain.callers.caller import Subject

WAYS: list[Any] = [
    pytest.param([], PHONE, id="number"),
    pytest.param([belong(PHONE, PERSON)], PERSON, id="person"),
    pytest.param([belong(PHONE, HOME)], HOME, id="address"),
    pytest.param([belong(PHONE, PERSON), belong(PERSON, HOME)], HOME, id="address of the person"),
    pytest.param([belong(PHONE, HOME), belong(HOME, PERSON)], PERSON, id="person of the address"),
]
GATE = [Marker.DOMESTIC_ABUSE, Marker.STALKING, Marker.HOSTAGE, Marker.DO_NOT_RING, Marker.CODEWORD]


@pytest.mark.parametrize("marker", GATE)
@pytest.mark.parametrize(("known", "marked"), WAYS)
def test_a_marker_by_number_person_or_address_is_the_top_grade_and_nothing_rings(
    known: list[Any], marked: Subject, marker: Marker
) -> None:
    force = Force().told(*known, warn(marked, marker), rings(), breaks_off()).later(600)
    assert not force.rung()
    assert all(one.silent_approach for one in force.deployed())
    assert force.deployed()


@pytest.mark.parametrize(("known", "marked"), WAYS)
def test_the_same_when_the_marker_is_placed_after_the_call_broke_off(known: list[Any], marked: Subject) -> None:
    force = Force().told(*known, rings(), breaks_off()).later(5)
    before = len(force.said(AttemptStarted))
    assert force.rung()
    force.told(warn(marked)).later(600)
    assert len(force.said(AttemptStarted)) == before, "it rang after the marker was known"
    assert force.deployed()


@pytest.mark.parametrize(("known", "marked"), [way.values for way in WAYS[1:]])
def test_the_same_when_it_is_learned_only_then_that_they_belong_together(known: list[Any], marked: Subject) -> None:
    force = Force().told(warn(marked), rings(), breaks_off()).later(5)
    before = len(force.said(AttemptStarted))
    force.told(*known).later(600)
    assert len(force.said(AttemptStarted)) == before
    assert force.deployed()


def test_without_any_marker_the_caller_is_rung() -> None:
    assert Force().told(rings(), breaks_off()).later(1).rung()
