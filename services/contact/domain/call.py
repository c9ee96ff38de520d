"""The life of one call, whatever order telephony tells it in: each fact stands once, and nothing that was said is lost."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact import (
    Abandonment,
    AttemptsHarvested,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    Line,
    LocationEstimated,
    Sound,
)
from contracts.envelope import Event
from services.contact.domain.abandonment import abandonment
from services.contact.domain.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    Fact,
    HangUp,
    NoteRangAgain,
    PresentCall,
    QueueCall,
)
from services.contact.domain.place import Place, kept, says_nothing, told
from services.contact.domain.times import hour, stamp, talked_s, waited_s


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
    attempted_at: tuple[datetime, ...] = ()
    places: tuple[Place, ...] = ()
    set_aside: tuple[str, ...] = ()

    @property
    def over_at(self) -> datetime | None:
        """When the caller was gone, however that came."""
        return self.abandoned_at or self.ended_at


def index(call: Call) -> Iterable[tuple[str, str]]:
    """Calls in progress by age, those waiting by queue and age, all by number, and by number and hour for repeats."""
    if call.over_at is None:
        yield "open", stamp(call.since)
        if call.queued_at is not None and call.answered_at is None:
            yield "waiting", f"{call.queue} {stamp(call.queued_at)}"
    if call.number_ref is not None:
        yield "number", call.number_ref
        if call.attempted_at:
            yield "harvested", call.number_ref
        yield from {("number-hour", hour(call.number_ref, at)) for at in (call.abandoned_at, call.answered_at) if at is not None}


def decide(state: Call | None, command: CallCommand, now: datetime) -> list[Event]:
    """Never refuses: telephony cannot be told to take a fact back."""
    call = state or Call(command.call, command.at)
    match command:
        case PresentCall():
            return _present(call, command)
        case QueueCall():
            return _queue(call, command)
        case AnswerCall():
            return _answer(call, command)
        case HangUp():
            return _hang_up(call, command)
        case EndCall():
            return _end(call, command)
        case EstimateLocation():
            return _locate(call, command)
        case NoteRangAgain():
            return _rang_again(call, command)


def _present(call: Call, fact: PresentCall) -> list[Event]:
    line = fact.line or Line.EMERGENCY
    if call.presented_at is None:
        return [
            CallReceived(
                at=fact.at, call=call.call, line=line, switch=fact.switch, number=fact.number, number_ref=fact.number_ref
            )
        ]
    if (call.presented_at, call.line, call.number_ref) == (fact.at, line, fact.number_ref or call.number_ref):
        return []
    return _aside(
        call,
        fact,
        f"presented on line {line} at {stamp(fact.at)}",
        f"it was presented at {stamp(call.presented_at)} on line {call.line}",
    )


def _queue(call: Call, fact: QueueCall) -> list[Event]:
    what = f"queued for {fact.queue} at {stamp(fact.at)}"
    if what in call.set_aside:
        return []
    if call.queued_at is not None:
        same = (call.queued_at, call.queue) == (fact.at, fact.queue)
        return [] if same else _aside(call, fact, what, f"it was queued for {call.queue} at {stamp(call.queued_at)}")
    if call.over_at is not None and fact.at > call.over_at:
        return _aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}")
    if call.answered_at is not None and fact.at > call.answered_at:
        return _aside(call, fact, what, f"it was answered at {stamp(call.answered_at)}")
    return [CallQueued(at=fact.at, call=call.call, queue=fact.queue)]


def _answer(call: Call, fact: AnswerCall) -> list[Event]:
    what = f"answered by {fact.handler} at {stamp(fact.at)}"
    if what in call.set_aside:
        return []
    if call.answered_at is not None:
        same = (call.answered_at, call.handler) == (fact.at, fact.handler)
        return [] if same else _aside(call, fact, what, f"{call.handler} answered it at {stamp(call.answered_at)}")
    if call.over_at is not None and fact.at > call.over_at:
        return _aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}")
    waited = waited_s(call.queued_at, fact.left_queue_at or fact.at)
    return [CallAnswered(at=fact.at, call=call.call, handler=fact.handler, left_queue_at=fact.left_queue_at, waited_s=waited)]


def _hang_up(call: Call, fact: HangUp) -> list[Event]:
    if call.abandoned_at is not None:
        if set(fact.sounds) <= set(call.sounds):
            return []
        return _aside(
            call,
            fact,
            f"hung up at {stamp(fact.at)}, heard: {', '.join(fact.sounds)}",
            f"it broke off at {stamp(call.abandoned_at)}",
        )
    answered = _was_answered(call, fact)
    kind = abandonment(call.queued_at is not None, answered, fact.sounds, fact.welfare_established)
    if kind is None:
        return _end(call, fact)
    left_at = (call.left_queue_at or call.answered_at or fact.at) if answered else fact.at
    newest = max(call.places, key=lambda place: place.at, default=None)
    return [
        CallAbandoned(
            at=fact.at,
            call=call.call,
            line=call.line or fact.line or Line.EMERGENCY,
            abandonment=kind,
            waited_s=waited_s(call.queued_at, left_at),
            number=call.number or fact.number,
            number_ref=call.number_ref or fact.number_ref,
            queue=call.queue,
            sounds=fact.sounds,
            markers=fact.markers,
            location=None if newest is None else told(newest),
            earlier_calls=fact.earlier_calls,
        )
    ]


def _was_answered(call: Call, gone: HangUp) -> bool:
    """As far as anybody said: with no answer known the caller went unanswered, and one told late takes nothing back."""
    return call.answered_at is not None and call.answered_at <= gone.at


def _end(call: Call, fact: EndCall | HangUp) -> list[Event]:
    if call.over_at is not None:
        return []  # a second word on the end, or the line cleared after the caller had gone: nothing new
    return [CallEnded(at=fact.at, call=call.call, talked_s=talked_s(call.answered_at, fact.at))]


def _locate(call: Call, fact: EstimateLocation) -> list[Event]:
    if says_nothing(fact.location):
        return _aside(
            call,
            fact,
            f"location from {fact.location.source} at {stamp(fact.at)}",
            "it names no place (no words, and no fix or 0,0)",
        )
    if kept(fact.at, fact.location) in call.places:
        return []
    return [LocationEstimated(at=fact.at, call=call.call, location=fact.location)]


def _rang_again(call: Call, note: NoteRangAgain) -> list[Event]:
    if call.abandoned_at is None or call.rang_again is not None:
        return []
    return [CallerRangAgain(at=note.at, call=call.call, answered_call=note.answered_call)]


def _aside(call: Call, fact: Fact, what: str, because: str) -> list[Event]:
    """Kept once with its reason; what was set aside stays so, whatever is learned later."""
    if what in call.set_aside:
        return []
    return [CallFactSetAside(at=fact.at, call=call.call, fact=what, reason=because)]


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
        attempted_at=tuple(event.attempted_at),
    )


def _harvested(call: Call, event: AttemptsHarvested) -> Call:
    return replace(call, attempted_at=tuple(sorted({*call.attempted_at, *event.attempted_at})))


def _ended(call: Call | None, event: CallEnded) -> Call:
    return replace(_opened(call, event), ended_at=event.at)


def _located(call: Call | None, event: LocationEstimated) -> Call:
    opened = _opened(call, event)
    return replace(opened, places=(*opened.places, kept(event.at, event.location)))


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
    AttemptsHarvested: _harvested,
    CallEnded: _ended,
    LocationEstimated: _located,
    CallFactSetAside: _set_aside,
    CallerRangAgain: _rung_again,
}
