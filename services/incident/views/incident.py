"""Incidents as people read them: made from the state alone, so that what was known at an instant reads the same way."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.incident.incidents import Origin, Vulnerability
from contracts.places import Location
from services.incident.domain.incident import Incident, allowed
from services.incident.domain.record.day import spoken


class Promise(BaseModel):
    """What was promised under the grade, counted from the first report. Absent where the grade promises nothing."""

    allocate_by: datetime | None = None
    attend_by: datetime | None = None
    runs_to: Annotated[datetime | None, Field(description="The end of the one that runs; absent when nobody waits.")] = None


class IncidentView(BaseModel):
    """One incident. `allowed` names what can be asked of it now."""

    incident: str
    origin: Origin
    origin_id: str
    force: str
    opening_code: str
    closing_code: str | None = None
    opened_at: datetime
    reported_at: datetime
    closed_at: datetime | None = None
    grade: str | None = None
    policy: str | None = None
    regrades: int = 0
    promise: Promise
    units_requested: int = 0
    skills: tuple[str, ...] = ()
    silent_approach: bool = False
    location: Location | None = None
    summary: str | None = None
    outside_reference: str | None = None
    on_scene_at: datetime | None = None
    first_on_scene: str | None = None
    allowed: tuple[str, ...] = ()
    number: str | None = None
    qualifiers: tuple[str, ...] = ()
    closing_qualifiers: tuple[str, ...] = ()
    vulnerability: Vulnerability = Vulnerability.NONE_KNOWN
    suggested: str | None = None
    working: tuple[str, ...] = ()
    at_scene: tuple[str, ...] = ()
    delay: str | None = None
    reopened: int = 0
    merged_into: str | None = None


def incident(state: Incident) -> IncidentView:
    """All that is known of one incident."""
    return IncidentView(
        incident=state.incident,
        origin=state.origin,
        origin_id=state.origin_id,
        force=state.force,
        opening_code=state.opening_code,
        closing_code=state.closing_code,
        opened_at=state.opened_at,
        reported_at=state.reported_at,
        closed_at=state.closed_at,
        grade=state.grade,
        policy=state.policy,
        regrades=state.regrades,
        promise=Promise(allocate_by=state.allocate_by, attend_by=state.attend_by, runs_to=state.due),
        units_requested=state.units,
        skills=state.skills,
        silent_approach=state.silent_approach,
        location=None if state.place is None else state.place.location(),
        summary=state.summary,
        outside_reference=state.outside_reference,
        on_scene_at=state.on_scene_at,
        first_on_scene=state.first_on_scene,
        allowed=allowed(state),
        number=None if state.reference is None else spoken(state.reference),
        qualifiers=state.qualifiers,
        closing_qualifiers=state.closing_qualifiers,
        vulnerability=state.vulnerability,
        suggested=state.suggested,
        working=state.working,
        at_scene=state.at_scene,
        delay=state.delay,
        reopened=state.reopened,
        merged_into=state.merged_into,
    )
