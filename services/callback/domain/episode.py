"""Several calls of one caller are one episode: one review of them rings, the others go on in it, and the wait is credited."""

from datetime import datetime

from contracts.callback.episodes import EpisodeJoined
from contracts.callback.reviews import Disposition, LocationLearned, Risk
from contracts.envelope import Event
from services.callback.domain.commands import CloseMerged, LearnFromEpisode, NoteRangAgain
from services.callback.domain.course import closing, reopening, silenced
from services.callback.domain.evolve import after
from services.callback.domain.learning import informed
from services.callback.domain.place import told
from services.callback.domain.review import Review
from services.callback.domain.risk import Assessment
from services.callback.domain.rules import Rules
from services.callback.domain.weighing import weigh


def reopens(review: Review, now: datetime, rules: Rules) -> bool:
    """Whether a new call of the number opens this review again: it ended lately, and without a word of the caller's own."""
    if review.closed_at is None or review.disposition not in rules.reopens:
        return False
    return now - review.closed_at <= rules.reopen_within


def rang_again(review: Review, command: NoteRangAgain, now: datetime, rules: Rules) -> list[Event]:
    """The caller was answered in another call, and the episode goes on there: nothing rings any more and the review ends,
    unless people have it already. Then the repeat is weighed and it stays theirs.
    """
    if any(other.call == command.answered_call for other in review.joined):
        return []
    joined = _joined(review, command.answered_call, command.at or now, answered=True, by=command.by)
    reason = f"the caller rang again and was answered in call {command.answered_call}"
    policy = f"policy {review.policy}"
    ended = closing(review, now, Disposition.CALLER_RANG_AGAIN, reason, policy, rules)
    story: list[Event] = [joined]
    if not review.open:
        if review.disposition is not Disposition.NO_CONTACT_NO_RISK or not reopens(review, now, rules):
            return story
        story.append(reopening(review, now, command.answered_call, reason, policy, rules, rings=False))
    story += weigh(after(review, story) or review, Assessment(Risk.RAISED, (reason,), True), now, rules)
    if review.with_people:
        return story
    return [*story, *silenced(review, now, "the caller rang again"), ended]


def learn_from_episode(review: Review, command: LearnFromEpisode, now: datetime, rules: Rules) -> list[Event]:
    """Another broken call of the same caller: what it knows counts here, and that it came at all raises the risk.

    Also a call that had been answered, which is why this review had ended: it is over without a word, and the caller is rung.
    """
    story: list[Event] = []
    found = Assessment(command.risk, command.reasons, command.gate_open)
    if command.joins:
        story.append(_joined(review, command.call, now, answered=False))
        reason = f"the number called again and broke off in call {command.call}"
        if not review.open:
            story.append(reopening(review, now, command.call, reason, f"policy {review.policy}", rules))
        found = found.joined(Assessment(Risk.RAISED, (reason,), True))
    story += informed(review, f"call {command.call} of the same caller", now, sounds=command.sounds, markers=command.markers)
    story += [
        LocationLearned(at=place.at, review=review.review, location=told(place))
        for place in command.places
        if place not in review.places
    ]
    return [*story, *weigh(after(review, story) or review, found, now, rules)]


def shared(review: Review, *, joins: bool) -> LearnFromEpisode:
    """What a review that goes on in another one tells it."""
    assert review.merged_into is not None
    return LearnFromEpisode(
        review=review.merged_into,
        call=review.review,
        risk=review.risk,
        reasons=review.reasons,
        gate_open=review.gate_open,
        sounds=review.sounds,
        markers=review.markers,
        places=review.places,
        joins=joins,
    )


def close_merged(review: Review, command: CloseMerged, now: datetime, rules: Rules) -> list[Event]:
    """The episode is over, and so is each of its reviews."""
    if not review.open or review.merged_into != command.into:
        return []
    reason = f"one episode with review {command.into}: {command.reason}"
    return [closing(review, now, Disposition.ONE_EPISODE, reason, f"policy {review.policy}", rules)]


def _joined(review: Review, call: str, at: datetime, *, answered: bool, by: str | None = None) -> EpisodeJoined:
    """The wait counts from the first call on: a caller who comes back keeps the place."""
    credited_s = max(0.0, review.waited_s + (at - review.abandoned_at).total_seconds())
    return EpisodeJoined(at=at, review=review.review, call=call, answered=answered, credited_s=credited_s, by=by)
