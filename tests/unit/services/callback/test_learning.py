"""What is learned later: kept, weighed, and never too late to matter."""

from datetime import UTC, datetime, timedelta

import pytest
from review_story import FIX, At, Opened, never_reached, ring_out, said, start, state

from chassis.testing.memory import MemoryTransaction
from contracts.callback.episodes import ReviewReopened
from contracts.callback.reviews import (
    AttemptPlanned,
    Disposition,
    LocationLearned,
    ReviewAssessed,
    ReviewEscalated,
    ReviewInformed,
    ReviewOpened,
    Risk,
)
from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.places import Location, LocationSource, Point
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import (
    ForgetMarker,
    LearnCaller,
    LearnLocation,
    LearnMarker,
    LearnNumber,
    LearnSounds,
    NoteIncidentClosed,
    NoteIncidentReopened,
    NoteScene,
    OpenReview,
)
from services.callback.policy import default

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


class TestPlaces:
    def test_a_place_learned_is_kept_and_weighed(self, opened: Opened, at: At) -> None:
        story = opened()
        learn = LearnLocation(review="r", at=at(18), location=FIX)
        story.when(learn, at(20)).then_says(LocationLearned, ReviewAssessed)
        story.when(learn, at(21)).then()
        for due in (0, 90, 300):
            ring_out(start(story, at(max(21, due))), at(due + 52))
        assert said(story, ReviewEscalated).location == FIX

    def test_a_place_learned_after_the_end_is_on_record_and_changes_nothing(self, opened: Opened, at: At) -> None:
        story = opened(number=None, number_ref=None)
        story.when(LearnLocation(review="r", at=at(18), location=FIX), at(20)).then_says(LocationLearned)
        assert state(story).disposition is Disposition.NO_CONTACT_NO_RISK


class TestSounds:
    def test_voices_heard_later_send_somebody_while_the_telephone_rings(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(LearnSounds(review="r", sounds=(Sound.VOICES,)), at(5))
        story.then_says(ReviewInformed, ReviewAssessed, ReviewEscalated)
        assert state(story).attempts[0].ringing
        story.when(LearnSounds(review="r", sounds=(Sound.VOICES,)), at(6)).then()

    def test_violence_on_the_recording_opens_a_review_again_that_had_ended(self, opened: Opened, at: At) -> None:
        story = never_reached(opened(), at)
        story.when(LearnSounds(review="r", sounds=(Sound.VIOLENCE,)), at(1200))
        story.then_says(ReviewInformed, ReviewReopened, ReviewAssessed, ReviewEscalated)
        assert said(story, ReviewReopened).reason.startswith("learned after its end: sounds of violence")
        assert said(story, ReviewEscalated).silent_approach

    def test_silence_heard_after_the_end_is_on_record_and_changes_nothing(self, opened: Opened, at: At) -> None:
        story = never_reached(opened(), at).when(LearnSounds(review="r", sounds=(Sound.SILENCE,)), at(1200))
        story.then_says(ReviewInformed)
        assert not state(story).open


class TestTheNumber:
    LEARNED = LearnNumber(review="r", number="+447700900123", number_ref="tel:1", source="operator")

    def test_a_call_without_a_number_is_rung_once_it_has_one(self, opened: Opened, at: At) -> None:
        story = opened(number=None, number_ref=None)
        assert state(story).disposition is Disposition.NO_CONTACT_NO_RISK
        story.when(self.LEARNED, at(120)).then_says(ReviewInformed, ReviewReopened, AttemptPlanned)
        assert ("number", "tel:1") in story.index()
        story.when(self.LEARNED, at(121)).then()

    def test_a_number_of_another_time_opens_nothing_again(self, opened: Opened, at: At) -> None:
        opened(number=None, number_ref=None).when(self.LEARNED, at(3601)).then_says(ReviewInformed)

    def test_a_number_that_is_known_stays(self, opened: Opened, at: At) -> None:
        opened().when(LearnNumber(review="r", number="+447700900999", number_ref="tel:9", source="trace"), at(5)).then()


class TestTheCaller:
    def test_earlier_contacts_are_worth_saying_and_no_risk_by_themselves(self, opened: Opened, at: At) -> None:
        story = opened().when(LearnCaller(review="r", earlier_contacts=4), at(2)).then_says(ReviewInformed, ReviewAssessed)
        assert (state(story).risk, state(story).reasons) == (Risk.NONE_KNOWN, ("4 earlier contacts are on record",))
        story.when(LearnCaller(review="r", earlier_contacts=3), at(3)).then()

    def test_a_persistent_caller_is_not_rung_less(self, opened: Opened, at: At) -> None:
        story = opened().when(LearnCaller(review="r", markers=(Marker.PERSISTENT_WITH_PLAN,)), at(2))
        assert state(story).planned is not None


class Desk:
    """The use cases, told what the other services say."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        self.reviews = Reviews(default.load())

    def tell(self, command: object) -> None:
        self.reviews.handle(self.tx, command)

    def opened(self, **known: object) -> ReviewOpened:
        plain = {"review": "r", "abandonment": Abandonment.IN_QUEUE, "abandoned_at": self.tx.now, "number_ref": "tel:1"}
        self.tell(OpenReview(**(plain | {"number": "+447700900123"} | known)))  # type: ignore[arg-type]
        return next(event for event in reversed(self.tx.said(ReviewOpened)))


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestHeardBefore:
    def test_a_marker_heard_before_the_call_breaks_off_shuts_the_gate(self, desk: Desk) -> None:
        desk.tell(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE))
        desk.tell(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE))
        assert desk.opened().markers == (Marker.DOMESTIC_ABUSE,)
        assert not desk.tx.said(ReviewAssessed)[0].gate_open
        assert desk.tx.said(AttemptPlanned) == []

    def test_a_marker_that_was_lifted_does_not(self, desk: Desk) -> None:
        desk.tell(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE))
        desk.tell(ForgetMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE))
        assert desk.opened().markers == ()

    def test_a_lifted_marker_opens_no_gate_that_is_shut(self, desk: Desk) -> None:
        desk.opened()
        desk.tell(LearnMarker(number_ref="tel:1", marker=Marker.STALKING))
        desk.tell(ForgetMarker(number_ref="tel:1", marker=Marker.STALKING))
        assert not desk.tx.said(ReviewAssessed)[-1].gate_open

    def test_the_markers_of_a_number_learned_later_count(self, desk: Desk) -> None:
        desk.tell(LearnMarker(number_ref="tel:1", marker=Marker.HOSTAGE))
        desk.opened(number=None, number_ref=None)
        desk.tell(LearnNumber(review="r", number="+447700900123", number_ref="tel:1", source="operator"))
        assert not desk.tx.said(ReviewAssessed)[-1].gate_open
        assert desk.tx.said(AttemptPlanned) == []


def place(north_m: float = 0, east_m: float = 0, source: LocationSource = LocationSource.HANDSET) -> Location:
    point = Point(latitude=51.3 + north_m / 111_195, longitude=0.9 + east_m / 69_500)
    return Location(source=source, point=point, radius_m=30)


class TestNearIncidents:
    def scene(self, incident: str, location: Location, before_s: float = 600) -> NoteScene:
        at = T - timedelta(seconds=before_s)
        return NoteScene(incident=incident, at=at, location=location, opening_code="public safety")

    @pytest.mark.parametrize(
        ("location", "before_s", "near"),
        [
            (place(290), 600, True),
            (place(-200, 200), 600, True),
            (place(310), 600, False),
            (place(100), 7199, True),
            (place(100), 7201, False),
        ],
    )
    def test_an_open_incident_near_in_place_and_time_is_seen_beside_the_call(
        self, desk: Desk, location: Location, before_s: float, near: bool
    ) -> None:
        desk.tell(self.scene("i", location, before_s))
        desk.opened(location=place())
        assert [event.near for event in desk.tx.said(ReviewInformed)] == ([("i",)] if near else [])
        assert (desk.tx.said(ReviewAssessed)[0].risk is Risk.RAISED) == near

    def test_also_when_the_place_is_learned_later(self, desk: Desk) -> None:
        desk.tell(self.scene("i", place(50)))
        desk.opened()
        desk.tell(LearnLocation(review="r", at=T, location=place()))
        assert [event.near for event in desk.tx.said(ReviewInformed)] == [("i",)]
        assert "incident i is open near in place and time" in desk.tx.said(ReviewAssessed)[-1].reasons

    def test_an_incident_that_is_over_is_not_near_until_it_is_worked_on_again(self, desk: Desk) -> None:
        desk.tell(self.scene("i", place(50)))
        desk.tell(NoteIncidentClosed(incident="i"))
        desk.opened(location=place())
        assert desk.tx.said(ReviewInformed) == []
        desk.tell(NoteIncidentReopened(incident="i"))
        desk.opened(review="s", number_ref="tel:2", location=place())
        assert [event.near for event in desk.tx.said(ReviewInformed)] == [("i",)]

    def test_an_incident_opened_later_is_seen_beside_a_call_that_is_being_looked_at(self, desk: Desk) -> None:
        desk.opened(location=place())
        desk.opened(review="s", number_ref="tel:2", location=place(5000))
        desk.tell(self.scene("i", place(100), before_s=-300))
        desk.tell(self.scene("i", place(100), before_s=-300))
        assert [(event.review, event.near) for event in desk.tx.said(ReviewInformed)] == [("r", ("i",))]
        assert desk.tx.said(ReviewAssessed)[-1].risk is Risk.RAISED
