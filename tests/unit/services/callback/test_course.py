"""The course of a review, step by step: what opens it, what rings, what stops the ringing, and how it ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.testing.scenario import Scenario
from contracts.callback import (
    AttemptCancelled,
    AttemptEnded,
    AttemptPlanned,
    AttemptStarted,
    Disposition,
    Escalation,
    IncidentLinked,
    LocationLearned,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewOpened,
    Risk,
    Role,
)
from contracts.contact import Abandonment, Marker, Sound
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Invalid, NotFound
from services.callback.domain.commands import (
    CloseReview,
    EndRinging,
    EscalateReview,
    GiveUpWaiting,
    LearnLocation,
    LearnMarker,
    LinkIncident,
    NoteIncidentClosed,
    NoteRangAgain,
    PassDeadline,
    RecordOutcome,
    StartAttempt,
)
from services.callback.domain.review import Review

Story = Scenario[Review]
Opened = Callable[..., Story]
At = Callable[[float], datetime]

FIX = Location(source=LocationSource.HANDSET, point=Point(latitude=51.3, longitude=0.9), radius_m=30)
CELL = Location(source=LocationSource.CELL, point=Point(latitude=51.3, longitude=0.9), radius_m=9000)
CLOSE = CloseReview(review="r", by="insp-1", reason="looked into")


def start(story: Story, now: datetime) -> Story:
    assert story.state is not None
    attempt_id = f"a{len(story.state.attempts)}"
    return story.when(StartAttempt(review="r", attempt_id=attempt_id), now)


def ring_out(story: Story, now: datetime, outcome: Outcome = Outcome.RANG_OUT) -> Story:
    assert story.state is not None
    attempt_id = f"a{len(story.state.attempts)}"
    return story.when(EndRinging(review="r", attempt_id=attempt_id, outcome=outcome, at=now), now)


def record(attempt: int, outcome: Outcome, **said: Any) -> RecordOutcome:
    return RecordOutcome(review="r", attempt=attempt, outcome=outcome, **said)


def safe(attempt: int) -> RecordOutcome:
    return record(attempt, Outcome.SAFE, spoke_to="the caller", verified_by="date of birth", free_to_talk=True)


def state(story: Story) -> Review:
    assert story.state is not None
    return story.state


def said(story: Story, kind: type) -> Any:
    [event] = [event for event in story.decided if isinstance(event, kind)]
    return event


class TestOpening:
    def test_an_abandoned_call_is_reviewed_assessed_and_rung_at_once(self, opened: Opened, at: At) -> None:
        story = opened()
        story.then(
            ReviewOpened(
                at=at(0),
                review="r",
                call="r",
                abandonment=Abandonment.IN_QUEUE,
                abandoned_at=at(0),
                deadline=at(3600),
                emergency_period_ends=at(3600),
                policy="callback-default-1",
                number="+447700900123",
                number_ref="tel:1",
            ),
            ReviewAssessed(at=at(0), review="r", risk=Risk.NONE_KNOWN, reasons=(), gate_open=True, policy="callback-default-1"),
            AttemptPlanned(at=at(0), review="r", attempt=1, due=at(0)),
        )
        assert story.owes() == {"attempt": at(0), "deadline": at(3600)}
        assert story.index() == {("open", "2017-06-01T13:00:00.000000Z"), ("number", "tel:1")}

    def test_the_same_abandonment_again_opens_nothing(self, opened: Opened) -> None:
        opened()
        opened().then()

    def test_an_abandonment_learned_late_is_late_by_the_clock_of_the_call(self, opened: Opened, at: At) -> None:
        story = opened(abandoned_at=at(-7200))
        assert story.owes()["deadline"] == at(-3600)
        assert state(story).attempts[0].due == at(0)

    def test_with_no_number_and_nothing_known_it_ends_with_its_reason(self, opened: Opened) -> None:
        closed = said(opened(number=None, number_ref=None), ReviewClosed)
        assert (closed.disposition, closed.attempts) == (Disposition.NO_CONTACT_NO_RISK, 0)
        assert closed.reason.startswith("no number to ring")

    @pytest.mark.parametrize("number", ["08457", "911012345678901", "anonymous"])
    def test_a_number_that_cannot_be_dialled_is_never_dialled(self, opened: Opened, number: str) -> None:
        opened(number=number).then_says(ReviewOpened, ReviewAssessed, ReviewClosed)

    @pytest.mark.parametrize("known", [{"location": FIX}, {"earlier_calls": 1}])
    def test_with_no_number_but_a_place_or_a_risk_somebody_is_sent(self, opened: Opened, known: dict[str, Any]) -> None:
        escalated = said(opened(number=None, number_ref=None, **known), ReviewEscalated)
        assert (escalated.reason, escalated.deploy, escalated.to) == (Escalation.NO_CONTACT, True, Role.SUPERVISOR)
        assert escalated.location == known.get("location")

    def test_a_cell_nine_kilometres_wide_is_no_place_to_send_somebody_to(self, opened: Opened) -> None:
        opened(number=None, location=CELL).then_says(ReviewOpened, ReviewAssessed, ReviewClosed)


class TestTheGate:
    @pytest.mark.parametrize("marker", [m for m in Marker if m not in (Marker.VULNERABLE, Marker.PERSISTENT_WITH_PLAN)])
    def test_kent_2017_a_marker_that_shuts_the_gate_sends_somebody_silently_and_rings_nobody(
        self, opened: Opened, at: At, marker: Marker
    ) -> None:
        story = opened(markers=(marker,)).then_says(ReviewOpened, ReviewAssessed, ReviewEscalated)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.to) == (Escalation.GATE_CLOSED, Role.SUPERVISOR)
        assert (escalated.deploy, escalated.silent_approach) == (True, True)
        assert escalated.reasons == (f"marker {marker}: a ring could get somebody hurt",)
        start(story, at(0)).then()

    def test_northamptonshire_2011_sounds_of_violence_send_somebody_at_once_and_a_guess_stays_a_guess(
        self, opened: Opened
    ) -> None:
        story = opened(sounds=(Sound.VIOLENCE,), abandonment=Abandonment.SOUNDS_WITHOUT_REQUEST, location=CELL)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.deploy, escalated.silent_approach) == (Escalation.GATE_CLOSED, True, True)
        assert (escalated.location, escalated.location.address) == (CELL, None)

    def test_a_marker_placed_meanwhile_shuts_the_gate_before_the_next_attempt(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(30))
        story.when(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE), at(60))
        story.then_says(ReviewAssessed, AttemptCancelled, ReviewEscalated)
        assert said(story, ReviewEscalated).silent_approach
        assert "attempt" not in story.owes()
        story.when(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE), at(61)).then()

    def test_the_gate_is_asked_again_when_an_attempt_is_due(self, opened: Opened, at: At) -> None:
        story = opened().given(
            ReviewAssessed(at=at(0), review="r", risk=Risk.HIGH, reasons=("x",), gate_open=False, policy="callback-default-1")
        )
        start(story, at(0)).then_says(AttemptCancelled, ReviewEscalated)

    @pytest.mark.parametrize("known", [{"sounds": (Sound.VOICES,)}, {"markers": (Marker.VULNERABLE,)}, {"earlier_calls": 2}])
    def test_high_risk_sends_somebody_while_the_telephone_rings(self, opened: Opened, at: At, known: dict[str, Any]) -> None:
        story = opened(**known).then_says(ReviewOpened, ReviewAssessed, ReviewEscalated, AttemptPlanned)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.deploy) == (Escalation.HIGH_RISK, True)
        assert not escalated.silent_approach
        start(story, at(0)).then_says(AttemptStarted)


class TestRinging:
    def test_the_intention_is_recorded_before_anything_is_dialled(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        story.then(AttemptStarted(at=at(0), review="r", attempt=1, attempt_id="a1", number="+447700900123", give_up_at=at(30)))
        assert story.owes() == {"unknown": at(45), "deadline": at(3600)}

    def test_nothing_is_dialled_before_it_is_due_or_twice(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        start(story, at(1)).then()
        start(ring_out(story, at(30)), at(89)).then()

    def test_three_attempts_at_once_after_90_seconds_and_after_5_minutes(self, opened: Opened, at: At) -> None:
        story = opened()
        dues = [state(story).attempts[0].due]
        for attempt in (1, 2):
            ring_out(start(story, dues[-1]), dues[-1] + timedelta(seconds=30))
            planned = said(story, AttemptPlanned)
            assert planned.attempt == attempt + 1
            dues.append(planned.due)
        assert dues == [at(0), at(90), at(300)]

    def test_after_the_last_without_contact_risk_or_place_it_ends_with_its_reason(self, opened: Opened, at: At) -> None:
        story = opened()
        for due in (0, 90, 300):
            ring_out(start(story, at(due)), at(due + 30))
        closed = said(story, ReviewClosed)
        assert (closed.disposition, closed.attempts, closed.breach) == (Disposition.NO_CONTACT_NO_RISK, 3, False)
        assert closed.by == "policy callback-default-1"
        assert (story.owes(), story.index()) == ({}, set())

    @pytest.mark.parametrize("known", [{"location": FIX}, {"earlier_calls": 1}])
    def test_after_the_last_without_contact_a_place_or_a_risk_sends_somebody(
        self, opened: Opened, at: At, known: dict[str, Any]
    ) -> None:
        story = opened(**known)
        for due in (0, 90, 300):
            ring_out(start(story, at(due)), at(due + 30))
        story.then_says(AttemptEnded, ReviewEscalated)
        assert said(story, ReviewEscalated).reason is Escalation.NO_CONTACT
        assert state(story).open

    @pytest.mark.parametrize("outcome", [Outcome.DEAD_HANDSET, Outcome.NUMBER_UNKNOWN])
    def test_a_number_that_leads_nowhere_is_not_dialled_again(self, opened: Opened, at: At, outcome: Outcome) -> None:
        ring_out(start(opened(), at(0)), at(2), outcome).then_says(AttemptEnded, ReviewClosed)

    def test_a_network_failure_does_not_count_against_the_caller(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(2), Outcome.NETWORK_FAILURE)
        assert said(story, AttemptPlanned) == AttemptPlanned(at=at(2), review="r", attempt=2, due=at(22))
        ring_out(start(story, at(22)), at(52))
        assert said(story, AttemptPlanned).due == at(90)

    def test_a_network_that_fails_for_good_is_given_up(self, opened: Opened, at: At) -> None:
        story = opened()
        for n in range(6):
            ring_out(start(story, at(30 * n)), at(30 * n + 1), Outcome.NETWORK_FAILURE)
        assert said(story, ReviewClosed).attempts == 6

    def test_silence_about_an_attempt_is_an_unknown_outcome_and_the_policy_goes_on(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        story.when(GiveUpWaiting(review="r"), at(44)).then()
        story.when(GiveUpWaiting(review="r"), at(45))
        assert said(story, AttemptEnded).outcome is Outcome.UNKNOWN
        assert said(story, AttemptPlanned).due == at(90)
        late = EndRinging(review="r", attempt_id="a1", outcome=Outcome.RANG_OUT, at=at(30))
        story.when(late, at(60)).then_says(AttemptEnded)
        story.when(late, at(61)).then()

    def test_a_result_of_an_attempt_that_was_never_started_says_nothing(self, opened: Opened, at: At) -> None:
        story = opened()
        story.when(EndRinging(review="r", attempt_id="foreign", outcome=Outcome.ANSWERED, at=at(1)), at(1)).then()

    def test_a_telephone_cannot_say_that_somebody_is_safe(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        story.when(EndRinging(review="r", attempt_id="a1", outcome=Outcome.SAFE, at=at(1)), at(1))
        story.then_refused("not-for-a-telephone", Invalid)


class TestWhoAnswers:
    def test_while_somebody_talks_nothing_else_rings(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED).then_says(AttemptEnded)
        assert story.owes() == {"unknown": at(610), "deadline": at(3600)}

    def test_safe_needs_who_spoke_how_verified_and_free_to_talk(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED)
        proof = {"spoke_to": "the caller", "verified_by": "date of birth", "free_to_talk": True}
        for lacking in ({"spoke_to": None}, {"verified_by": ""}, {"free_to_talk": False}, {"free_to_talk": None}):
            story.when(record(1, Outcome.SAFE, **(proof | lacking)), at(60)).then_refused("safe-needs-proof", Invalid)
        closed = said(story.when(safe(1), at(60)), ReviewClosed)
        assert closed.disposition is Disposition.CALLER_SAFE
        assert closed.reason == "attempt 1: spoke to the caller, verified by date of birth, free to talk"
        story.when(safe(1), at(61)).then()

    def test_she_is_in_the_bath_is_not_safe(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED)
        story.when(record(1, Outcome.NOT_THE_CALLER, spoke_to="partner"), at(60)).then_says(AttemptEnded, AttemptPlanned)

    @pytest.mark.parametrize("outcome", [Outcome.UNDER_DURESS, Outcome.WHISPERED])
    def test_duress_sends_somebody_silently_and_never_rings_again(self, opened: Opened, at: At, outcome: Outcome) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED)
        story.when(record(1, outcome), at(40)).then_says(AttemptEnded, ReviewAssessed, ReviewEscalated)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.deploy, escalated.silent_approach) == (Escalation.DURESS, True, True)
        assert state(story).planned is None
        story.when(safe(1), at(50)).then_refused("attempt-settled")

    def test_duress_learned_after_the_end_still_sends_somebody(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(NoteRangAgain(review="r", answered_call="d"), at(5))
        assert state(story).disposition is Disposition.CALLER_RANG_AGAIN
        story.when(record(1, Outcome.UNDER_DURESS), at(40)).then_says(AttemptEnded, ReviewEscalated)
        assert state(story).disposition is Disposition.CALLER_RANG_AGAIN

    def test_an_answer_nobody_reports_on_is_an_unknown_outcome(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED)
        story.when(GiveUpWaiting(review="r"), at(610)).then_says(AttemptEnded, AttemptPlanned)
        story.when(safe(1), at(615)).then_says(AttemptEnded, AttemptCancelled, ReviewClosed)

    def test_an_answer_told_late_stops_what_was_planned_meanwhile(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(GiveUpWaiting(review="r"), at(45))
        late = EndRinging(review="r", attempt_id="a1", outcome=Outcome.ANSWERED, at=at(29))
        story.when(late, at(50)).then_says(AttemptEnded, AttemptCancelled)
        story.when(record(1, Outcome.NOT_THE_CALLER), at(70)).then_says(AttemptEnded, AttemptPlanned)
        assert said(story, AttemptPlanned).attempt == 3

    def test_an_outcome_of_an_attempt_nobody_made_is_refused(self, opened: Opened, at: At) -> None:
        story = opened().when(safe(1), at(1)).then_refused("attempt-not-started")
        story.when(safe(7), at(1)).then_refused("attempt-not-started")

    def test_safe_does_not_call_off_whoever_is_on_the_way(self, opened: Opened, at: At) -> None:
        story = start(opened(sounds=(Sound.VOICES,)), at(0))
        story.when(safe(1), at(60)).then_says(AttemptEnded)
        assert state(story).open


class TestTheCallerRingsAgain:
    def test_west_midlands_2022_the_ring_back_is_called_off_and_the_review_ends(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(30))
        story.when(NoteRangAgain(review="r", answered_call="d"), at(60)).then_says(AttemptCancelled, ReviewClosed)
        closed = said(story, ReviewClosed)
        assert closed.disposition is Disposition.CALLER_RANG_AGAIN
        assert closed.reason == "the caller rang again and was answered in call d"
        story.when(NoteRangAgain(review="r", answered_call="d"), at(61)).then()
        start(story, at(90)).then()

    def test_an_attempt_that_rings_cannot_be_taken_back_and_its_end_is_recorded(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(NoteRangAgain(review="r", answered_call="d"), at(5)).then_says(ReviewClosed)
        assert story.owes() == {"unknown": at(45)}
        ring_out(story, at(30)).then_says(AttemptEnded)
        assert story.owes() == {}

    def test_what_people_have_already_stays_with_them(self, opened: Opened, at: At) -> None:
        story = start(opened(earlier_calls=2), at(0))
        story.when(NoteRangAgain(review="r", answered_call="d"), at(5)).then_says(ReviewAssessed)
        assert "the caller rang again and was answered in call d" in state(story).reasons
        assert state(story).open
        story.when(NoteRangAgain(review="r", answered_call="d"), at(6)).then()


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


class TestIncidents:
    def test_the_review_ends_with_its_incident_and_not_before(self, opened: Opened, at: At) -> None:
        story = opened(sounds=(Sound.VIOLENCE,))
        link = LinkIncident(review="r", incident="i", at=at(1))
        story.when(link, at(1)).then(IncidentLinked(at=at(1), review="r", incident="i"))
        story.when(link, at(2)).then()
        story.when(CLOSE, at(3)).then_refused("incident-open")
        story.when(NoteIncidentClosed(incident="other"), at(4)).then()
        closed = said(story.when(NoteIncidentClosed(incident="i"), at(900)), ReviewClosed)
        assert (closed.disposition, closed.reason) == (Disposition.INCIDENT_RESOLVED, "incident i is over")
        story.when(NoteIncidentClosed(incident="i"), at(901)).then()

    def test_an_incident_opened_after_the_end_is_on_record(self, opened: Opened, at: At) -> None:
        story = opened(number=None).when(LinkIncident(review="r", incident="i", at=at(1)), at(1)).then_says(IncidentLinked)
        story.when(NoteIncidentClosed(incident="i"), at(2)).then()


class TestTheDeadline:
    def test_a_review_past_its_deadline_is_a_supervisors_and_a_recorded_breach(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(30))
        story.when(PassDeadline(review="r"), at(3599)).then()
        story.when(PassDeadline(review="r"), at(3600)).then_says(ReviewEscalated, AttemptCancelled)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.to, escalated.breach) == (Escalation.DEADLINE, Role.SUPERVISOR, True)
        assert story.owes() == {}
        story.when(PassDeadline(review="r"), at(3601)).then()
        closed = said(story.when(CLOSE, at(4000)), ReviewClosed)
        assert (closed.disposition, closed.breach) == (Disposition.DECIDED_BY_SUPERVISOR, True)

    def test_after_the_deadline_nothing_ends_by_itself(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(PassDeadline(review="r"), at(3600)).when(GiveUpWaiting(review="r"), at(3601))
        story.then_says(AttemptEnded)
        story.when(NoteRangAgain(review="r", answered_call="d"), at(3700)).then_says(ReviewAssessed)
        assert state(story).open


class TestPeople:
    def test_a_person_hands_it_on_with_words(self, opened: Opened, at: At) -> None:
        ask = EscalateReview(review="r", by="h7", reason="child crying", deploy=True, silent_approach=True)
        story = opened().when(ask, at(5)).then_says(ReviewEscalated)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reasons, escalated.deploy, escalated.silent_approach) == (("h7: child crying",), True, True)
        assert ("escalated", "2017-06-01T13:00:00.000000Z") in story.index()
        story.when(ask, at(6)).then()

    def test_what_a_person_has_does_not_end_on_silence(self, opened: Opened, at: At) -> None:
        story = opened().when(EscalateReview(review="r", by="h7", reason="odd"), at(5))
        for due in (0, 90, 300):
            ring_out(start(story, at(max(5, due))), at(due + 40))
        assert state(story).open

    def test_nothing_is_decided_about_a_review_that_is_over_or_unknown(self, opened: Opened, story: Story, at: At) -> None:
        story.when(CLOSE, at(0)).then_refused("review-unknown", NotFound)
        story.when(NoteRangAgain(review="r", answered_call="d"), at(0)).then()
        opened().when(CLOSE, at(1)).then_says(AttemptCancelled, ReviewClosed)
        story.when(CLOSE, at(2)).then_refused("review-closed")
        story.when(EscalateReview(review="r", by="h7", reason="odd"), at(2)).then_refused("review-closed")
