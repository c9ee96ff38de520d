"""Attempts to ring: when, how often, what each end means, and what a silence about one means."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from review_story import FIX, At, Opened, Story, ring_out, safe, said, start, state

from chassis.testing.scenario import Scenario
from contracts.callback.reviews import (
    AttemptDeferred,
    AttemptEnded,
    AttemptPlanned,
    AttemptStarted,
    Disposition,
    Escalation,
    Outcome,
    ReviewClosed,
    ReviewEscalated,
)
from contracts.contact.calls import Abandonment, Marker
from contracts.refusals import Invalid
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import (
    EndRinging,
    GiveUpWaiting,
    OpenReview,
)
from services.callback.domain.decide import decide
from services.callback.domain.review import LINE_TAKEN, LINE_WANTED
from services.callback.domain.rules import Then
from services.callback.policy import default

RULES = default.load().at(datetime(2017, 6, 1, tzinfo=UTC))


class TestRinging:
    def test_the_intention_is_recorded_before_anything_is_dialled(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        started = said(story, AttemptStarted)
        assert (started.attempt_id, started.number, started.give_up_at) == ("a1", "+447700900123", at(30))
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
        assert (story.owes(), story.index()) == ({}, {("number-hour", "tel:1 2017-06-01T12")})

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

    @pytest.mark.parametrize(("taken", "rings"), [(29, True), (30, False)])
    def test_no_more_lines_ring_than_there_are(self, opened: Opened, at: At, taken: int, rings: bool) -> None:
        story = start(opened(), at(0), lines_taken=taken)
        story.then_says(AttemptStarted if rings else AttemptDeferred)
        if not rings:
            assert (said(story, AttemptDeferred).due, said(story, AttemptDeferred).reason) == (at(15), "all 30 lines are taken")
            assert story.owes()["attempt"] == at(15)
            start(story, at(14)).then()
            start(story, at(15)).then_says(AttemptStarted)

    @pytest.mark.parametrize(("waiting", "risk", "again"), [(29, False, 15), (30, False, 30), (300, False, 165), (300, True, 15)])
    def test_the_more_wait_for_a_line_the_later_each_looks_again_but_not_where_the_risk_is_high(
        self, opened: Opened, at: At, waiting: int, risk: bool, again: int
    ) -> None:
        story = start(opened(markers=(Marker.VULNERABLE,) if risk else ()), at(0), lines_taken=30, waiting=waiting)
        assert said(story, AttemptDeferred).due == at(again)
        assert LINE_WANTED in story.index()

    def test_one_number_is_not_rung_for_ever(self, opened: Opened, at: At) -> None:
        lately = tuple(at(-3601 + 300 * n) for n in range(13))
        story = start(opened(), at(0), rung_at=lately).then_says(AttemptDeferred)
        assert said(story, AttemptDeferred).due == lately[1] + timedelta(hours=1)
        assert said(story, AttemptDeferred).reason == "the number was rung 12 times within the hour"
        start(story, said(story, AttemptDeferred).due, rung_at=lately).then_says(AttemptStarted)

    def test_a_line_is_taken_while_the_telephone_rings_or_somebody_talks(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        assert LINE_TAKEN in story.index()
        assert LINE_TAKEN in ring_out(story, at(9), Outcome.ANSWERED).index()
        assert LINE_TAKEN not in story.when(safe(1), at(60)).index()

    @pytest.mark.parametrize(
        ("unknown", "says", "due"),
        [(Then.NEXT, AttemptPlanned, 90), (Then.REPEAT, AttemptPlanned, 65), (Then.STOP, ReviewClosed, None)],
    )
    def test_the_policy_decides_what_unknown_means(self, at: At, unknown: Then, says: type, due: float | None) -> None:
        rules = replace(RULES, after={**RULES.after, Outcome.UNKNOWN: unknown})
        story: Story = Scenario(Reviews(default.load()).kind, partial(decide, rules=rules))
        opening = OpenReview(review="r", abandonment=Abandonment.IN_QUEUE, abandoned_at=at(0), number="+447700900123")
        start(story.when(opening, at(0)), at(0)).when(GiveUpWaiting(review="r"), at(45)).then_says(AttemptEnded, says)
        assert due is None or said(story, AttemptPlanned).due == at(due)
