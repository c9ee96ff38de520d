"""What can be asked of an incident. Policy is filled in by the use case before the incident decides."""

from dataclasses import dataclass
from datetime import datetime

from contracts.incident.incidents import Danger, Origin, Vulnerability
from contracts.places import Location
from services.incident.domain.standard import Standard


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may promise less, and how near the end of a promise that is reported; filled in from policy."""

    roles: tuple[str, ...]
    near_breach_min: int


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
    qualifiers: tuple[str, ...] = ()
    rural: bool = False
    reference: str | None = None
    cells: tuple[str, ...] = ()


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
    reference: str | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenForEmergency:
    """An officer pressed the emergency button: open, or take the incident the officer works for, at the top grade, at once."""

    incident: str
    press: str
    unit: str
    at: datetime
    location: Location | None = None
    force: str | None = None
    standard: Standard | None = None
    reference: str | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """Give the first grade."""

    incident: str
    grade: str
    by: str
    reasons: tuple[str, ...] = ()
    at: datetime | None = None
    standard: Standard | None = None
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class Regrade:
    """Change the grade, and say why. To promise less needs one of the roles, and information that was not known before."""

    incident: str
    grade: str
    by: str
    rationale: str
    at: datetime | None = None
    standard: Standard | None = None
    new_information: str | None = None
    roles: tuple[str, ...] = ()
    authority: Authority | None = None
    suggested: str | None = None


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
class NoteAllocated:
    """Dispatch says that a unit was sent."""

    incident: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteLeft:
    """Dispatch says that a unit no longer works for it: cleared, stood down, diverted."""

    incident: str
    unit: str
    reached: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteCallBack:
    """Callback says that a ring back to the caller is planned or going on, or is over."""

    incident: str
    review: str
    attempt: int
    pending: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteDanger:
    """A timer: nobody was sent, or nobody came, in time. `at` is the instant that was promised."""

    incident: str
    danger: Danger


@dataclass(frozen=True, slots=True)
class NoteVulnerability:
    """Somebody says how vulnerable those concerned are."""

    incident: str
    level: Vulnerability
    reasons: tuple[str, ...]
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordDelay:
    """Say by a code why nobody could be sent yet."""

    incident: str
    code: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AdvancePromise:
    """An earlier report of the same thing is known: the clocks count from that one."""

    incident: str
    reported_at: datetime
    because: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """End the incident, with a code for how it turned out beside the code it was opened under.

    `welfare` says how it was established that all are well, where no unit got there; `holds` are the reasons why it must stay
    open, filled in by the use case.
    """

    incident: str
    closing_code: str
    reason: str
    by: str
    at: datetime | None = None
    qualifiers: tuple[str, ...] = ()
    welfare: str | None = None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopen:
    """Go on with a closed incident; its clocks are those of the first report."""

    incident: str
    reason: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkMerged:
    """Work on this record under another one from now on."""

    incident: str
    into: str
    reason: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkUnmerged:
    """Let a merged record stand on its own again."""

    incident: str
    reason: str
    by: str
    at: datetime | None = None


Command = (
    OpenIncident
    | OpenForReview
    | OpenForEmergency
    | Grade
    | Regrade
    | RequestResources
    | NoteOnScene
    | NoteAllocated
    | NoteLeft
    | NoteCallBack
    | NoteDanger
    | NoteVulnerability
    | RecordDelay
    | AdvancePromise
    | Close
    | Reopen
    | MarkMerged
    | MarkUnmerged
)
