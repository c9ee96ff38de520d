"""Calls that nobody reviews, as people read them: who rang, and from where, though everything else may be out of reach."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.places import Location
from services.incident.domain.backlog.unreviewed import Abandoned
from services.incident.domain.incident import of_review


class UnreviewedView(BaseModel):
    """An abandoned call there was an alarm about. With `reviewed_at` or `explained_by` the alarm is over; it stays on record."""

    call: Annotated[str, Field(description="As contact knows it: `GET /calls/{call}/screen` there has everything.")]
    incident: Annotated[str, Field(description="Its ladder stands under this id, and so does the incident, once one is opened.")]
    broke_off_at: datetime | None
    unreviewed_since: datetime | None
    abandonment: Abandonment | None
    number: str | None
    location: Location | None
    sounds: tuple[Sound, ...]
    markers: tuple[Marker, ...]
    reviewed_at: datetime | None
    explained_by: str | None
    explanation: str | None


def unreviewed(state: Abandoned) -> UnreviewedView:
    """All that is known of it here."""
    return UnreviewedView(
        call=state.call,
        incident=of_review(state.call),
        broke_off_at=state.broke_off_at,
        unreviewed_since=state.unreviewed_since,
        abandonment=state.abandonment,
        number=state.number,
        location=None if state.place is None else state.place.location(),
        sounds=state.sounds,
        markers=state.markers,
        reviewed_at=state.reviewed_at,
        explained_by=state.explained_by,
        explanation=state.explanation,
    )
