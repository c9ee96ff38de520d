"""What the incident service does about what others say; pure, and never refused."""

from collections.abc import Sequence
from typing import NoReturn

from chassis.host import Timer
from contracts.callback import ReviewEscalated
from contracts.dispatch import Status, UnitStatusReported
from contracts.envelope import Envelope, Event
from services.incident.domain.commands import Command, NoteOnScene, OpenForReview
from services.incident.domain.incident import of_review

HEEDS: frozenset[type[Event]] = frozenset({UnitStatusReported, ReviewEscalated})
"""What `react` answers to; everything else passes by."""


def react(heard: Envelope[Event]) -> Sequence[Command]:
    """A review that wants somebody to go opens an incident; the first unit on scene is noted.

    That every unit has left closes nothing: a person, or the control room whose incident it is, does that.
    """
    event = heard.event
    if isinstance(event, UnitStatusReported):
        return _on_status(event)
    if isinstance(event, ReviewEscalated) and event.deploy:
        return (_for_review(event),)
    return ()


def _on_status(event: UnitStatusReported) -> Sequence[Command]:
    if event.status is not Status.AT_SCENE or event.incident is None:
        return ()
    return (NoteOnScene(event.incident, event.unit, event.at),)


def _for_review(event: ReviewEscalated) -> OpenForReview:
    return OpenForReview(
        incident=of_review(event.review),
        review=event.review,
        at=event.at,
        reasons=event.reasons or (event.reason.value,),
        location=event.location,
        silent_approach=event.silent_approach,
    )


def on_timer(timer: Timer) -> NoReturn:
    """An incident owes no timer yet: one that fires was not set here."""
    raise LookupError(f"an incident owes no timer {timer.name!r}")
