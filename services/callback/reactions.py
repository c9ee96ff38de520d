"""What callback does about what it hears: an abandoned 999 call opens its review, and later facts find it."""

from collections.abc import Sequence

from chassis.host import Timer
from contracts.contact import AttemptsHarvested, CallAbandoned, CallerRangAgain, Line, LocationEstimated, MarkerPlaced
from contracts.envelope import Envelope, Event
from contracts.incident import IncidentClosed, IncidentOpened, Origin
from services.callback.domain.commands import (
    GiveUpWaiting,
    LearnLocation,
    LearnMarker,
    LinkIncident,
    NoteIncidentClosed,
    NoteRangAgain,
    OpenReview,
    PassDeadline,
    StartAttempt,
)
from services.callback.domain.decide import Command as ReviewCommand
from services.callback.domain.turn import LearnAttempts

Command = ReviewCommand | LearnAttempts

HEEDS: frozenset[type[Event]] = frozenset(
    {CallAbandoned, AttemptsHarvested, CallerRangAgain, LocationEstimated, MarkerPlaced, IncidentOpened, IncidentClosed}
)
"""What `react` answers to."""


def react(heard: Envelope[Event]) -> Sequence[Command]:
    """The commands that follow from an event of another service; a marker that is lifted never opens a gate again."""
    event = heard.event
    match event:
        case CallAbandoned():
            return _abandoned(event)
        case AttemptsHarvested():
            return (LearnAttempts(review=event.call, attempted_at=event.attempted_at),)
        case CallerRangAgain():
            return (NoteRangAgain(review=event.call, answered_call=event.answered_call),)
        case LocationEstimated():
            return (LearnLocation(review=event.call, at=event.at, location=event.location),)
        case MarkerPlaced():
            return (LearnMarker(number_ref=event.number_ref, marker=event.marker),)
        case IncidentOpened(origin=Origin.REVIEW):
            return (LinkIncident(review=event.origin_id, incident=event.incident, at=event.at),)
        case IncidentClosed():
            return (NoteIncidentClosed(incident=event.incident),)
        case _:
            return ()


def _abandoned(event: CallAbandoned) -> Sequence[Command]:
    """Automatic call-back is a property of 999: 101 needs the caller's consent (DOMAIN section 1)."""
    if event.line is not Line.EMERGENCY:
        return ()
    return (
        OpenReview(
            review=event.call,
            abandonment=event.abandonment,
            abandoned_at=event.at,
            number=event.number,
            number_ref=event.number_ref,
            sounds=event.sounds,
            markers=event.markers,
            location=event.location,
            earlier_calls=event.earlier_calls,
            harvest=event.harvest,
            attempted_at=event.attempted_at,
        ),
    )


def on_timer(timer: Timer) -> Command:
    """The command of a timer of a review; LookupError for a name no review owes."""
    review = timer.stream.removeprefix("review-")
    match timer.name:
        case "attempt":
            return StartAttempt(review=review)
        case "unknown":
            return GiveUpWaiting(review=review)
        case "deadline":
            return PassDeadline(review=review)
        case _:
            raise LookupError(f"a review owes no timer {timer.name!r}")
