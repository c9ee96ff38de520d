"""The record of one number, person or address: its markers, and what belongs to it. What was taken off stays on record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.callers import (
    AddressAssociated,
    AssociationEnded,
    NumberAssociated,
    NumberContacted,
    PersonAssociated,
    SubjectKind,
    SubjectMarked,
    SubjectUnmarked,
)
from contracts.contact.calls import Marker, MarkerLifted, MarkerPlaced
from contracts.contact.handsets import HandsetMessageWaits
from contracts.envelope import Event
from contracts.refusals import Invalid, NotFound
from services.contact.domain.times import stamp


class Subject(msgspec.Struct, frozen=True):
    """A number, a person or an address as somebody named it, and by its reference once it was read."""

    kind: SubjectKind
    text: str
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMarker:
    """Warn about a number, a person or an address. The use case reads `subject`."""

    marker: Marker
    author: str
    evidence: str
    review_by: datetime
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftMarker:
    """Take a warning off again."""

    marker: Marker
    author: str
    reason: str
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate:
    """Two belong together, as somebody can show."""

    subject: Subject
    other: Subject
    author: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAssociation:
    """They no longer do."""

    subject: Subject
    other: Subject
    author: str
    reason: str


CallerCommand = PlaceMarker | LiftMarker | Associate | EndAssociation


class Warned(msgspec.Struct, frozen=True):
    """A marker that stands."""

    marker: Marker
    author: str
    evidence: str
    review_by: datetime
    placed_at: datetime


class Link(msgspec.Struct, frozen=True):
    """Something that belongs to the subject, and who says so."""

    kind: SubjectKind
    ref: str
    text: str
    author: str
    evidence: str
    since: datetime


class Mention(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message or a contact that came from the number; the newest few are remembered, all are stored in full elsewhere."""

    id: str
    at: datetime
    measured_at: datetime | None = None


REMEMBERED = 20
"""Bounds the state, not what is kept."""


class Caller(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number, a person or an address, by its reference."""

    ref: str
    kind: SubjectKind = SubjectKind.NUMBER
    warnings: tuple[Warned, ...] = ()
    links: tuple[Link, ...] = ()
    messages: tuple[Mention, ...] = ()
    contacts: tuple[Mention, ...] = ()

    def standing(self, marker: Marker) -> Warned | None:
        """The warning of this kind, if there is one."""
        return next((warning for warning in self.warnings if warning.marker is marker), None)

    def link(self, ref: str) -> Link | None:
        """What belongs to it under this reference."""
        return next((link for link in self.links if link.ref == ref), None)


def index(caller: Caller) -> Iterable[tuple[str, str]]:
    """By the day each marker should be looked at again."""
    for warning in caller.warnings:
        yield "marker-review", f"{stamp(warning.review_by)} {warning.marker}"


def decide(caller: Caller | None, command: CallerCommand, now: datetime) -> list[Event]:
    """Saying the same with the same words again changes nothing; taking off what does not stand is refused."""
    state = caller or Caller(command.subject.ref, command.subject.kind)
    match command:
        case PlaceMarker():
            return _place(state, command, now)
        case LiftMarker():
            return _lift(state, command, now)
        case Associate():
            return _associate(state, command, now)
        case EndAssociation():
            return _end(state, command, now)


def _place(caller: Caller, command: PlaceMarker, now: datetime) -> list[Event]:
    standing = caller.standing(command.marker)
    if standing is not None and (standing.evidence, standing.review_by) == (command.evidence, command.review_by):
        return []
    ref, kind = command.subject.ref, command.subject.kind
    said: dict[str, Any] = {
        "at": now,
        "marker": command.marker,
        "author": command.author,
        "evidence": command.evidence,
        "review_by": command.review_by,
    }
    if kind is SubjectKind.NUMBER:
        return [MarkerPlaced(number_ref=ref, **said)]
    return [SubjectMarked(subject=ref, kind=kind, **said)]


def _lift(caller: Caller, command: LiftMarker, now: datetime) -> list[Event]:
    ref, kind = command.subject.ref, command.subject.kind
    if caller.standing(command.marker) is None:
        raise NotFound("marker-not-placed", f"no {command.marker} marker stands on this {kind}")
    said: dict[str, Any] = {"at": now, "marker": command.marker, "author": command.author, "reason": command.reason}
    if kind is SubjectKind.NUMBER:
        return [MarkerLifted(number_ref=ref, **said)]
    return [SubjectUnmarked(subject=ref, kind=kind, **said)]


def _associate(caller: Caller, command: Associate, now: datetime) -> list[Event]:
    subject, other = command.subject, command.other
    if subject.kind is other.kind:
        raise Invalid(
            "same-kind", "a number, a person and an address belong together two by two; two of one kind do not", ("associate",)
        )
    standing = caller.link(other.ref)
    if standing is not None and standing.evidence == command.evidence:
        return []
    said: dict[str, Any] = {
        "at": now,
        "subject": subject.ref,
        "kind": subject.kind,
        "author": command.author,
        "evidence": command.evidence,
    }
    match other.kind:
        case SubjectKind.PERSON:
            return [PersonAssociated(person_ref=other.ref, person=other.text, **said)]
        case SubjectKind.ADDRESS:
            return [AddressAssociated(address_ref=other.ref, address=other.text, **said)]
        case SubjectKind.NUMBER:
            return [NumberAssociated(number_ref=other.ref, number=other.text, **said)]


def _end(caller: Caller, command: EndAssociation, now: datetime) -> list[Event]:
    subject, other = command.subject, command.other
    if caller.link(other.ref) is None:
        raise NotFound("not-associated", f"this {subject.kind} and this {other.kind} are not known to belong together")
    return [
        AssociationEnded(
            at=now, subject=subject.ref, kind=subject.kind, other=other.ref, author=command.author, reason=command.reason
        )
    ]


def _warn(caller: Caller | None, ref: str, kind: SubjectKind, event: Any) -> Caller:
    state = caller or Caller(ref, kind)
    warning = Warned(event.marker, event.author, event.evidence, event.review_by, event.at)
    return replace(state, warnings=(*_without(state, event.marker), warning))


def _without(caller: Caller, marker: Marker) -> tuple[Warned, ...]:
    return tuple(warning for warning in caller.warnings if warning.marker is not marker)


def _unwarn(caller: Caller, event: Any) -> Caller:
    return replace(caller, warnings=_without(caller, event.marker))


def _linked(kind: SubjectKind, ref: str, text: str) -> Callable[[Any, Any], Caller]:
    def evolve(caller: Caller | None, event: Any) -> Caller:
        state = caller or Caller(event.subject, event.kind)
        link = Link(kind, getattr(event, ref), getattr(event, text), event.author, event.evidence, event.at)
        return replace(state, links=(*(other for other in state.links if other.ref != link.ref), link))

    return evolve


def _unlinked(caller: Caller, event: AssociationEnded) -> Caller:
    return replace(caller, links=tuple(link for link in caller.links if link.ref != event.other))


def _message(caller: Caller | None, event: HandsetMessageWaits) -> Caller:
    state = caller or Caller(event.number_ref)
    mention = Mention(event.message, event.at, event.measured_at)
    return replace(state, messages=(*state.messages, mention)[-REMEMBERED:])


def _contact(caller: Caller | None, event: NumberContacted) -> Caller:
    state = caller or Caller(event.number_ref)
    return replace(state, contacts=(*state.contacts, Mention(event.contact, event.at))[-REMEMBERED:])


EVOLVE: dict[type[Event], Callable[[Any, Any], Caller]] = {
    MarkerPlaced: lambda caller, event: _warn(caller, event.number_ref, SubjectKind.NUMBER, event),
    MarkerLifted: _unwarn,
    SubjectMarked: lambda caller, event: _warn(caller, event.subject, event.kind, event),
    SubjectUnmarked: _unwarn,
    PersonAssociated: _linked(SubjectKind.PERSON, "person_ref", "person"),
    AddressAssociated: _linked(SubjectKind.ADDRESS, "address_ref", "address"),
    NumberAssociated: _linked(SubjectKind.NUMBER, "number_ref", "number"),
    AssociationEnded: _unlinked,
    HandsetMessageWaits: _message,
    NumberContacted: _contact,
}
