"""What contact says of who is behind a number: markers on people and addresses, what belongs together, and who calls."""

from enum import StrEnum

from contracts.contact.calls import Channel, Marker
from contracts.envelope import Address, Event, Instant, Narrative, Reference, Telephone, Text
from contracts.registry import event


class SubjectKind(StrEnum):
    """What a marker can stand on, and what can belong together."""

    NUMBER = "number"
    PERSON = "person"
    ADDRESS = "address"


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
class NumberContacted(Event):
    """Somebody reached us from this number by another way than a call. Said on the number's own stream."""

    number_ref: Reference
    contact: Text
    channel: Channel
