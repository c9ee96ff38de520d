"""Who answers: safe needs proof, duress sends somebody silently, and a silence is unknown."""

import pytest
from review_story import At, Opened, rang_again, record, ring_out, safe, said, start, state

from contracts.callback.episodes import ReviewReopened
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    AttemptPlanned,
    Disposition,
    Escalation,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    Speaker,
)
from contracts.contact.calls import Sound
from contracts.refusals import Invalid
from services.callback.domain.commands import (
    EndRinging,
    GiveUpWaiting,
)


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
        story = start(opened(), at(0)).when(rang_again(at(5)), at(5))
        assert state(story).disposition is Disposition.CALLER_RANG_AGAIN
        story.when(record(1, Outcome.UNDER_DURESS), at(40))
        story.then_says(AttemptEnded, ReviewReopened, ReviewAssessed, ReviewEscalated)
        assert said(story, ReviewEscalated).silent_approach
        assert (state(story).open, state(story).deadline) == (True, at(3640))

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

    @pytest.mark.parametrize("speaker", [Speaker.SOMEBODY_ELSE, None])
    def test_nobody_but_the_caller_can_say_that_the_caller_is_safe(self, opened: Opened, at: At, speaker: Speaker | None) -> None:
        story = ring_out(start(opened(), at(0)), at(10), Outcome.ANSWERED)
        proof = {"spoke_to": "the partner", "verified_by": "the name", "free_to_talk": True, "speaker": speaker}
        story.when(record(1, Outcome.SAFE, **proof), at(60)).then_refused("safe-needs-the-caller", Invalid)
        assert state(story).open
