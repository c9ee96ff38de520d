"""What callback does about what it hears: an abandoned 999 call opens its review, and later facts find it."""

from collections.abc import Sequence

from contracts.contact.calls import (
    CallAbandoned,
    CallerMatched,
    CallerRangAgain,
    Line,
    LocationEstimated,
    MarkerLifted,
    MarkerPlaced,
    NumberLearned,
    SoundsHeard,
)
from contracts.contact.contacts import ContactReceived
from contracts.contact.harvest import AttemptsHarvested
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import (
    IncidentClosed,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentUnmerged,
    Origin,
)
from contracts.incident.unreviewed import ReviewSeen
from services.callback.domain.commands import (
    ForgetMarker,
    LearnCaller,
    LearnLocation,
    LearnMarker,
    LearnNumber,
    LearnSounds,
    LinkIncident,
    NoteIncidentClosed,
    NoteIncidentMerged,
    NoteIncidentReopened,
    NoteRangAgain,
    NoteScene,
    OpenReview,
)
from services.callback.domain.decide import Command
from services.callback.domain.turn import LearnAttempts
from services.callback.texts.message import LearnContact

Heard = Command | ForgetMarker | NoteScene | LearnAttempts | LearnContact

HEEDS: frozenset[type[Event]] = frozenset(
    {
        AttemptsHarvested,
        CallAbandoned,
        ContactReceived,
        CallerMatched,
        CallerRangAgain,
        LocationEstimated,
        MarkerLifted,
        MarkerPlaced,
        NumberLearned,
        SoundsHeard,
        IncidentOpened,
        IncidentClosed,
        IncidentReopened,
        IncidentMerged,
        IncidentUnmerged,
        ReviewSeen,
    }
)
"""What `react` answers to."""


def react(heard: Envelope[Event]) -> Sequence[Heard]:
    """The commands that follow from an event of another service."""
    event = heard.event
    match event:
        case CallAbandoned():
            return _abandoned(event)
        case AttemptsHarvested():
            return (LearnAttempts(review=event.call, attempted_at=event.attempted_at),)
        case ContactReceived() if event.number_ref is not None:
            return (LearnContact(number_ref=event.number_ref, contact=event.contact, at=event.at),)
        case CallerRangAgain():
            return (NoteRangAgain(review=event.call, answered_call=event.answered_call, at=event.at),)
        case LocationEstimated():
            return (LearnLocation(review=event.call, at=event.at, location=event.location),)
        case SoundsHeard():
            return (LearnSounds(review=event.call, sounds=event.sounds),)
        case NumberLearned():
            return (LearnNumber(review=event.call, number=event.number, number_ref=event.number_ref, source=event.source),)
        case CallerMatched():
            return (
                LearnCaller(
                    review=event.call, markers=event.markers, earlier_contacts=event.earlier_contacts, reasons=event.reasons
                ),
            )
        case MarkerPlaced():
            return (LearnMarker(number_ref=event.number_ref, marker=event.marker),)
        case MarkerLifted():
            return (ForgetMarker(number_ref=event.number_ref, marker=event.marker),)
        case _:
            return _of_incident(event)


def _of_incident(event: Event) -> Sequence[Heard]:
    """An incident opened for a review is linked to it; the place of any other is kept in mind as long as it is open."""
    match event:
        case IncidentOpened(origin=Origin.REVIEW):
            return (LinkIncident(review=event.origin_id, incident=event.incident, at=event.at),)
        case IncidentOpened() if event.location is not None and event.location.point is not None:
            location, code = event.location, event.opening_code
            return (NoteScene(incident=event.incident, at=event.reported_at, location=location, opening_code=code),)
        case ReviewSeen() if event.incident is not None:  # it was opened while nobody reviewed the call
            return (LinkIncident(review=event.call, incident=event.incident, at=event.at),)
        case IncidentClosed():
            return (NoteIncidentClosed(incident=event.incident),)
        case IncidentMerged():
            return (NoteIncidentMerged(incident=event.incident, into=event.into),)
        case IncidentUnmerged():
            return (NoteIncidentMerged(incident=event.incident, into=event.into, again=True),)
        case IncidentReopened():
            return (NoteIncidentReopened(incident=event.incident),)
        case _:
            return ()


def _abandoned(event: CallAbandoned) -> Sequence[Heard]:
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
            waited_s=event.waited_s,
            harvest=event.harvest,
            attempted_at=event.attempted_at,
        ),
    )
