"""One call as it is known: which facts stand, what was said against them, and where it can be found."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from contracts.contact.calls import Abandonment, Channel, Line, Marker, Sound, Start
from services.contact.domain.place import Place
from services.contact.domain.times import hour, newest_first, stamp

RANKS = (Line.EMERGENCY, Line.NON_EMERGENCY, Line.HELPLINE)
"""Who is answered first: 999 before 101, always, also after an outage (DOMAIN section 4). No setting changes it."""


class Aside(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was said and does not stand; `apart_s` from the time that does."""

    at: datetime
    fact: str
    reason: str
    teller: str | None = None
    apart_s: float | None = None


class Heard(msgspec.Struct, frozen=True):
    """What somebody heard on the line or on its recording."""

    at: datetime
    listener: str
    sounds: tuple[Sound, ...]


class Call(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which facts stand. A fact that has not been told is None, whatever came after it."""

    call: str
    since: datetime
    line: Line | None = None
    channel: Channel | None = None
    start: Start | None = None
    switch: str | None = None
    number: str | None = None
    number_ref: str | None = None
    earlier_refs: tuple[str, ...] = ()
    presented_at: datetime | None = None
    queue: str | None = None
    queued_at: datetime | None = None
    place_at: datetime | None = None
    credited_from: str | None = None
    place_kept_at: datetime | None = None
    released_at: datetime | None = None
    place_rung: int = 0
    given_up_at: datetime | None = None
    handler: str | None = None
    left_queue_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    abandonment: Abandonment | None = None
    sounds: tuple[Sound, ...] = ()
    heard: tuple[Heard, ...] = ()
    ended_at: datetime | None = None
    hung_up: bool = False
    welfare: bool | None = None
    rang_again: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    places: tuple[Place, ...] = ()
    asides: tuple[Aside, ...] = ()
    persons: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def over_at(self) -> datetime | None:
        """When it was over, however that came."""
        return self.abandoned_at or self.ended_at or self.given_up_at

    @property
    def waiting(self) -> bool:
        """Whether somebody must still answer, or ring back, whoever waits in a queue."""
        return self.queued_at is not None and self.answered_at is None and self.over_at is None

    @property
    def rank(self) -> int:
        """The rank of its line; a line nobody named is taken for 999."""
        return RANKS.index(self.line or Line.EMERGENCY)

    @property
    def may_keep_place(self) -> bool:
        """Whether hanging up costs nothing: never on 999, nor as long as the line is unknown."""
        return self.waiting and self.line is not None and self.line is not Line.EMERGENCY

    def known_by(self, number_ref: str | None) -> bool:
        """Whether this is one of its numbers."""
        return number_ref is not None and (number_ref == self.number_ref or number_ref in self.earlier_refs)


def index(call: Call) -> Iterable[tuple[str, str]]:
    """By beginning; in progress by age; waiting in the order of answering; by who calls, newest first and by hour."""
    yield "began", stamp(call.since)
    if call.over_at is None:
        yield "open", stamp(call.since)
    if call.waiting:
        yield "waiting", turn(call)
        if call.place_kept_at is not None and call.number_ref is not None:
            yield "place", call.number_ref
    if call.attempted_at and call.number_ref is not None:
        yield "harvested", call.number_ref
    times = [at for at in (call.since, call.abandoned_at, call.answered_at) if at is not None]
    for ref in known_as(call):
        yield "subject", newest_first(ref, call.since)
        yield from {("subject-hour", hour(ref, at)) for at in times}
    for area in call.areas:
        yield "area-hour", hour(area, call.since)


def known_as(call: Call) -> tuple[str, ...]:
    """The references of whoever and whatever the call itself names: its numbers, its caller, addresses given."""
    numbers = () if call.number_ref is None else (call.number_ref, *call.earlier_refs)
    return (*numbers, *call.persons, *call.addresses)


def turn(call: Call) -> str:
    """The place in the order of answering, as text that sorts: rank of the line, place, joining, queue."""
    assert call.queued_at is not None
    return f"{call.rank} {stamp(call.place_at or call.queued_at)} {stamp(call.queued_at)} {call.queue}"
