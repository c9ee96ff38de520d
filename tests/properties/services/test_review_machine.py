"""Any history of calls, facts, people and silences of two numbers keeps every promise (invariants I1 to I4 of the design)."""

from datetime import timedelta
from typing import Any

from callback_desk import Desk
from exploring import tried
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.callback.reviews import Outcome, ReviewOpened, Speaker
from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.places import Location, LocationSource, Point
from services.callback.domain.commands import (
    CheckSample,
    CloseReview,
    EscalateReview,
    ForgetMarker,
    LearnCaller,
    LearnLocation,
    LearnMarker,
    LearnNumber,
    LearnSounds,
    LinkIncident,
    NoteIncidentClosed,
    NoteIncidentMerged,
    NoteIncidentReopened,
    NoteRangAgain,
    NoteScene,
    OpenReview,
    RecordOutcome,
    ReopenReview,
)

NUMBERS = {"tel:1": "+447700900123", "tel:2": "+447700900456"}
REF = st.sampled_from(sorted(NUMBERS))
MARKERS = st.lists(st.sampled_from(Marker), max_size=1).map(tuple)
SOUNDS = st.lists(st.sampled_from(Sound), max_size=1).map(tuple)
PLACE = st.sampled_from([0.0, 0.001, 0.1]).map(
    lambda north: Location(source=LocationSource.HANDSET, point=Point(latitude=51.3 + north, longitude=0.9), radius_m=30)
)
TOLD = st.sampled_from([outcome for outcome in Outcome if outcome not in (Outcome.SAFE, Outcome.UNKNOWN)])
CALL = st.sampled_from("abc")
INCIDENT = st.sampled_from("ij")


class Reviews(RuleBasedStateMachine):
    """Three calls of two numbers, and whatever is said about them."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.broken: set[str] = set()

    @initialize(call=CALL, number_ref=REF, incidents=st.lists(INCIDENT, unique=True, max_size=2))
    def one_call_broke_off(self, call: str, number_ref: str, incidents: list[str]) -> None:
        self.breaks_off(call, number_ref, Abandonment.IN_QUEUE, (), (), None, 0)
        for incident in incidents:
            self.an_incident_is_linked(call, incident, None)

    @rule(
        call=CALL,
        number_ref=st.none() | REF,
        kind=st.sampled_from(Abandonment),
        sounds=SOUNDS,
        markers=MARKERS,
        location=st.none() | PLACE,
        earlier=st.integers(0, 2),
    )
    def breaks_off(
        self, call: str, number_ref: str | None, kind: Abandonment, sounds: Any, markers: Any, location: Any, earlier: int
    ) -> None:
        self.broken.add(call)
        self.desk.tell(
            OpenReview(
                review=call,
                abandonment=kind,
                abandoned_at=self.desk.tx.now,
                number=None if number_ref is None else NUMBERS[number_ref],
                number_ref=number_ref,
                sounds=sounds,
                markers=markers,
                location=location,
                earlier_calls=earlier,
                waited_s=7,
            )
        )

    @rule(seconds=st.sampled_from([1, 20, 60, 120, 600, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.desk.wait(seconds)

    @rule(call=CALL, n=st.integers(1, 4), outcome=TOLD)
    def the_telephone_says(self, call: str, n: int, outcome: Outcome) -> None:
        self.desk.tell(self.desk.telephone(call, n, outcome))

    @rule(call=CALL, n=st.integers(1, 4), outcome=st.sampled_from(Outcome), speaker=st.sampled_from(Speaker))
    def a_handler_records(self, call: str, n: int, outcome: Outcome, speaker: Speaker) -> None:
        proof = {"spoke_to": "her", "verified_by": "date of birth", "free_to_talk": True, "speaker": speaker}
        self.desk.tell(RecordOutcome(review=call, attempt=n, outcome=outcome, **proof))

    @rule(number_ref=REF, marker=st.sampled_from(Marker), lifted=st.booleans())
    def a_marker(self, number_ref: str, marker: Marker, lifted: bool) -> None:
        kind = ForgetMarker if lifted else LearnMarker
        self.desk.tell(kind(number_ref=number_ref, marker=marker))

    @rule(call=CALL, sounds=SOUNDS, markers=MARKERS, contacts=st.integers(0, 3))
    def more_is_known(self, call: str, sounds: Any, markers: Any, contacts: int) -> None:
        self.desk.tell(LearnSounds(review=call, sounds=sounds))
        self.desk.tell(LearnCaller(review=call, markers=markers, earlier_contacts=contacts, reasons=("by address",)))

    @rule(call=CALL, number_ref=REF)
    def a_number_is_learned(self, call: str, number_ref: str) -> None:
        self.desk.tell(LearnNumber(review=call, number=NUMBERS[number_ref], number_ref=number_ref, source="operator"))

    @rule(call=CALL, location=PLACE)
    def a_place_is_learned(self, call: str, location: Location) -> None:
        self.desk.tell(LearnLocation(review=call, at=self.desk.tx.now, location=location))

    @rule(call=CALL, other=CALL | st.sampled_from("xy"))
    def rings_again(self, call: str, other: str) -> None:
        self.desk.tell(NoteRangAgain(review=call, answered_call=other, at=self.desk.tx.now))

    @rule(call=CALL, incident=INCIDENT, by=st.sampled_from([None, "h7"]))
    def an_incident_is_linked(self, call: str, incident: str, by: str | None) -> None:
        self.desk.tell(LinkIncident(review=call, incident=incident, at=self.desk.tx.now, by=by))

    @rule(incident=INCIDENT, location=PLACE)
    def an_incident_is_opened(self, incident: str, location: Location) -> None:
        self.desk.tell(NoteScene(incident=incident, at=self.desk.tx.now, location=location, opening_code="public safety"))

    @rule(incident=INCIDENT, again=st.booleans())
    def an_incident_ends_or_goes_on(self, incident: str, again: bool) -> None:
        self.desk.tell(NoteIncidentReopened(incident=incident) if again else NoteIncidentClosed(incident=incident))

    @rule(incident=INCIDENT, into=INCIDENT, again=st.booleans())
    def an_incident_is_merged(self, incident: str, into: str, again: bool) -> None:
        self.desk.tell(NoteIncidentMerged(incident=incident, into=into, again=again))

    @rule(call=CALL)
    def a_supervisor_closes(self, call: str) -> None:
        self.desk.tell(CloseReview(review=call, by="insp-1", reason="looked into"))

    @rule(call=CALL, what=st.integers(0, 3), deploy=st.booleans())
    def a_person_decides(self, call: str, what: int, deploy: bool) -> None:
        by: dict[str, Any] = {"review": call, "by": "insp-1", "reason": "looked into"}
        asked = (
            EscalateReview(**by, deploy=deploy),
            ReopenReview(**by, ring=deploy),
            CheckSample(**by, agreed=deploy),
            CheckSample(**by, agreed=not deploy),
        )
        self.desk.tell(asked[what])

    @invariant()
    def every_broken_call_has_one_review_and_no_other_has_any(self) -> None:
        assert sorted(said.review for said in self.desk.tx.said(ReviewOpened)) == sorted(self.broken)

    def teardown(self) -> None:
        self.desk.wait(timedelta(days=1).total_seconds())
        assert self.desk.tx.timers() == []
        for review in self.desk.reviews():
            event(f"disposition: {review.disposition}")
            assert not review.open or review.breach, "neither ended in time nor a recorded breach"
            if review.open and review.merged_into is None and not review.open_incidents:
                self.desk.tell(CloseReview(review=review.review, by="insp-1", reason="looked into"))
                assert not self.desk.review(review.review).open, "nobody could end it"


Reviews.TestCase.settings = tried(120, stateful_step_count=25)
TestReviews = Reviews.TestCase
