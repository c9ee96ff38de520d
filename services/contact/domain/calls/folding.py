"""How what happened to a call changes what is known of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from contracts.contact.callers import CallerIdentified
from contracts.contact.calls import (
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerMatched,
    CallerRangAgain,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    CallReclassified,
    LocationEstimated,
    NumberLearned,
    Sound,
    SoundsHeard,
    StartRecognised,
)
from contracts.contact.harvest import AttemptsHarvested
from contracts.contact.telephony import LineReleased, PlaceCredited, PlaceGivenUp, PlaceKept, PlaceRung
from contracts.envelope import Event
from services.contact.domain.calls.call import Aside, Call, Heard
from services.contact.domain.calls.starts import says_more
from services.contact.domain.place import kept


def _opened(call: Call | None, name: str, at: datetime) -> Call:
    """The call began with the first that telephony tells of it; when a place was fixed, or a sound heard, dates no call."""
    if call is None:
        return Call(name, at)
    told = call.presented_at or call.queued_at or call.answered_at or call.abandoned_at or call.ended_at
    return call if told and call.since <= at else replace(call, since=at)


def _numbered(call: Call, number: str | None, number_ref: str | None) -> Call:
    """With a number learned; one known before stays one under which the call is found."""
    if number is None or (number_ref is None and call.number_ref is not None):
        return call
    before = () if call.number_ref in (None, number_ref) else (call.number_ref,)
    return replace(call, number=number, number_ref=number_ref, earlier_refs=(*call.earlier_refs, *before))


def _received(call: Call | None, event: CallReceived) -> Call:
    if call is None:  # nearly always: the first that is told, with nothing known to weigh it against
        new = Call(
            event.call, event.at, presented_at=event.at, switch=event.switch, line=event.line, channel=event.channel,
            start=event.start,
        )  # fmt: skip
        return _numbered(new, event.number, event.number_ref)
    opened = _numbered(_opened(call, event.call, event.at), event.number, event.number_ref)
    return replace(
        opened,
        presented_at=event.at,
        switch=event.switch,
        line=event.line,
        channel=event.channel or opened.channel,
        start=event.start if says_more(opened.start, event.start) else opened.start,
    )


def _queued(call: Call | None, event: CallQueued) -> Call:
    return replace(_opened(call, event.call, event.at), queue=event.queue, queued_at=event.at)


def _answered(call: Call | None, event: CallAnswered) -> Call:
    return replace(
        _opened(call, event.call, event.at), handler=event.handler, left_queue_at=event.left_queue_at, answered_at=event.at
    )


def _abandoned(call: Call | None, event: CallAbandoned) -> Call:
    opened = _numbered(_opened(call, event.call, event.at), event.number, event.number_ref)
    return replace(
        opened,
        abandoned_at=event.at,
        abandonment=event.abandonment,
        line=event.line,
        sounds=_joined(opened.sounds, event.sounds),
        welfare=event.welfare_established,
        attempted_at=tuple(event.attempted_at),
        markers=tuple(dict.fromkeys((*opened.markers, *event.markers))),
        earlier=max(event.earlier_calls, opened.earlier),
    )


def _harvested(call: Call, event: AttemptsHarvested) -> Call:
    return replace(call, attempted_at=tuple(sorted({*call.attempted_at, *event.attempted_at})))


def _joined(sounds: tuple[Sound, ...], more: tuple[Sound, ...]) -> tuple[Sound, ...]:
    return (*sounds, *(sound for sound in more if sound not in sounds))


def _reclassified(call: Call, event: CallReclassified) -> Call:
    return replace(call, abandonment=event.abandonment)


def _ended(call: Call | None, event: CallEnded) -> Call:
    return replace(
        _opened(call, event.call, event.at), ended_at=event.at, hung_up=event.hung_up, welfare=event.welfare_established
    )


def _located(call: Call | None, event: LocationEstimated) -> Call:
    opened = call or Call(event.call, event.at)
    place = kept(event.at, event.location, event.cell, event.words, tuple(event.flags))
    given = () if event.address_ref is None or event.address_ref in opened.addresses else (event.address_ref,)
    return replace(
        opened,
        places=(*opened.places, place),
        addresses=(*opened.addresses, *given),
        areas=(*opened.areas, *(area for area in event.areas if area not in opened.areas)),
    )


def _identified(call: Call | None, event: CallerIdentified) -> Call:
    opened = call or Call(event.call, event.at)
    return opened if event.person_ref in opened.persons else replace(opened, persons=(*opened.persons, event.person_ref))


def _matched(call: Call, event: CallerMatched) -> Call:
    return replace(call, markers=tuple(event.markers), earlier=event.earlier_contacts, reasons=tuple(event.reasons))


def _heard(call: Call | None, event: SoundsHeard) -> Call:
    opened = call or Call(event.call, event.at)
    sounds = tuple(event.sounds)
    heard = Heard(event.at, event.listener, sounds)
    return replace(opened, heard=(*opened.heard, heard), sounds=_joined(opened.sounds, sounds))


def _started(call: Call | None, event: StartRecognised) -> Call:
    return replace(call or Call(event.call, event.at), start=event.start)


def _learned(call: Call | None, event: NumberLearned) -> Call:
    return _numbered(call or Call(event.call, event.at), event.number, event.number_ref)


def _set_aside(call: Call | None, event: CallFactSetAside) -> Call:
    opened = call or Call(event.call, event.at)
    said = Aside(event.at, event.fact, event.reason, event.teller, event.apart_s)
    return replace(opened, asides=(*opened.asides, said))


def _rung_again(call: Call, event: CallerRangAgain) -> Call:
    return replace(call, rang_again=event.answered_call)


def _credited(call: Call, event: PlaceCredited) -> Call:
    return replace(call, place_at=event.place_at, credited_from=event.earlier_call)


def _place_kept(call: Call, event: PlaceKept) -> Call:
    return replace(_numbered(call, event.number, event.number_ref), place_kept_at=event.at)


def _released(call: Call, event: LineReleased) -> Call:
    return replace(call, released_at=event.at)


def _rung(call: Call, event: PlaceRung) -> Call:
    return replace(call, place_rung=call.place_rung + 1)


def _given_up(call: Call, event: PlaceGivenUp) -> Call:
    return replace(call, given_up_at=event.at, rang_again=event.answered_call)


EVOLVE: dict[type[Event], Callable[[Any, Any], Call]] = {
    CallReceived: _received,
    CallQueued: _queued,
    CallAnswered: _answered,
    CallAbandoned: _abandoned,
    CallReclassified: _reclassified,
    AttemptsHarvested: _harvested,
    CallEnded: _ended,
    LocationEstimated: _located,
    SoundsHeard: _heard,
    StartRecognised: _started,
    NumberLearned: _learned,
    CallFactSetAside: _set_aside,
    CallerRangAgain: _rung_again,
    PlaceCredited: _credited,
    PlaceKept: _place_kept,
    LineReleased: _released,
    PlaceRung: _rung,
    PlaceGivenUp: _given_up,
    CallerIdentified: _identified,
    CallerMatched: _matched,
}


def folded(call: Call, events: list[Event]) -> Call:
    """What is known after some events."""
    for event in events:
        call = EVOLVE[type(event)](call, event)
    return call
