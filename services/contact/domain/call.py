"""The life of one call, whatever order telephony tells it in: each fact stands once, and nothing that was said is lost."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callers import CallerIdentified
from contracts.contact import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerMatched,
    CallerRangAgain,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    Line,
    LocationEstimated,
    Marker,
    Sound,
)
from contracts.envelope import Event
from services.contact.domain.place import Place, kept
from services.contact.domain.times import hour, newest_first, stamp


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which facts stand. A fact that has not been told is None, whatever came after it."""

    call: str
    since: datetime
    line: Line | None = None
    number: str | None = None
    number_ref: str | None = None
    presented_at: datetime | None = None
    queue: str | None = None
    queued_at: datetime | None = None
    handler: str | None = None
    left_queue_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    abandonment: Abandonment | None = None
    sounds: tuple[Sound, ...] = ()
    ended_at: datetime | None = None
    rang_again: str | None = None
    places: tuple[Place, ...] = ()
    set_aside: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def over_at(self) -> datetime | None:
        """When the caller was gone, however that came."""
        return self.abandoned_at or self.ended_at


def index(call: Call) -> Iterable[tuple[str, str]]:
    """Calls in progress by age, those waiting by queue and age; all by who calls, newest first and by hour, and from where."""
    if call.over_at is None:
        yield "open", stamp(call.since)
        if call.queued_at is not None and call.answered_at is None:
            yield "waiting", f"{call.queue} {stamp(call.queued_at)}"
    times = [at for at in (call.since, call.abandoned_at, call.answered_at) if at is not None]
    for ref in known_as(call):
        yield "subject", newest_first(ref, call.since)
        yield from {("subject-hour", hour(ref, at)) for at in times}
    for area in call.areas:
        yield "area-hour", hour(area, call.since)


def known_as(call: Call) -> tuple[str, ...]:
    """The references of whoever and whatever the call itself names: its number, its caller, addresses given."""
    return (*(() if call.number_ref is None else (call.number_ref,)), *call.persons, *call.addresses)


def _opened(call: Call | None, event: Any) -> Call:
    if call is None:
        return Call(event.call, event.at)
    return call if call.since <= event.at else replace(call, since=event.at)


def _received(call: Call | None, event: CallReceived) -> Call:
    number = event.number or (call.number if call else None)
    number_ref = event.number_ref or (call.number_ref if call else None)
    return replace(_opened(call, event), presented_at=event.at, line=event.line, number=number, number_ref=number_ref)


def _queued(call: Call | None, event: CallQueued) -> Call:
    return replace(_opened(call, event), queue=event.queue, queued_at=event.at)


def _answered(call: Call | None, event: CallAnswered) -> Call:
    return replace(_opened(call, event), handler=event.handler, left_queue_at=event.left_queue_at, answered_at=event.at)


def _abandoned(call: Call | None, event: CallAbandoned) -> Call:
    return replace(
        _opened(call, event),
        abandoned_at=event.at,
        abandonment=event.abandonment,
        line=event.line,
        number=event.number,
        number_ref=event.number_ref,
        sounds=tuple(event.sounds),
        markers=tuple(dict.fromkeys((*call.markers, *event.markers) if call else event.markers)),
        earlier=max(event.earlier_calls, call.earlier if call else 0),
    )


def _ended(call: Call | None, event: CallEnded) -> Call:
    return replace(_opened(call, event), ended_at=event.at)


def _located(call: Call | None, event: LocationEstimated) -> Call:
    opened = _opened(call, event)
    place = kept(event.at, event.location, event.cell, event.words, tuple(event.flags))
    given = () if event.address_ref is None or event.address_ref in opened.addresses else (event.address_ref,)
    return replace(
        opened,
        places=(*opened.places, place),
        addresses=(*opened.addresses, *given),
        areas=(*opened.areas, *(area for area in event.areas if area not in opened.areas)),
    )


def _identified(call: Call | None, event: CallerIdentified) -> Call:
    opened = _opened(call, event)
    return opened if event.person_ref in opened.persons else replace(opened, persons=(*opened.persons, event.person_ref))


def _matched(call: Call, event: CallerMatched) -> Call:
    return replace(call, markers=tuple(event.markers), earlier=event.earlier_contacts, reasons=tuple(event.reasons))


def _set_aside(call: Call | None, event: CallFactSetAside) -> Call:
    opened = call or Call(event.call, event.at)
    return replace(opened, set_aside=(*opened.set_aside, event.fact))


def _rung_again(call: Call, event: CallerRangAgain) -> Call:
    return replace(call, rang_again=event.answered_call)


EVOLVE: dict[type[Event], Callable[[Any, Any], Call]] = {
    CallReceived: _received,
    CallQueued: _queued,
    CallAnswered: _answered,
    CallAbandoned: _abandoned,
    CallEnded: _ended,
    LocationEstimated: _located,
    CallFactSetAside: _set_aside,
    CallerRangAgain: _rung_again,
    CallerIdentified: _identified,
    CallerMatched: _matched,
}
