"""How a review begins: by the abandonment itself, with all that is known at once, alone or within an episode."""

from datetime import datetime, timedelta

from contracts.callback.episodes import ReviewMerged
from contracts.callback.reviews import ReviewInformed, ReviewOpened
from contracts.envelope import Event
from services.callback.domain import turn
from services.callback.domain.commands import OpenReview
from services.callback.domain.risk import Known, assess
from services.callback.domain.rules import Rules
from services.callback.domain.weighing import assessed, of_place


def open_review(command: OpenReview, now: datetime, rules: Rules) -> list[Event]:
    """The review, what it knows at once, and whether it goes on in another one of the same caller."""
    found = assess(
        Known(
            command.abandonment,
            command.sounds,
            command.markers,
            command.earlier_calls,
            silent_repeat=command.silent_repeat,
            near=command.near,
        ),
        rules,
    )
    found = found.joined(turn.of_attempts(len(command.attempted_at)))
    if command.location is not None:
        found = found.joined(of_place(command.abandoned_at, command.location, rules))
    story: list[Event] = [_opened(command, now, rules)]
    if command.near:
        story.append(ReviewInformed(at=now, review=command.review, source="open incidents near", near=command.near))
    story.append(assessed(command.review, found, rules.version, now))
    if command.into is not None:
        reason = "the same number called before and that review is open"
        story.append(ReviewMerged(at=now, review=command.review, into=command.into, reason=reason))
    return story


def _opened(command: OpenReview, now: datetime, rules: Rules) -> ReviewOpened:
    return ReviewOpened(
        at=now,
        review=command.review,
        call=command.review,
        abandonment=command.abandonment,
        abandoned_at=command.abandoned_at,
        deadline=command.deadline or command.abandoned_at + timedelta(seconds=rules.deadline_s),
        emergency_period_ends=command.abandoned_at + timedelta(seconds=rules.emergency_period_s),
        policy=rules.version,
        number=command.number,
        number_ref=command.number_ref,
        sounds=command.sounds,
        markers=command.markers,
        location=command.location,
        earlier_calls=command.earlier_calls,
        waited_s=command.waited_s,
        harvest=command.harvest,
        attempted_at=command.attempted_at,
    )
