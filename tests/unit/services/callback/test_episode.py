"""The caller calls again: several calls are one episode, and nobody is lost between two records."""

from datetime import UTC, datetime, timedelta

import pytest
from review_story import At, Opened, Story, never_reached, rang_again, ring_out, said, start, state

from chassis.testing.memory import MemoryTransaction
from contracts.callback.episodes import EpisodeJoined, ReviewMerged, ReviewReopened
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    AttemptPlanned,
    AttemptRecalled,
    AttemptStarted,
    Disposition,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    Risk,
)
from contracts.contact.calls import Abandonment, Sound
from contracts.refusals import NotFound, Refused
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import (
    CloseReview,
    EndRinging,
    EscalateReview,
    LearnNumber,
    LearnSounds,
    NoteRangAgain,
    OpenReview,
    ReopenReview,
    StartAttempt,
)
from services.callback.domain.review import Review
from services.callback.policy import default

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


class TestAnsweredInAnotherCall:
    def test_the_ring_back_is_called_off_the_wait_is_credited_and_the_review_ends(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(waited_s=12), at(0)), at(30))
        story.when(rang_again(at(60)), at(61)).then_says(EpisodeJoined, ReviewAssessed, AttemptCancelled, ReviewClosed)
        assert said(story, EpisodeJoined).credited_s == 72
        assert said(story, ReviewAssessed).risk is Risk.RAISED
        closed = said(story, ReviewClosed)
        assert closed.disposition is Disposition.CALLER_RANG_AGAIN
        assert closed.reason == "the caller rang again and was answered in call d"
        story.when(rang_again(at(60)), at(61)).then()
        start(story, at(90)).then()

    def test_a_telephone_that_rings_meanwhile_is_stopped_and_its_end_is_recorded(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(rang_again(at(5)), at(5))
        story.then_says(EpisodeJoined, ReviewAssessed, AttemptRecalled, ReviewClosed)
        assert story.owes() == {"unknown": at(45)}
        ring_out(story, at(6)).then_says(AttemptEnded)
        assert story.owes() == {}

    def test_what_people_have_already_stays_with_them_and_nothing_rings_any_more(self, opened: Opened, at: At) -> None:
        story = start(opened(earlier_calls=2), at(0))
        story.when(rang_again(at(5)), at(5)).then_says(EpisodeJoined, ReviewAssessed, AttemptRecalled)
        assert "the caller rang again and was answered in call d" in state(story).reasons
        ring_out(story, at(6)).then_says(AttemptEnded)
        assert (state(story).open, state(story).planned) == (True, None)
        story.when(rang_again(at(5)), at(7)).then()

    def test_after_an_end_without_contact_it_is_known_that_the_caller_was_heard(self, opened: Opened, at: At) -> None:
        story = never_reached(opened(), at).when(rang_again(at(400)), at(400))
        story.then_says(EpisodeJoined, ReviewReopened, ReviewAssessed, ReviewClosed)
        assert state(story).disposition is Disposition.CALLER_RANG_AGAIN

    def test_a_call_handler_says_so_for_another_number_of_the_same_person(self, opened: Opened, story: Story, at: At) -> None:
        note = NoteRangAgain(review="r", answered_call="call of her mother's telephone", by="h7")
        story.when(note, at(0)).then_refused("review-unknown", NotFound)
        opened().when(note, at(20)).then_says(EpisodeJoined, ReviewAssessed, AttemptCancelled, ReviewClosed)
        assert (said(story, EpisodeJoined).by, said(story, EpisodeJoined).at) == ("h7", at(20))

    def test_a_person_who_knows_better_opens_it_again_and_somebody_is_sent(self, opened: Opened, at: At) -> None:
        story = opened().when(rang_again(at(5)), at(5))
        again = ReopenReview(review="r", by="h7", reason="it was the partner who rang, not the caller", call="d")
        story.when(again, at(60)).then_says(ReviewReopened, ReviewEscalated, ReviewEscalated)
        assert (said(story, ReviewReopened).call, state(story).deadline) == ("d", at(3660))
        assert [step.deploy for step in state(story).escalations] == [False, True]
        assert (state(story).open, state(story).planned) == (True, None)
        story.when(again, at(61)).then_refused("review-open")

    def test_opened_again_with_rings_the_attempts_begin_anew_under_new_identities(self, opened: Opened, at: At) -> None:
        story = never_reached(opened(), at)
        story.when(ReopenReview(review="r", by="h7", reason="he is diabetic", ring=True), at(400))
        story.then_says(ReviewReopened, ReviewEscalated, AttemptPlanned)
        assert (said(story, AttemptPlanned).attempt, said(story, AttemptPlanned).due) == (4, at(400))
        never_reached(story, at, 400, 490, 700)
        assert (state(story).planned, len(state(story).attempts), state(story).open) == (None, 6, True)


class Line:
    """Several calls of one number, told to the use cases."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        self.reviews = Reviews(default.load())

    def at(self, seconds: float) -> None:
        self.tx.now = T + timedelta(seconds=seconds)

    def breaks_off(self, call: str, number_ref: str = "tel:1", kind: Abandonment = Abandonment.IN_QUEUE) -> Review:
        opening = OpenReview(
            review=call, abandonment=kind, abandoned_at=self.tx.now, number="+447700900123", number_ref=number_ref, waited_s=5
        )
        self.reviews.handle(self.tx, opening)
        return self.review(call)

    def review(self, call: str) -> Review:
        state = self.tx.load(self.reviews.kind, f"review-{call}").state
        assert state is not None
        return state

    def rings_out(self, call: str) -> None:
        for _ in range(3):
            planned = self.review(call).planned
            assert planned is not None
            self.tx.now = planned.due
            self.reviews.handle(self.tx, StartAttempt(review=call))
            attempt_id = self.review(call).attempts[-1].attempt_id or ""
            ended = EndRinging(review=call, attempt_id=attempt_id, outcome=Outcome.RANG_OUT, at=self.tx.now)
            self.reviews.handle(self.tx, ended)


@pytest.fixture
def line() -> Line:
    return Line()


class TestBrokenOffAgain:
    def test_one_review_rings_and_the_other_goes_on_in_it(self, line: Line) -> None:
        line.breaks_off("a")
        line.at(60)
        merged = line.breaks_off("b")
        assert (merged.merged_into, merged.attempts, merged.open) == ("a", (), True)
        lead = line.review("a")
        assert [(one.call, one.answered, one.credited_s) for one in lead.joined] == [("b", False, 65)]
        assert lead.risk is Risk.RAISED
        assert [event.review for event in line.tx.said(AttemptPlanned)] == ["a"]

    def test_what_the_later_call_brings_shuts_the_gate_of_the_episode(self, line: Line) -> None:
        line.breaks_off("a")
        line.breaks_off("b")
        line.reviews.handle(line.tx, LearnSounds(review="b", sounds=(Sound.VIOLENCE,)))
        assert not line.review("a").gate_open
        assert [(event.review, event.silent_approach) for event in line.tx.said(ReviewEscalated)] == [("a", True)]
        line.reviews.handle(line.tx, StartAttempt(review="a"))
        assert line.tx.said(AttemptStarted) == []

    def test_the_episode_ends_with_the_review_that_leads_it(self, line: Line) -> None:
        line.breaks_off("a")
        line.breaks_off("b")
        line.reviews.handle(line.tx, NoteRangAgain(review="b", answered_call="c", at=line.tx.now))
        closed = {event.review: event.disposition for event in line.tx.said(ReviewClosed)}
        assert closed == {"a": Disposition.CALLER_RANG_AGAIN, "b": Disposition.ONE_EPISODE}

    def test_people_decide_on_the_review_that_leads(self, line: Line) -> None:
        line.breaks_off("a")
        line.breaks_off("b")
        for asked in (CloseReview(review="b", by="s", reason="x"), EscalateReview(review="b", by="s", reason="x")):
            with pytest.raises(Refused, match="review a") as refused:
                line.reviews.handle(line.tx, asked)
            assert refused.value.code == "review-merged"

    def test_a_new_call_opens_a_review_again_that_ended_without_contact(self, line: Line) -> None:
        line.breaks_off("a")
        line.rings_out("a")
        assert line.review("a").disposition is Disposition.NO_CONTACT_NO_RISK
        line.at(900)
        line.breaks_off("b")
        [reopened] = line.tx.said(ReviewReopened)
        assert (reopened.review, reopened.call) == ("a", "b")
        assert [event.into for event in line.tx.said(ReviewMerged)] == ["a"]
        lead = line.review("a")
        assert (lead.open, lead.risk, lead.deadline) == (True, Risk.RAISED, T + timedelta(seconds=4500))
        assert lead.planned is not None

    def test_the_call_in_which_the_caller_was_answered_breaks_off_too_and_is_rung_back(self, line: Line) -> None:
        line.breaks_off("a")
        line.at(60)
        line.reviews.handle(line.tx, NoteRangAgain(review="a", answered_call="b", at=line.tx.now))
        assert line.review("a").disposition is Disposition.CALLER_RANG_AGAIN
        line.at(90)
        assert line.breaks_off("b", kind=Abandonment.LOST_AFTER_ANSWER).merged_into == "a"
        lead = line.review("a")
        assert lead.open and lead.planned is not None
        assert [(one.call, one.answered) for one in lead.joined] == [("b", False)]
        assert "the number called again and broke off in call b" in lead.reasons
        line.reviews.handle(line.tx, StartAttempt(review="a"))
        assert len(line.tx.said(AttemptStarted)) == 1
        line.reviews.handle(line.tx, NoteRangAgain(review="a", answered_call="b", at=line.tx.now))
        assert line.review("a").open, "told again, it is nothing new"

    def test_people_who_have_it_learn_that_the_answered_call_broke_off(self, line: Line) -> None:
        line.breaks_off("a")
        line.reviews.handle(line.tx, EscalateReview(review="a", by="s", reason="x"))
        line.reviews.handle(line.tx, NoteRangAgain(review="a", answered_call="b", at=line.tx.now))
        line.breaks_off("b", kind=Abandonment.LOST_AFTER_ANSWER)
        assert "the number called again and broke off in call b" in line.review("a").reasons
        assert [(one.call, one.answered) for one in line.review("a").joined] == [("b", False)]

    def test_a_call_long_after_stands_for_itself(self, line: Line) -> None:
        line.breaks_off("a")
        line.rings_out("a")
        line.at(2 * 3600)
        assert line.breaks_off("b").merged_into is None

    def test_another_number_is_another_episode(self, line: Line) -> None:
        line.breaks_off("a")
        assert line.breaks_off("b", "tel:2").merged_into is None

    def test_two_silent_calls_within_ten_minutes_send_somebody(self, line: Line) -> None:
        line.breaks_off("a", kind=Abandonment.SILENT_AFTER_ANSWER)
        line.at(590)
        line.breaks_off("b", kind=Abandonment.SILENT_AFTER_ANSWER)
        assert line.review("a").risk is Risk.HIGH
        assert [event.review for event in line.tx.said(ReviewEscalated) if event.deploy] == ["a"]

    def test_a_call_whose_number_is_learned_later_joins_the_episode(self, line: Line) -> None:
        line.breaks_off("a")
        hidden = OpenReview(review="b", abandonment=Abandonment.IN_QUEUE, abandoned_at=line.tx.now)
        line.reviews.handle(line.tx, hidden)
        learned = LearnNumber(review="b", number="+447700900123", number_ref="tel:1", source="operator")
        line.reviews.handle(line.tx, learned)
        assert (line.review("b").merged_into, line.review("b").attempts) == ("a", ())
        assert [other.call for other in line.review("a").joined] == ["b"]
