"""What people decide, and what a review does that has an incident or is late."""

from review_story import CLOSE, At, Opened, Story, rang_again, ring_out, said, start, state

from contracts.callback.episodes import EmergencyPeriodEnded, EpisodeJoined, LinkedIncidentEnded, ReviewReopened, SampleChecked
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    Disposition,
    Escalation,
    IncidentLinked,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    Role,
)
from contracts.contact.calls import Sound
from contracts.refusals import NotFound
from services.callback.domain.commands import (
    CheckSample,
    EndEmergencyPeriod,
    EscalateReview,
    GiveUpWaiting,
    LinkIncident,
    NoteIncidentClosed,
    NoteIncidentMerged,
    NoteIncidentReopened,
    PassDeadline,
)
from services.callback.domain.sample import drawn


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

    def test_an_incident_opened_after_the_end_opens_it_again(self, opened: Opened, at: At) -> None:
        story = (
            opened(number=None)
            .when(LinkIncident(review="r", incident="i", at=at(1)), at(1))
            .then_says(ReviewReopened, IncidentLinked)
        )
        story.when(NoteIncidentClosed(incident="i"), at(2)).then_says(ReviewClosed)


class TestTheDeadline:
    def test_a_review_past_its_deadline_is_a_supervisors_and_a_recorded_breach(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(30))
        story.when(PassDeadline(review="r"), at(3599)).then()
        story.when(PassDeadline(review="r"), at(3600)).then_says(ReviewEscalated, AttemptCancelled)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.to, escalated.breach) == (Escalation.DEADLINE, Role.SUPERVISOR, True)
        assert story.owes() == {"emergency": at(3600)}
        story.when(PassDeadline(review="r"), at(3601)).then()
        closed = said(story.when(CLOSE, at(4000)), ReviewClosed)
        assert (closed.disposition, closed.breach) == (Disposition.DECIDED_BY_SUPERVISOR, True)

    def test_after_the_deadline_nothing_ends_by_itself(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(PassDeadline(review="r"), at(3600)).when(GiveUpWaiting(review="r"), at(3601))
        story.then_says(AttemptEnded)
        story.when(rang_again(at(3700)), at(3700)).then_says(EpisodeJoined, ReviewAssessed)
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
        story.when(rang_again(at(0)), at(0)).then()
        opened().when(CLOSE, at(1)).then_says(AttemptCancelled, ReviewClosed)
        story.when(CLOSE, at(2)).then_refused("review-closed")
        story.when(EscalateReview(review="r", by="h7", reason="odd"), at(2)).then_refused("review-closed")

    def test_a_persons_word_has_a_reason_of_its_own(self, opened: Opened, at: At) -> None:
        story = opened().when(EscalateReview(review="r", by="h7", reason="odd"), at(5))
        assert said(story, ReviewEscalated).reason is Escalation.DECIDED_BY_PERSON


class TestTheSample:
    SAMPLED, NOT = "r6", "r"

    def test_the_same_review_is_drawn_everywhere(self) -> None:
        assert [drawn(f"r{n}", 10.0) for n in range(200)].count(True) == 22
        assert drawn(self.SAMPLED, 10.0)
        assert not drawn(self.NOT, 10.0)
        assert drawn(self.NOT, 100.0)
        assert not drawn(self.SAMPLED, 0.0)

    def test_a_supervisor_agrees_or_opens_it_again(self, opened: Opened, at: At) -> None:
        story = opened(review=self.SAMPLED, number=None, number_ref=None)
        assert ("sample", "2017-06-01T12:00:00.000000Z") in story.index()
        check = CheckSample(review=self.SAMPLED, by="insp-1", agreed=False, reason="the cell is a railway line")
        story.when(check, at(900)).then_says(SampleChecked, ReviewReopened, ReviewEscalated)
        assert (state(story).open, story.index() & {("sample", "2017-06-01T12:00:00.000000Z")}) == (True, set())

    def test_what_was_not_drawn_or_was_looked_at_is_refused(self, opened: Opened, at: At) -> None:
        check = CheckSample(review="r", by="insp-1", agreed=True, reason="right")
        opened(number=None).when(check, at(900)).then_refused("not-sampled")

    def test_agreement_is_recorded_once(self, opened: Opened, at: At) -> None:
        story = opened(review=self.SAMPLED, number=None, number_ref=None)
        check = CheckSample(review=self.SAMPLED, by="insp-1", agreed=True, reason="right")
        story.when(check, at(900)).then_says(SampleChecked)
        assert not state(story).open
        story.when(check, at(901)).then_refused("sample-checked")


class TestTheEmergencyPeriod:
    def test_its_end_is_on_record_for_a_review_that_is_open(self, opened: Opened, at: At) -> None:
        story = opened(sounds=(Sound.VIOLENCE,)).when(PassDeadline(review="r"), at(3600))
        assert story.owes() == {"emergency": at(3600)}
        story.when(EndEmergencyPeriod(review="r"), at(3600)).then_says(EmergencyPeriodEnded)
        assert story.owes() == {}
        story.when(EndEmergencyPeriod(review="r"), at(3601)).then()


class TestSeveralIncidents:
    def test_the_review_is_open_as_long_as_one_of_them_is(self, opened: Opened, at: At) -> None:
        story = opened(sounds=(Sound.VIOLENCE,))
        story.when(LinkIncident(review="r", incident="i", at=at(1)), at(1))
        story.when(LinkIncident(review="r", incident="j", by="h7"), at(2)).then_says(IncidentLinked)
        story.when(NoteIncidentClosed(incident="j"), at(3)).then_says(LinkedIncidentEnded)
        story.when(CLOSE, at(4)).then_refused("incident-open")
        story.when(NoteIncidentClosed(incident="i"), at(5)).then_says(ReviewClosed)

    def test_a_review_follows_its_incident_into_another_record(self, opened: Opened, at: At) -> None:
        story = opened(sounds=(Sound.VIOLENCE,)).when(LinkIncident(review="r", incident="i", at=at(1)), at(1))
        story.when(NoteIncidentMerged(incident="i", into="j"), at(2)).then_says(IncidentLinked, LinkedIncidentEnded)
        story.when(NoteIncidentClosed(incident="i"), at(3)).then()
        story.when(NoteIncidentMerged(incident="i", into="j", again=True), at(4)).then_says(IncidentLinked)
        story.when(NoteIncidentClosed(incident="j"), at(5)).then_says(LinkedIncidentEnded)
        story.when(NoteIncidentClosed(incident="i"), at(6)).then_says(ReviewClosed)

    def test_an_incident_worked_on_again_opens_its_review_again(self, opened: Opened, at: At) -> None:
        story = opened(sounds=(Sound.VIOLENCE,)).when(LinkIncident(review="r", incident="i", at=at(1)), at(1))
        story.when(NoteIncidentClosed(incident="i"), at(5)).when(NoteIncidentReopened(incident="i"), at(9))
        story.then_says(ReviewReopened, IncidentLinked, ReviewEscalated)
        story.when(CLOSE, at(10)).then_refused("incident-open")
        story.when(NoteIncidentReopened(incident="i"), at(11)).then()
        story.when(NoteIncidentClosed(incident="i"), at(12)).then_says(ReviewClosed)
