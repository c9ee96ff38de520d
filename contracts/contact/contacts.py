"""What the contact service says of people who did not ring, and of what was promised to those whom nobody answered."""

from enum import StrEnum

from contracts.contact.calls import Channel
from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.registry import event


class ContactOutcome(StrEnum):
    """What became of a contact."""

    INCIDENT_OPENED = "incident_opened"
    ADVICE_GIVEN = "advice_given"
    PASSED_ON = "passed_on"
    DUPLICATE = "duplicate"
    NOTHING_NEEDED = "nothing_needed"


class Stage(StrEnum):
    """What a contact waits for."""

    TAKING = "taking"
    ACTION = "action"


@event("contact")
class ContactReceived(Event):
    """Somebody reached us by another way than a call. Saved with the first thing known, before anything else is asked."""

    contact: Text
    channel: Channel
    source: Text
    number: Telephone | None = None
    number_ref: Reference | None = None
    name: Narrative | None = None
    words: Narrative | None = None


@event("contact")
class ContactWordsAdded(Event):
    """More was said or typed. What stood before stands."""

    contact: Text
    words: Narrative
    author: Text


@event("contact")
class ContactTaken(Event):
    """A handler has the contact in hand; taking it is no action yet."""

    contact: Text
    handler: Text


@event("contact")
class ContactOverdue(Event):
    """Nobody took the contact, or nobody acted on what was taken, within the time the force sets: an alarm."""

    contact: Text
    waits_for: Stage
    since: Instant
    handler: Text | None = None


@event("contact")
class ContactClosed(Event):
    """What became of a contact: who decided, and what it led to."""

    contact: Text
    outcome: ContactOutcome
    by: Text
    words: Narrative | None = None
    incident: Text | None = None
    passed_to: Text | None = None


@event("contact")
class PromiseMade(Event):
    """A helpline call that nobody answered: somebody owns the promise to ring the caller by a working day's end."""

    promise: Text
    call: Text
    owner: Text
    due: Instant
    nation: Text
    number: Telephone | None = None
    number_ref: Reference | None = None


@event("contact")
class PromiseHandedOver(Event):
    """Somebody else owns the promise now."""

    promise: Text
    owner: Text
    by: Text


@event("contact")
class PromiseTried(Event):
    """The owner rang and did not reach the caller; the promise stands."""

    promise: Text
    by: Text


@event("contact")
class PromiseKept(Event):
    """The caller was spoken to: by somebody who rang, or in another call of the number."""

    promise: Text
    by: Text
    words: Narrative | None = None
    answered_call: Text | None = None


@event("contact")
class PromiseBroken(Event):
    """The promise was due and not kept. It stays open, and its owner's supervisor is told."""

    promise: Text
    owner: Text
    due: Instant
