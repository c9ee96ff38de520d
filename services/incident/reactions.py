"""What the incident service does about what others say; pure, and never refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.callback.reviews import AttemptCancelled, AttemptEnded, AttemptPlanned, AttemptStarted, Outcome, ReviewEscalated
from contracts.dispatch.deployment import AssignmentEnded, EmergencyPressed, Status, UnitAssigned, UnitStatusReported
from contracts.envelope import Envelope, Event
from contracts.places import Location, LocationSource
from services.incident.domain.commands import (
    Command,
    NoteAllocated,
    NoteCallBack,
    NoteLeft,
    NoteOnScene,
    OpenForEmergency,
    OpenForReview,
)
from services.incident.domain.incident import of_press, of_review


def react(heard: Envelope[Event]) -> Sequence[Command]:
    """A review that wants somebody to go, or a pressed button, opens an incident; units and rings back are noted.

    That every unit has left closes nothing: a person, or the control room whose incident it is, does that.
    """
    step = _STEPS.get(type(heard.event))
    return () if step is None else step(heard.event)


def _on_status(event: UnitStatusReported) -> Sequence[Command]:
    if event.status is not Status.AT_SCENE or event.incident is None:
        return ()
    return (NoteOnScene(event.incident, event.unit, event.at),)


def _on_escalated(event: ReviewEscalated) -> Sequence[Command]:
    if not event.deploy:
        return ()
    return (
        OpenForReview(
            incident=of_review(event.review),
            review=event.review,
            at=event.at,
            reasons=event.reasons or (event.reason.value,),
            location=event.location,
            silent_approach=event.silent_approach,
        ),
    )


def _on_pressed(event: EmergencyPressed) -> Sequence[Command]:
    """Where the officer is, by the radio: an estimate like any other."""
    where = None if event.point is None else Location(source=LocationSource.HANDSET, point=event.point)
    return (OpenForEmergency(event.incident or of_press(event.press), event.press, event.unit, event.at, where),)


def _on_attempt(pending: bool, event: Any) -> Sequence[Command]:
    return (NoteCallBack(of_review(event.review), event.review, event.attempt, pending, event.at),)


def _on_ended(event: AttemptEnded) -> Sequence[Command]:
    """While somebody is being spoken to, it is not over."""
    return _on_attempt(event.outcome is Outcome.ANSWERED, event)


_STEPS: Mapping[type[Event], Callable[[Any], Sequence[Command]]] = {
    UnitStatusReported: _on_status,
    UnitAssigned: lambda event: (NoteAllocated(event.incident, event.unit, event.at),),
    AssignmentEnded: lambda event: (NoteLeft(event.incident, event.unit, event.reached, event.at),),
    EmergencyPressed: _on_pressed,
    ReviewEscalated: _on_escalated,
    AttemptPlanned: lambda event: _on_attempt(True, event),
    AttemptStarted: lambda event: _on_attempt(True, event),
    AttemptEnded: _on_ended,
    AttemptCancelled: lambda event: _on_attempt(False, event),
}

HEEDS: frozenset[type[Event]] = frozenset(_STEPS)
"""What `react` answers to; everything else passes by."""
