"""What figures need to know of one call, folded from its events: the facts that stand, and nothing personal."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    CallReclassified,
    Line,
    NumberLearned,
)
from contracts.contact.telephony import PlaceGivenUp
from contracts.envelope import Event


class Told(NamedTuple):
    """An event of a call's stream, live or as read back from a store: `fact` has the fields of `kind`."""

    stream: str
    version: int
    kind: type[Event]
    fact: Any


class CallFacts(msgspec.Struct, frozen=True):
    """One call. `since` is the earliest instant known of it; by it a call belongs to an hour, a day, a month."""

    call: str
    since: datetime
    line: Line | None = None
    switch: str | None = None
    queue: str | None = None
    number_ref: str | None = None
    presented_at: datetime | None = None
    queued_at: datetime | None = None
    left_queue_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    abandonment: Abandonment | None = None
    ended_at: datetime | None = None
    rang_again: bool = False
    place_given_up: bool = False
    set_aside: int = 0


def follow(facts: CallFacts | None, told: Told) -> CallFacts | None:
    """The facts after one more event; events that change no figure change nothing."""
    change = _CHANGES.get(told.kind)
    if change is None:
        return facts
    fact = told.fact
    known = facts or CallFacts(fact.call, fact.at)
    changed = change(known, fact)
    return changed if known.since <= fact.at or told.kind in _AFTERWARDS else replace(changed, since=fact.at)


def of_stream(events: Iterable[Told]) -> CallFacts | None:
    """The facts of one stream; None when nothing in it concerns figures."""
    facts: CallFacts | None = None
    for told in events:
        facts = follow(facts, told)
    return facts


def _received(call: CallFacts, event: CallReceived) -> CallFacts:
    return replace(
        call, line=event.line, switch=event.switch, presented_at=event.at, number_ref=event.number_ref or call.number_ref
    )


def _queued(call: CallFacts, event: CallQueued) -> CallFacts:
    return replace(call, queue=event.queue, queued_at=event.at)


def _answered(call: CallFacts, event: CallAnswered) -> CallFacts:
    return replace(call, answered_at=event.at, left_queue_at=event.left_queue_at)


def _abandoned(call: CallFacts, event: CallAbandoned) -> CallFacts:
    return replace(
        call,
        line=event.line,
        abandoned_at=event.at,
        abandonment=event.abandonment,
        queue=call.queue or event.queue,
        number_ref=event.number_ref or call.number_ref,
    )


def _reclassified(call: CallFacts, event: CallReclassified) -> CallFacts:
    return replace(call, abandonment=event.abandonment, queue=call.queue or event.queue)


def _numbered(call: CallFacts, event: NumberLearned) -> CallFacts:
    return replace(call, number_ref=event.number_ref)


def _ended(call: CallFacts, event: CallEnded) -> CallFacts:
    return replace(call, ended_at=event.at)


def _rung_again(call: CallFacts, event: CallerRangAgain) -> CallFacts:
    return replace(call, rang_again=True)


def _given_up(call: CallFacts, event: PlaceGivenUp) -> CallFacts:
    return replace(call, place_given_up=True)


def _set_aside(call: CallFacts, event: CallFactSetAside) -> CallFacts:
    return replace(call, set_aside=call.set_aside + 1)


_CHANGES: dict[type[Event], Callable[[CallFacts, Any], CallFacts]] = {
    CallReceived: _received,
    CallQueued: _queued,
    CallAnswered: _answered,
    CallAbandoned: _abandoned,
    CallReclassified: _reclassified,
    NumberLearned: _numbered,
    CallEnded: _ended,
    CallerRangAgain: _rung_again,
    PlaceGivenUp: _given_up,
    CallFactSetAside: _set_aside,
}
_AFTERWARDS = frozenset({CallerRangAgain, CallFactSetAside, CallReclassified, NumberLearned, PlaceGivenUp})
"""These carry the time of another call, of a word that was not believed, or of whoever learned more: they move nothing."""
