from datetime import UTC, datetime

import pytest

from chassis.host import Timer
from contracts import registry
from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallerMatched,
    CallerRangAgain,
    Line,
    LocationEstimated,
    Marker,
    MarkerLifted,
    MarkerPlaced,
    NumberLearned,
    Sound,
    SoundsHeard,
)
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import IncidentClosed, IncidentOpened, IncidentReopened, Origin
from contracts.incident.unreviewed import ReviewSeen
from contracts.places import Location, LocationSource, Point
from services.callback.domain.commands import (
    EndEmergencyPeriod,
    ForgetMarker,
    GiveUpWaiting,
    LearnCaller,
    LearnLocation,
    LearnMarker,
    LearnNumber,
    LearnSounds,
    LinkIncident,
    NoteIncidentClosed,
    NoteIncidentReopened,
    NoteRangAgain,
    NoteScene,
    OpenReview,
    PassDeadline,
    StartAttempt,
)
from services.callback.reactions import HEEDS, react
from services.callback.timers import on_timer

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
PLACED = Location(source=LocationSource.FOUND, point=Point(latitude=51.3, longitude=0.9), radius_m=10)
BARN = Location(source=LocationSource.SPOKEN, address="the red barn")


def heard(event: Event) -> Envelope[Event]:
    kind = registry.of(event)
    return Envelope("id", kind.service, "stream-1", 1, 1, kind.name, T, "correlation", "cause", "actor", event)


def abandoned(line: Line) -> CallAbandoned:
    return CallAbandoned(
        at=T,
        call="c",
        line=line,
        abandonment=Abandonment.IN_QUEUE,
        waited_s=3,
        number="+447700900123",
        number_ref="tel:1",
        sounds=(Sound.SILENCE,),
        markers=(Marker.VULNERABLE,),
        location=BARN,
        earlier_calls=2,
    )


def incident(origin: Origin) -> IncidentOpened:
    return IncidentOpened(
        at=T, incident="i", origin=origin, origin_id="c", opening_code="abandoned call", reported_at=T, force="kent"
    )


def test_an_abandoned_999_call_opens_a_review_with_all_that_is_known() -> None:
    assert react(heard(abandoned(Line.EMERGENCY))) == (
        OpenReview(
            review="c",
            abandonment=Abandonment.IN_QUEUE,
            abandoned_at=T,
            number="+447700900123",
            number_ref="tel:1",
            sounds=(Sound.SILENCE,),
            markers=(Marker.VULNERABLE,),
            location=BARN,
            earlier_calls=2,
            waited_s=3,
        ),
    )


def test_an_abandoned_101_call_opens_none() -> None:
    assert react(heard(abandoned(Line.NON_EMERGENCY))) == ()


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (CallerRangAgain(at=T, call="c", answered_call="d"), NoteRangAgain(review="c", answered_call="d", at=T)),
        (LocationEstimated(at=T, call="c", location=BARN), LearnLocation(review="c", at=T, location=BARN)),
        (
            MarkerPlaced(at=T, number_ref="tel:1", marker=Marker.STALKING, author="s", evidence="e", review_by=T),
            LearnMarker(number_ref="tel:1", marker=Marker.STALKING),
        ),
        (
            MarkerLifted(at=T, number_ref="tel:1", marker=Marker.STALKING, author="s", reason="r"),
            ForgetMarker(number_ref="tel:1", marker=Marker.STALKING),
        ),
        (
            SoundsHeard(at=T, call="c", sounds=(Sound.VOICES,), listener="h7"),
            LearnSounds(review="c", sounds=(Sound.VOICES,)),
        ),
        (
            NumberLearned(at=T, call="c", number="+447700900123", number_ref="tel:1", source="operator"),
            LearnNumber(review="c", number="+447700900123", number_ref="tel:1", source="operator"),
        ),
        (
            CallerMatched(at=T, call="c", markers=(Marker.STALKING,), earlier_contacts=3, reasons=("by address",)),
            LearnCaller(review="c", markers=(Marker.STALKING,), earlier_contacts=3, reasons=("by address",)),
        ),
        (
            incident(Origin.CALL).model_copy(update={"location": PLACED}),
            NoteScene(incident="i", at=T, location=PLACED, opening_code="abandoned call"),
        ),
        (IncidentReopened(at=T, incident="i", reason="r", by="sgt-4"), NoteIncidentReopened(incident="i")),
        (incident(Origin.REVIEW), LinkIncident(review="c", incident="i", at=T)),
        (
            IncidentClosed(at=T, incident="i", closing_code="welfare checked", reason="well", by="sgt-4"),
            NoteIncidentClosed(incident="i"),
        ),
    ],
)
def test_later_facts_find_the_review(event: Event, command: object) -> None:
    assert react(heard(event)) == (command,)
    assert type(event) in HEEDS


@pytest.mark.parametrize(
    "event",
    [
        incident(Origin.CALL),
        CallAnswered(at=T, call="c", handler="h7"),
    ],
)
def test_nothing_follows_from_the_rest(event: Event) -> None:
    assert react(heard(event)) == ()


def test_every_timer_of_a_review_has_its_command() -> None:
    timers = [on_timer(Timer("review-c", name, T)) for name in ("attempt", "unknown", "deadline", "emergency")]
    assert timers == [
        StartAttempt(review="c"),
        GiveUpWaiting(review="c"),
        PassDeadline(review="c"),
        EndEmergencyPeriod(review="c"),
    ]
    with pytest.raises(LookupError):
        on_timer(Timer("review-c", "tea", T))


def test_an_incident_opened_while_nobody_reviewed_the_call_is_linked_once_the_review_is_seen() -> None:
    assert react(heard(ReviewSeen(at=T, call="c", incident="incident-c"))) == (
        LinkIncident(review="c", incident="incident-c", at=T),
    )
    assert react(heard(ReviewSeen(at=T, call="c"))) == ()
