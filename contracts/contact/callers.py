"""What contact says beside the life of a call: who is behind a number, what handsets sent, and where many call at once."""

from enum import StrEnum

from contracts.contact.calls import Channel, Marker
from contracts.envelope import Address, Event, Instant, Narrative, Reference, Telephone, Text
from contracts.places import Location
from contracts.registry import event


class SubjectKind(StrEnum):
    """What a marker can stand on, and what can belong together."""

    NUMBER = "number"
    PERSON = "person"
    ADDRESS = "address"


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


class SurgeKind(StrEnum):
    """What the calls of a surge have in common."""

    CELL = "cell"
    ADDRESS = "address"
    PLACE = "place"


@event("contact")
class SubjectMarked(Event):
    """Somebody put a marker on a person or an address, with a reason and a date to look at it again."""

    subject: Reference
    kind: SubjectKind
    marker: Marker
    author: Text
    evidence: Narrative
    review_by: Instant


@event("contact")
class SubjectUnmarked(Event):
    """A marker was taken off a person or an address; that it stood stays on record."""

    subject: Reference
    kind: SubjectKind
    marker: Marker
    author: Text
    reason: Narrative


@event("contact")
class PersonAssociated(Event):
    """Somebody recorded that a person belongs to a number or an address. Said on the stream of `subject`."""

    subject: Reference
    kind: SubjectKind
    person_ref: Reference
    person: Narrative
    author: Text
    evidence: Narrative


@event("contact")
class AddressAssociated(Event):
    """Somebody recorded that an address belongs to a number or a person. Said on the stream of `subject`."""

    subject: Reference
    kind: SubjectKind
    address_ref: Reference
    address: Address
    author: Text
    evidence: Narrative


@event("contact")
class NumberAssociated(Event):
    """Somebody recorded that a number belongs to a person or an address. Said on the stream of `subject`."""

    subject: Reference
    kind: SubjectKind
    number_ref: Reference
    number: Telephone
    author: Text
    evidence: Narrative


@event("contact")
class AssociationEnded(Event):
    """Two that belonged together no longer do; that they did stays on record. Said on the stream of `subject`."""

    subject: Reference
    kind: SubjectKind
    other: Reference
    author: Text
    reason: Narrative


@event("contact")
class CallerIdentified(Event):
    """Somebody said which person calls. Said on the stream of the call."""

    call: Text
    person_ref: Reference
    person: Narrative
    by: Text
    evidence: Narrative


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


@event("contact")
class NumberContacted(Event):
    """Somebody reached us from this number by another way than a call. Said on the number's own stream."""

    number_ref: Reference
    contact: Text
    channel: Channel


@event("contact")
class SurgeDetected(Event):
    """Many calls came from one cell or about one place: they are offered as one incident, and each still stands on its own."""

    surge: Text
    kind: SurgeKind
    area: Reference
    calls: tuple[Text, ...]
    policy: Text


@event("contact")
class SurgeCallAdded(Event):
    """One more call from there."""

    surge: Text
    call: Text


@event("contact")
class SurgeTaken(Event):
    """Somebody took the surge as one incident; calls that follow are still added to it."""

    surge: Text
    incident: Text
    by: Text


@event("contact")
class SurgeDismissed(Event):
    """Somebody decided that these calls do not belong together."""

    surge: Text
    by: Text
    reason: Narrative
