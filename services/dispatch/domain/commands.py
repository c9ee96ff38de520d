"""What can be asked of a unit, of a job, and of both at once. `at` None: now. `outside`: another control room reports it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.dispatch import Release, Status
from contracts.places import Location, Point


@dataclass(frozen=True, slots=True)
class BookOn:
    """A unit begins a tour of duty under its callsign."""

    callsign: str
    skills: tuple[str, ...] = ()
    crew: int = 2
    point: Point | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """A status, with the device's own time. `incident` None: the one the unit is on."""

    unit: str
    status: Status
    source: str
    at: datetime | None = None
    incident: str | None = None
    point: Point | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class BookOff:
    """The tour of duty ends."""

    unit: str
    at: datetime | None = None
    outside: bool = False


UnitCommand = BookOn | ReportStatus | BookOff


@dataclass(frozen=True, slots=True)
class RequestJob:
    """An incident wants units."""

    job: str
    incident: str
    units: int
    grade: str
    at: datetime
    rank: int
    reported_at: datetime | None = None
    skills: tuple[str, ...] = ()
    location: Location | None = None
    silent_approach: bool = False
    attend_by: datetime | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class RegradeJob:
    """The incident has another grade."""

    job: str
    grade: str
    at: datetime
    rank: int
    attend_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class CloseJob:
    """The incident is over: whoever still works for it is stood down."""

    job: str
    reason: str
    at: datetime


JobCommand = RequestJob | RegradeJob


@dataclass(frozen=True, slots=True)
class Override:
    """Who answers for more units than were asked for, and why."""

    by: str
    reason: str

    def __str__(self) -> str:
        return f"{self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Assign:
    """Send a unit to a job."""

    job: str
    unit: str
    by: str
    at: datetime | None = None
    reasons: tuple[str, ...] = ()
    override: Override | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class EndAssignment:
    """A unit no longer works for a job."""

    job: str
    unit: str
    release: Release
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recommend:
    """Who should go to a job? Changes nothing."""

    job: str


Command = UnitCommand | JobCommand | CloseJob | Assign | EndAssignment | Recommend
