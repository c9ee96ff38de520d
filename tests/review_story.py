"""The words in which tests tell the story of one review: what rings, what comes of it, and what was said last."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.testing.scenario import Scenario
from contracts.callback.reviews import Outcome, Speaker
from contracts.contact.calls import Abandonment
from contracts.places import Location, LocationSource, Point
from services.callback.domain.commands import CloseReview, EndRinging, NoteRangAgain, RecordOutcome, StartAttempt
from services.callback.domain.review import Review

Story = Scenario[Review]
Opened = Callable[..., Story]
At = Callable[[float], datetime]

FIX = Location(source=LocationSource.HANDSET, point=Point(latitude=51.3, longitude=0.9), radius_m=30)
CELL = Location(source=LocationSource.CELL, point=Point(latitude=51.3, longitude=0.9), radius_m=9000)
CLOSE = CloseReview(review="r", by="insp-1", reason="looked into")
SILENT = Abandonment.SILENT_AFTER_ANSWER


def start(story: Story, now: datetime, **known: Any) -> Story:
    """The planned attempt is due."""
    attempt_id = f"a{len(state(story).attempts)}"
    return story.when(StartAttempt(review="r", attempt_id=attempt_id, **known), now)


def ring_out(story: Story, now: datetime, outcome: Outcome = Outcome.RANG_OUT) -> Story:
    """The telephone says how the last attempt ended."""
    attempt_id = f"a{len(state(story).attempts)}"
    return story.when(EndRinging(review="r", attempt_id=attempt_id, outcome=outcome, at=now), now)


def never_reached(story: Story, at: At, *dues: float) -> Story:
    """Every attempt rings out."""
    for due in dues or (0, 90, 300):
        ring_out(start(story, at(due)), at(due + 30))
    return story


def record(attempt: int, outcome: Outcome, **said: Any) -> RecordOutcome:
    """A call handler's word on an attempt."""
    return RecordOutcome(review="r", attempt=attempt, outcome=outcome, **said)


def safe(attempt: int) -> RecordOutcome:
    """With all the proof that safe needs."""
    proof = {"spoke_to": "the caller", "verified_by": "date of birth", "free_to_talk": True, "speaker": Speaker.CALLER}
    return record(attempt, Outcome.SAFE, **proof)


def rang_again(at: datetime, call: str = "d") -> NoteRangAgain:
    """The caller was answered in another call."""
    return NoteRangAgain(review="r", answered_call=call, at=at)


def state(story: Story) -> Review:
    """The review as it stands."""
    assert story.state is not None
    return story.state


def said(story: Story, kind: type) -> Any:
    """The one event of this type that was decided last."""
    [event] = [event for event in story.decided if isinstance(event, kind)]
    return event
