"""What telephony says about calls: the commands of contact, each with the time of whoever says it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.contact.calls import Channel, Line, Marker, Sound, Start
from contracts.envelope import Narrative, Reference, Telephone
from contracts.places import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What somebody says about a call. `at` is the teller's time.

    `teller` is the switch or feed that says so, as far as it named itself. `told_at` is what it said when that time cannot
    be: then `at` is the time of receipt.
    """

    call: str
    at: datetime
    teller: str | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCaller(Fact):
    """A fact that says who calls, as far as the switch knows: the line dialled, and the number the operator passed."""

    line: Line | None = None
    number: Telephone | None = None
    number_ref: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MayBreak(FromCaller):
    """A fact after which a call may count as broken off.

    `markers` and `earlier_calls` are what is on record about the number at that time; the use case looks them up.
    """

    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentCall(FromCaller):
    """The operator began to transfer the call."""

    switch: str
    channel: Channel | None = None
    start: Start | None = None


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
class HangUp(MayBreak):
    """The caller is gone. What was heard, and whether all was known to be well, decide what that means after an answer.

    `in_stage_1`: the operator says that it was before the call was put through.
    """

    sounds: tuple[Sound, ...] = ()
    welfare_established: bool | None = None
    in_stage_1: bool = False


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
class RecogniseStart(MayBreak):
    """What had put the call through: 55 was pressed, a car or a telephone rang by itself."""

    start: Start
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearSounds(MayBreak):
    """Somebody listened to the open line, or later to the recording."""

    sounds: tuple[Sound, ...]
    listener: str
    words: Narrative | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnNumber(FromCaller):
    """The number comes later than the call."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPlace(FromCaller):
    """The caller agreed to be rung back in turn."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissPlace(Fact):
    """The kept place came up and its caller was not reached; after so many rings it is given up."""

    handler: str
    rings_at_most: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRangAgain:
    """The number of this call was answered in another one, at `at`."""

    call: str
    at: datetime
    answered_call: str
    by: str = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPlace:
    """The caller of this waiting call had waited before, in `earlier_call`."""

    call: str
    at: datetime
    place_at: datetime
    earlier_call: str


CallFact = (
    PresentCall
    | QueueCall
    | AnswerCall
    | HangUp
    | EndCall
    | EstimateLocation
    | IdentifyCaller
    | RecogniseStart
    | HearSounds
    | LearnNumber
    | KeepPlace
    | MissPlace
)
CallCommand = CallFact | NoteMatch | NoteRangAgain | CreditPlace
