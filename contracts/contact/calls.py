"""What the contact service says: the life of a call, from the operator's transfer to its end."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.places import Location
from contracts.registry import event


class Line(StrEnum):
    """The way a call came in."""

    EMERGENCY = "999"
    NON_EMERGENCY = "101"
    HELPLINE = "helpline"


class Channel(StrEnum):
    """How somebody reached us. Telephone, form and counter are recorded as one kind of thing: a contact (DOMAIN section 1)."""

    EMERGENCY = "999"
    NON_EMERGENCY = "101"
    HELPLINE = "helpline"
    TEXT_RELAY = "text_relay"
    BSL_VIDEO = "bsl_video"
    ECALL = "ecall"
    ONLINE_FORM = "online_form"
    FRONT_COUNTER = "front_counter"
    SOCIAL_MEDIA = "social_media"
    TEXT_999 = "text_999"
    OTHER_FORCE = "other_force"


class Start(StrEnum):
    """What put a call through: a request, or something that has its own class when the call breaks off (DOMAIN section 2)."""

    REQUEST = "request"
    NO_REQUEST = "no_request"
    SILENT_SOLUTION = "silent_solution"
    EMERGENCY_SOS = "emergency_sos"
    CRASH_DETECTION = "crash_detection"
    ECALL = "ecall"
    ECALL_BUTTON = "ecall_button"


class Abandonment(StrEnum):
    """How a call broke off (DOMAIN section 2, classes a to h). A class, never a verdict."""

    BEFORE_PRESENTED = "before_presented"
    BEFORE_QUEUE = "before_queue"
    IN_QUEUE = "in_queue"
    SILENT_AFTER_ANSWER = "silent_after_answer"
    LOST_AFTER_ANSWER = "lost_after_answer"
    SOUNDS_WITHOUT_REQUEST = "sounds_without_request"
    DEVICE_STARTED = "device_started"
    SILENT_SOLUTION = "silent_solution"


class Marker(StrEnum):
    """A flag or warning on a number, a person or an address. It can only raise what is done, never lower it.

    Two axes that say nothing about each other: `useful` and `vexatious` speak of reliability, all others of risk.
    """

    DOMESTIC_ABUSE = "domestic_abuse"
    STALKING = "stalking"
    HOSTAGE = "hostage"
    DO_NOT_RING = "do_not_ring"
    CODEWORD = "codeword"
    VULNERABLE = "vulnerable"
    PERSISTENT_WITH_PLAN = "persistent_with_plan"
    USEFUL = "useful"
    VEXATIOUS = "vexatious"


class Sound(StrEnum):
    """What was heard on an open line."""

    SILENCE = "silence"
    VOICES = "voices"
    VIOLENCE = "violence"


@event("contact")
class CallReceived(Event):
    """The operator began to transfer a call: it is presented to this control room."""

    call: Text
    line: Line
    switch: Text
    number: Telephone | None = None
    number_ref: Reference | None = None
    channel: Channel | None = None
    start: Start | None = None


@event("contact")
class CallQueued(Event):
    """The call waits in a queue of ours."""

    call: Text
    queue: Text


@event("contact")
class CallAnswered(Event):
    """A call handler picked up. `left_queue_at` is the switch's clock, `at` the handler's: they may disagree by seconds."""

    call: Text
    handler: Text
    left_queue_at: Instant | None = None
    waited_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0


@event("contact")
class CallAbandoned(Event):
    """The caller was gone before anybody could establish that all is well. It carries all that a review needs at once.

    With `harvest` the call never came here: a carrier's list tells of it afterwards, with the time of each attempt.
    """

    call: Text
    line: Line
    abandonment: Abandonment
    waited_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    number: Telephone | None = None
    number_ref: Reference | None = None
    queue: Text | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    location: Location | None = None
    earlier_calls: int = 0
    channel: Channel | None = None
    start: Start | None = None
    welfare_established: bool | None = None
    harvest: Text | None = None
    attempted_at: tuple[Instant, ...] = ()


@event("contact")
class CallReclassified(Event):
    """A fact that came late shows better how a call broke off. That it broke off stands; so does the class told before."""

    call: Text
    abandonment: Abandonment
    waited_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    queue: Text | None = None


@event("contact")
class CallEnded(Event):
    """An answered call is over; `hung_up` when the caller's word ended it, not the switch's."""

    call: Text
    talked_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    hung_up: bool = False
    welfare_established: bool | None = None


@event("contact")
class StartRecognised(Event):
    """Somebody, or a recorded announcement, told what had put the call through."""

    call: Text
    start: Start
    by: Text


@event("contact")
class LocationEstimated(Event):
    """One more estimate of where the caller is; it may come after the call ended.

    `words` are what a machine wrote beside its estimate, and no address; `areas` stand for where it lies, to find its like.
    """

    call: Text
    location: Location
    cell: Text | None = None
    words: Narrative | None = None
    address_ref: Reference | None = None
    areas: tuple[Reference, ...] = ()
    message: Text | None = None
    flags: tuple[Text, ...] = ()


@event("contact")
class SoundsHeard(Event):
    """Somebody listened to an open line, or to its recording after the call broke off."""

    call: Text
    sounds: tuple[Sound, ...]
    listener: Text
    words: Narrative | None = None


@event("contact")
class NumberLearned(Event):
    """The number of a call came later than the call: from the operator, from a trace, or from the caller."""

    call: Text
    number: Telephone
    number_ref: Reference
    source: Text


@event("contact")
class CallerMatched(Event):
    """More is known about who called: warnings that stand on the number, the person or the address, and earlier contacts.

    Said again whenever it grows, also after the call broke off. `earlier_contacts` are those within the force's repeat window
    before the call, over all channels. `reasons` say by which association, in words without names.
    """

    call: Text
    markers: tuple[Marker, ...] = ()
    earlier_contacts: Annotated[int, Field(ge=0)] = 0
    reasons: tuple[Text, ...] = ()


@event("contact")
class CallerRangAgain(Event):
    """The caller, known `by` number or person, was answered in another call after this one broke off. Said on its stream."""

    call: Text
    answered_call: Text
    by: Text = "number"


@event("contact")
class CallFactSetAside(Event):
    """Telephony said something that cannot follow what is known; it is kept here as it came, and changes nothing.

    `teller` said so; `apart_s` is by how much its time lies after the one that stands (before it: negative).
    """

    call: Text
    fact: Text
    reason: Text
    teller: Text | None = None
    apart_s: Annotated[float | None, Field(allow_inf_nan=False)] = None


@event("contact")
class MarkerPlaced(Event):
    """Somebody put a marker on a number, with a reason and a date to look at it again."""

    number_ref: Reference
    marker: Marker
    author: Text
    evidence: Narrative
    review_by: Instant


@event("contact")
class MarkerLifted(Event):
    """A marker was taken off; that it stood stays on record."""

    number_ref: Reference
    marker: Marker
    author: Text
    reason: Narrative
