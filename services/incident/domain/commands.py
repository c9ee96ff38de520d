"""What can be asked of an incident. Policy is filled in by the use case before the incident decides."""

from dataclasses import dataclass
from datetime import datetime

from contracts.incident import Origin
from contracts.places import Location
from services.incident.domain.standard import Standard


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Open on first information. `force` None: ours. `at` None, here and below: now."""

    incident: str
    origin: Origin
    origin_id: str
    opening_code: str
    reported_at: datetime | None = None
    at: datetime | None = None
    force: str | None = None
    summary: str | None = None
    location: Location | None = None
    silent_approach: bool = False
    outside_reference: str | None = None


@dataclass(frozen=True, slots=True)
class OpenForReview:
    """A review of an abandoned call asks for somebody to go: open, grade at the top, ask for units, as one."""

    incident: str
    review: str
    at: datetime
    reasons: tuple[str, ...] = ()
    location: Location | None = None
    silent_approach: bool = False
    force: str | None = None
    standard: Standard | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """Give the first grade."""

    incident: str
    grade: str
    by: str
    reasons: tuple[str, ...] = ()
    at: datetime | None = None
    standard: Standard | None = None


@dataclass(frozen=True, slots=True)
class Regrade:
    """Change the grade, and say why."""

    incident: str
    grade: str
    by: str
    rationale: str
    at: datetime | None = None
    standard: Standard | None = None


@dataclass(frozen=True, slots=True)
class RequestResources:
    """Ask dispatch for units. `units` and `skills` None: as many, and with such skills, as the grade's policy says."""

    incident: str
    units: int | None = None
    skills: tuple[str, ...] | None = None
    at: datetime | None = None
    standard: Standard | None = None


@dataclass(frozen=True, slots=True)
class NoteOnScene:
    """Dispatch says that a unit is on scene."""

    incident: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """End the incident, with a code for how it turned out beside the code it was opened under."""

    incident: str
    closing_code: str
    reason: str
    by: str
    at: datetime | None = None


Command = OpenIncident | OpenForReview | Grade | Regrade | RequestResources | NoteOnScene | Close
