"""What can be asked of a unit, of a job, and of both at once. `at` None: now. `outside`: another control room reports it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.dispatch.deployment import MessageCode, Officer, Release, Status
from contracts.dispatch.offers import Answer
from contracts.places import Location, Point


@dataclass(frozen=True, slots=True)
class BookOn:
    """A unit begins a tour of duty under its callsign."""

    callsign: str
    skills: tuple[str, ...] = ()
    crew: int = 2
    point: Point | None = None
    at: datetime | None = None
    officers: tuple[Officer, ...] = ()
    vehicle: str | None = None
    area: str | None = None
    tour_ends: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A radio code that is a message, with the device's own time."""

    unit: str
    code: MessageCode
    source: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoteMealMissed:
    """The time for the meal break has passed."""

    unit: str


@dataclass(frozen=True, slots=True)
class OrderStandby:
    """A free unit covers another area."""

    unit: str
    area: str
    by: str
    reason: str


UnitCommand = BookOn | ReportStatus | BookOff | SendMessage | NoteMealMissed | OrderStandby


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


@dataclass(frozen=True, slots=True)
class ReopenJob:
    """The incident is worked on again."""

    job: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DelayJob:
    """Why nobody is sent yet, by a code of the policy."""

    job: str
    code: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Nobody works for the job, and it is time to say so."""

    job: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """Somebody has taken note that nobody works for the job."""

    job: str
    by: str


JobCommand = RequestJob | RegradeJob | ReopenJob | DelayJob | RaiseAlarm | AcknowledgeAlarm


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
    on_view: bool = False


@dataclass(frozen=True, slots=True)
class Divert:
    """Take a unit from the job it is on and send it to another."""

    job: str
    unit: str
    by: str
    reason: str
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Ask a crew whether it can go."""

    job: str
    unit: str
    by: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """What became of an offer."""

    unit: str
    offer: str
    answer: Answer
    by: str
    reason: str | None = None


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


@dataclass(frozen=True, slots=True)
class Position:
    """Where a unit's vehicle was, by the time of its own receiver."""

    unit: str
    at: datetime
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class TakePositions:
    """A batch of the stream of vehicle positions. Recorded is only what follows from it."""

    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class LookAtCover:
    """How many units can be sent from each area? Changes nothing."""


PairCommand = Assign | Divert | Offer | AnswerOffer | EndAssignment | CloseJob
Question = Recommend | LookAtCover
Command = UnitCommand | JobCommand | PairCommand | TakePositions | Question
