"""What follows when an answered call ends: the handler's word is awaited, or, where no handler was there, the next attempt."""

from datetime import datetime

from review_story import At, Opened, Story, ring_out, said, start, state

from contracts.callback.answered_calls import AttemptHungUp, HungUp
from contracts.callback.reviews import AttemptEnded, AttemptPlanned, Outcome, ReviewClosed
from services.callback.domain.commands import EndRinging, NoteHangUp, RecordOutcome
from services.callback.domain.review import LINE_TAKEN


def answered(opened: Opened, at: At) -> Story:
    return ring_out(start(opened(), at(0)), at(8), Outcome.ANSWERED)


def hang_up(story: Story, now: datetime, joined: str | None = None, attempt_id: str = "a1") -> Story:
    ended = NoteHangUp(review="r", attempt_id=attempt_id, by=HungUp.CALLER, at=now, joined=joined, joined_at=joined and now)
    return story.when(ended, now)


class TestAnsweredCalls:
    def test_the_handlers_word_is_awaited_when_a_handler_was_joined(self, opened: Opened, at: At) -> None:
        story = hang_up(answered(opened, at), at(60), "sip:desk@1")
        story.then_says(AttemptHungUp)
        assert said(story, AttemptHungUp).joined == "sip:desk@1"
        assert state(story).attempts[0].talking
        assert story.owes()["unknown"] == at(608)
        word = RecordOutcome(review="r", attempt=1, outcome=Outcome.NOT_THE_CALLER)
        story.when(word, at(90)).then_says(AttemptEnded, AttemptPlanned)

    def test_the_line_is_free_again_once_the_call_has_ended(self, opened: Opened, at: At) -> None:
        story = answered(opened, at)
        assert LINE_TAKEN in story.index()
        assert LINE_TAKEN not in hang_up(story, at(60), "sip:desk@1").index()

    def test_the_next_attempt_follows_when_nobody_was_joined(self, opened: Opened, at: At) -> None:
        story = hang_up(answered(opened, at), at(20))
        story.then_says(AttemptHungUp, AttemptPlanned)
        assert said(story, AttemptPlanned).due == at(90)
        assert state(story).attempts[0].outcome is Outcome.ANSWERED, "that somebody answered stays on record"

    def test_the_end_is_noted_once_and_only_of_an_answered_call(self, opened: Opened, at: At) -> None:
        hang_up(start(opened(), at(0)), at(5)).then()
        story = hang_up(answered(opened, at), at(20), "sip:desk@1")
        hang_up(story, at(21)).then()
        hang_up(story, at(21), attempt_id="another").then()

    def test_the_networks_own_words_are_kept(self, opened: Opened, at: At) -> None:
        said_so = EndRinging(review="r", attempt_id="a1", outcome=Outcome.RANG_OUT, at=at(9), final="480", q850=20)
        story = start(opened(), at(0)).when(said_so, at(9))
        ended = said(story, AttemptEnded)
        assert (ended.final, ended.q850) == ("480", 20)
        assert (state(story).attempts[0].final, state(story).attempts[0].q850) == ("480", 20)

    def test_a_number_that_was_changed_is_not_dialled_again(self, opened: Opened, at: At) -> None:
        ring_out(start(opened(), at(0)), at(2), Outcome.NUMBER_CHANGED).then_says(AttemptEnded, ReviewClosed)

    def test_a_call_that_was_cancelled_elsewhere_is_made_again(self, opened: Opened, at: At) -> None:
        ring_out(start(opened(), at(0)), at(2), Outcome.CANCELLED_ELSEWHERE).then_says(AttemptEnded, AttemptPlanned)
