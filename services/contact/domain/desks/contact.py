"""Somebody who reached us without ringing: saved at the first keystroke, taken, acted on; each step that is late is an alarm.

Police Scotland 2015: a report was noted on paper and never entered, and two people lay in a car for three days. So a contact is
saved with the first thing known of it, and what was taken is reconciled with what was acted on.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

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
from contracts.envelope import Event
from services.contact.domain.times import newest_first, stamp

CALLS = (
    Channel.EMERGENCY,
    Channel.NON_EMERGENCY,
    Channel.HELPLINE,
    Channel.TEXT_RELAY,
    Channel.BSL_VIDEO,
    Channel.ECALL,
)
"""Ways to reach us that are calls: telephony tells of them, and a call is their record."""


class ContactRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Within how many seconds a contact of a channel is taken, and acted on once it was taken."""

    take_within_s: dict[Channel, int]
    act_within_s: int

    def __post_init__(self) -> None:
        missing = [channel.value for channel in Channel if channel not in CALLS and channel not in self.take_within_s]
        if missing:
            raise ValueError(f"`take_within_s` has no number for {', '.join(missing)}")
        if min(self.act_within_s, *self.take_within_s.values()) <= 0:
            raise ValueError("`act_within_s` and every number of `take_within_s` must be more than 0")


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where it stands. What was said is in its events; the state keeps no more of it than who reads it first needs."""

    contact: str
    channel: Channel
    source: str
    received_at: datetime
    number: str | None = None
    number_ref: str | None = None
    name: str | None = None
    words: tuple[str, ...] = ()
    handler: str | None = None
    taken_at: datetime | None = None
    outcome: ContactOutcome | None = None
    closed_at: datetime | None = None
    incident: str | None = None
    passed_to: str | None = None
    overdue: tuple[Stage, ...] = ()

    @property
    def waits_for(self) -> Stage | None:
        """What is still to be done."""
        if self.outcome is not None:
            return None
        return Stage.TAKING if self.taken_at is None else Stage.ACTION


def owes(contact: Contact, rules: ContactRules) -> Mapping[str, datetime]:
    """The alarm of the step that is due next."""
    waits_for = contact.waits_for
    if waits_for is None or waits_for in contact.overdue:
        return {}
    if contact.taken_at is None:
        return {"taking": contact.received_at + timedelta(seconds=rules.take_within_s[contact.channel])}
    return {"action": contact.taken_at + timedelta(seconds=rules.act_within_s)}


def index(contact: Contact) -> Iterable[tuple[str, str]]:
    """Open ones by age, those that are late, those taken and not acted on, and all by number."""
    if contact.outcome is None:
        yield "contact-open", stamp(contact.received_at)
        if contact.taken_at is not None:
            yield "contact-unacted", stamp(contact.taken_at)
        if contact.waits_for in contact.overdue:
            yield "contact-overdue", stamp(contact.received_at)
    if contact.number_ref is not None:
        yield "subject", newest_first(contact.number_ref, contact.received_at)


def _received(_: Contact | None, event: ContactReceived) -> Contact:
    return Contact(
        event.contact,
        event.channel,
        event.source,
        event.at,
        event.number,
        event.number_ref,
        event.name,
        () if event.words is None else (event.words,),
    )


def _words_added(contact: Contact, event: ContactWordsAdded) -> Contact:
    return replace(contact, words=(*contact.words, event.words))


def _taken(contact: Contact, event: ContactTaken) -> Contact:
    """Whoever takes it over has a time of their own to act, and an alarm of their own."""
    overdue = tuple(stage for stage in contact.overdue if stage is not Stage.ACTION)
    return replace(contact, handler=event.handler, taken_at=event.at, overdue=overdue)


def _overdue(contact: Contact, event: ContactOverdue) -> Contact:
    return replace(contact, overdue=(*contact.overdue, event.waits_for))


def _closed(contact: Contact, event: ContactClosed) -> Contact:
    return replace(contact, outcome=event.outcome, closed_at=event.at, incident=event.incident, passed_to=event.passed_to)


EVOLVE: dict[type[Event], Callable[[Any, Any], Contact]] = {
    ContactReceived: _received,
    ContactWordsAdded: _words_added,
    ContactTaken: _taken,
    ContactOverdue: _overdue,
    ContactClosed: _closed,
}
