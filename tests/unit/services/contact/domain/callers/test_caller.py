from datetime import UTC, datetime, timedelta

from chassis.testing.scenario import Scenario
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Marker, MarkerLifted, MarkerPlaced
from contracts.refusals import NotFound
from services.contact.domain.callers.caller import LiftMarker, PlaceMarker, Subject, decide
from services.contact.streams import CALLER

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
PLACE = PlaceMarker(
    marker=Marker.DOMESTIC_ABUSE,
    author="sgt-4",
    evidence="log 1234 of 5 June",
    review_by=T + timedelta(days=90),
    subject=Subject(SubjectKind.NUMBER, "+447700900123", "tel:1"),
)
LIFT = LiftMarker(marker=Marker.DOMESTIC_ABUSE, author="sgt-5", reason="moved away", subject=PLACE.subject)


def test_a_marker_is_placed_once_and_lifted_with_a_reason() -> None:
    story = Scenario(CALLER, decide)
    story.when(PLACE, T).then(
        MarkerPlaced(
            at=T,
            number_ref="tel:1",
            marker=Marker.DOMESTIC_ABUSE,
            author="sgt-4",
            evidence="log 1234 of 5 June",
            review_by=T + timedelta(days=90),
        )
    )
    story.when(PLACE, T + timedelta(hours=1)).then()
    assert story.state is not None
    assert [warned.marker for warned in story.state.warnings] == [Marker.DOMESTIC_ABUSE]
    story.when(LIFT, T).then(
        MarkerLifted(at=T, number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE, author="sgt-5", reason="moved away")
    )
    assert story.state is not None
    assert story.state.warnings == ()


def test_a_marker_that_does_not_stand_cannot_be_lifted() -> None:
    Scenario(CALLER, decide).when(LIFT, T).then_refused("marker-not-placed", NotFound)


def test_new_evidence_replaces_the_old_words() -> None:
    story = Scenario(CALLER, decide).when(PLACE, T)
    renewed = PlaceMarker(
        marker=Marker.DOMESTIC_ABUSE, author="sgt-6", evidence="log 9 of 6 June", review_by=T, subject=PLACE.subject
    )
    story.when(renewed, T).then_says(MarkerPlaced)
    assert story.state is not None
    assert [warned.author for warned in story.state.warnings] == ["sgt-6"]
