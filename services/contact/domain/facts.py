"""What telephony says about calls: the commands of contact, each with the switch's own time."""

from dataclasses import dataclass
from datetime import datetime

from contracts.contact import Line, Marker, Sound
from contracts.envelope import Narrative, Reference, Telephone
from contracts.places import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What the switch says about a call. `at` is the switch's time."""

    call: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCaller(Fact):
    """A fact that says who calls, as far as the switch knows: the line dialled, and the number the operator passed."""

    line: Line | None = None
    number: Telephone | None = None
    number_ref: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentCall(FromCaller):
    """The operator began to transfer the call."""

    switch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCall(Fact):
    """The call waits in a queue of ours."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall(Fact):
    """A handler picked up; the switch may time the leaving of the queue a second or two apart from it."""

    handler: str
    left_queue_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(FromCaller):
    """The caller is gone. What was heard, and whether all was known to be well, decide what that means after an answer.

    `markers` and `earlier_calls` are what is on record about the number at that time; the use case looks them up.
    """

    sounds: tuple[Sound, ...] = ()
    welfare_established: bool | None = None
    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall(Fact):
    """The call is over, after it was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLocation(Fact):
    """One more estimate of where the caller is. The use case adds the references: of the address given, of where it lies."""

    location: Location
    cell: str | None = None
    words: Narrative | None = None
    address_ref: Reference | None = None
    areas: tuple[Reference, ...] = ()
    message: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyCaller(Fact):
    """Somebody says which person calls, and how they know."""

    person: Narrative
    by: str
    evidence: Narrative
    person_ref: Reference = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMatch:
    """What the records say now about who calls."""

    call: str
    at: datetime
    markers: tuple[Marker, ...]
    earlier: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRangAgain:
    """The number of this broken call was answered in another one, at `at`."""

    call: str
    at: datetime
    answered_call: str
    by: str = "number"


CallCommand = (
    PresentCall | QueueCall | AnswerCall | HangUp | EndCall | EstimateLocation | IdentifyCaller | NoteMatch | NoteRangAgain
)
