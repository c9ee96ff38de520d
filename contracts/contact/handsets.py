"""What contact says of handsets' messages of where they are, and of the calls these belong to."""

from enum import StrEnum

from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.places import Location
from contracts.registry import event


class HandsetForm(StrEnum):
    """How a handset's position came (Advanced Mobile Location)."""

    SMS_TEXT = "sms_text"
    SMS_PACKED = "sms_packed"
    HTTPS = "https"


class HandsetFlag(StrEnum):
    """What is odd about a handset's message. A flag keeps the message; some keep it off the map."""

    UNREADABLE = "unreadable"
    LENGTH_LIES = "length_lies"
    FIELD_REPEATED = "field_repeated"
    NO_FIX = "no_fix"
    OUT_OF_RANGE = "out_of_range"
    NO_TIME = "no_time"
    FROM_THE_FUTURE = "from_the_future"
    OLDER_THAN_CALL = "older_than_call"
    AFTER_CALL = "after_call"
    REVISED = "revised"
    SEAL_MISSING = "seal_missing"
    SEAL_WRONG = "seal_wrong"
    SEAL_UNCHECKED = "seal_unchecked"


@event("contact")
class HandsetMessageReceived(Event):
    """A handset, or the operator for it, sent where it is. `raw` is the message as it came; `location` what it says, if any."""

    message: Text
    form: HandsetForm
    raw: Narrative
    number: Telephone | None = None
    number_ref: Reference | None = None
    location: Location | None = None
    measured_at: Instant | None = None
    cell: Text | None = None
    flags: tuple[HandsetFlag, ...] = ()


@event("contact")
class HandsetMessageMatched(Event):
    """The message belongs to a call, by number and time."""

    message: Text
    call: Text


@event("contact")
class HandsetMessageWaits(Event):
    """No call of the number is known yet that the message could belong to. Said on the number's own stream."""

    number_ref: Reference
    message: Text
    measured_at: Instant | None = None
