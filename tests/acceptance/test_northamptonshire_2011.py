"""Northamptonshire, 2011: screams on an abandoned call; a guessed address was recorded as fact; a family died.

An estimate stays an estimate through every service, and sounds of violence are the top grade whatever the place.
"""

from datetime import timedelta

import pytest
from acceptance.two_services import HOME, Force, T, breaks_off, rings, warn

from contracts.callback.reviews import LocationLearned, ReviewEscalated, ReviewOpened
from contracts.contact.calls import CallAbandoned, LocationEstimated, Marker, Sound
from contracts.contact.handsets import HandsetForm
from contracts.places import Location, LocationSource, Point
from services.contact.domain.calls.facts import EstimateLocation
from services.contact.domain.handsets.handset import TakeHandsetMessage

GUESS = "27 Cedar Way"
CELL = Location(
    source=LocationSource.CELL, point=Point(latitude=52.24, longitude=-0.9), radius_m=400, confidence=0.5, address=GUESS
)


def estimate(location: Location, seconds: float = 5) -> EstimateLocation:
    return EstimateLocation(call="a", at=T + timedelta(seconds=seconds), location=location, words="near Cedar Way")


def places(force: Force) -> list[Location]:
    """Every place that any service said."""
    found = [event.location for kind in (LocationEstimated, LocationLearned) for event in force.said(kind)]
    carried = [event.location for kind in (CallAbandoned, ReviewOpened, ReviewEscalated) for event in force.said(kind)]
    return found + [location for location in carried if location is not None]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("source", [LocationSource.CELL, LocationSource.HANDSET])
def test_a_guess_is_never_an_address_in_any_service(source: LocationSource, late: bool) -> None:
    guess = estimate(CELL.model_copy(update={"source": source}))
    facts = [rings(), breaks_off(sounds=(Sound.VIOLENCE,)), guess] if late else [rings(), guess, breaks_off()]
    force = Force().told(*facts).later(1)
    assert places(force), "the estimate itself is carried on"
    assert [place.address for place in places(force)] == [None] * len(places(force))
    [estimated] = force.said(LocationEstimated)
    assert estimated.words is not None, "what was guessed is kept as what it is"
    assert {(place.source, place.radius_m, place.confidence) for place in places(force)} == {(source, 400, 0.5)}


def test_a_guessed_address_is_not_looked_up_as_if_somebody_had_given_it() -> None:
    force = Force().told(warn(HOME), rings(), estimate(CELL.model_copy(update={"address": HOME.text})), breaks_off())
    assert force.said(CallAbandoned)[0].markers == ()
    spoken = Location(source=LocationSource.SPOKEN, address=HOME.text)
    force = Force().told(warn(HOME), rings(), estimate(spoken), breaks_off())
    assert force.said(CallAbandoned)[0].markers == (Marker.DOMESTIC_ABUSE,)


def test_a_handsets_own_position_is_no_address_either() -> None:
    text = f'A"ML=1;lt=52.24;lg=-0.9;rd=30;top={T:%Y%m%d%H%M%S};lc=68;pm=G'
    message = TakeHandsetMessage(message="m", at=T, form=HandsetForm.SMS_TEXT, raw=text, number="07700 900123")
    force = Force().told(rings(), message, breaks_off()).later(1)
    assert {place.address for place in places(force)} == {None}


def test_screams_are_the_top_grade_with_a_silent_approach_and_nothing_rings() -> None:
    force = Force().told(rings(), estimate(CELL), breaks_off(sounds=(Sound.VIOLENCE,))).later(600)
    assert not force.rung()
    assert [one.silent_approach for one in force.deployed()] == [True]
