"""What follows when somebody reaches us without ringing, and when a handler takes it in hand."""

from dataclasses import dataclass
from datetime import datetime

from contracts.contact.calls import Channel
from contracts.contact.contacts import (
    ContactClosed,
    ContactOutcome,
    ContactOverdue,
    ContactReceived,
    ContactTaken,
    ContactWordsAdded,
    Stage,
)
from contracts.envelope import Event, Narrative, Reference, Telephone
from contracts.refusals import Invalid, NotFound, Refused
from services.contact.domain.desks.contact import CALLS, Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveContact:
    """Save what there is; `contact` is made from the source and its own name for it, so it can be told again."""

    contact: str
    at: datetime
    channel: Channel
    source: str
    number: Telephone | None = None
    number_ref: Reference | None = None
    name: Narrative | None = None
    words: Narrative | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWords:
    """More was said or typed."""

    contact: str
    words: Narrative
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeContact:
    """A handler has it in hand, also from another one who took it and let the time pass."""

    contact: str
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseContact:
    """What became of it."""

    contact: str
    outcome: ContactOutcome
    by: str
    words: Narrative | None = None
    incident: str | None = None
    passed_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOverdue:
    """The time for a step is over."""

    contact: str
    waits_for: Stage


ContactCommand = ReceiveContact | AddWords | TakeContact | CloseContact | NoteOverdue


def decide(contact: Contact | None, command: ContactCommand, now: datetime) -> list[Event]:
    """What was told again changes nothing; what is over takes more words and no other end."""
    if isinstance(command, ReceiveContact):
        return _receive(contact, command)
    if contact is None:
        raise NotFound("contact-unknown", "There is no contact of this id.")
    match command:
        case AddWords():
            return [ContactWordsAdded(at=now, contact=contact.contact, words=command.words, author=command.author)]
        case TakeContact():
            return _take(contact, command, now)
        case CloseContact():
            return _close(contact, command, now)
        case NoteOverdue():
            return _note_overdue(contact, command, now)


def _receive(contact: Contact | None, command: ReceiveContact) -> list[Event]:
    """A second word with more in it is kept as words: nothing that was typed is lost."""
    if command.channel in CALLS:
        raise Invalid("contact-is-a-call", "Telephony tells of calls: POST /telephony/facts.", ("POST /telephony/facts",))
    if contact is None:
        return [
            ContactReceived(
                at=command.at,
                contact=command.contact,
                channel=command.channel,
                source=command.source,
                number=command.number,
                number_ref=command.number_ref,
                name=command.name,
                words=command.words,
            )
        ]
    if command.words is None or command.words in contact.words:
        return []
    return [ContactWordsAdded(at=command.at, contact=contact.contact, words=command.words, author=command.source)]


def _take(contact: Contact, command: TakeContact, now: datetime) -> list[Event]:
    if contact.handler == command.handler:
        return []
    _open(contact)
    if contact.handler is not None and Stage.ACTION not in contact.overdue:
        raise Refused(
            "contact-taken", f"{contact.handler} has it since {contact.taken_at:%H:%M:%S} UTC.", ("words", "take another contact")
        )
    return [ContactTaken(at=now, contact=contact.contact, handler=command.handler)]


def _close(contact: Contact, command: CloseContact, now: datetime) -> list[Event]:
    if (contact.outcome, contact.incident, contact.passed_to) == (command.outcome, command.incident, command.passed_to):
        return []
    _open(contact)
    if command.outcome is ContactOutcome.INCIDENT_OPENED and command.incident is None:
        raise Invalid("incident-not-named", "Name the incident that was opened in `incident`.")
    if command.outcome is ContactOutcome.PASSED_ON and command.passed_to is None:
        raise Invalid("receiver-not-named", "Say in `passed_to` to whom it was passed on.")
    return [
        ContactClosed(
            at=now,
            contact=contact.contact,
            outcome=command.outcome,
            by=command.by,
            words=command.words,
            incident=command.incident,
            passed_to=command.passed_to,
        )
    ]


def _open(contact: Contact) -> None:
    if contact.outcome is not None:
        raise Refused("contact-closed", "The contact is over. More words can still be added.", ("words",))


def _note_overdue(contact: Contact, command: NoteOverdue, now: datetime) -> list[Event]:
    if contact.waits_for is not command.waits_for or command.waits_for in contact.overdue:
        return []
    since = contact.received_at if contact.taken_at is None else contact.taken_at
    return [ContactOverdue(at=now, contact=contact.contact, waits_for=command.waits_for, since=since, handler=contact.handler)]
