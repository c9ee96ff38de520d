"""What follows from a fact that telephony tells, whatever order it tells them in: each stands once."""

from datetime import datetime

from contracts.contact import (
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallQueued,
    CallReceived,
    Line,
)
from contracts.envelope import Event
from services.contact.domain.abandonment import abandonment
from services.contact.domain.call import Call
from services.contact.domain.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    HangUp,
    IdentifyCaller,
    NoteMatch,
    NoteRangAgain,
    PresentCall,
    QueueCall,
)
from services.contact.domain.locating import locate
from services.contact.domain.place import best, told
from services.contact.domain.recognising import identify, match
from services.contact.domain.set_aside import aside
from services.contact.domain.times import stamp, talked_s, waited_s


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
            return locate(call, command)
        case IdentifyCaller():
            return identify(call, command)
        case NoteMatch():
            return match(call, command)
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
    return aside(
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
        return [] if same else aside(call, fact, what, f"it was queued for {call.queue} at {stamp(call.queued_at)}")
    if call.over_at is not None and fact.at > call.over_at:
        return aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}")
    if call.answered_at is not None and fact.at > call.answered_at:
        return aside(call, fact, what, f"it was answered at {stamp(call.answered_at)}")
    return [CallQueued(at=fact.at, call=call.call, queue=fact.queue)]


def _answer(call: Call, fact: AnswerCall) -> list[Event]:
    what = f"answered by {fact.handler} at {stamp(fact.at)}"
    if what in call.set_aside:
        return []
    if call.answered_at is not None:
        same = (call.answered_at, call.handler) == (fact.at, fact.handler)
        return [] if same else aside(call, fact, what, f"{call.handler} answered it at {stamp(call.answered_at)}")
    if call.over_at is not None and fact.at > call.over_at:
        return aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}")
    waited = waited_s(call.queued_at, fact.left_queue_at or fact.at)
    return [CallAnswered(at=fact.at, call=call.call, handler=fact.handler, left_queue_at=fact.left_queue_at, waited_s=waited)]


def _hang_up(call: Call, fact: HangUp) -> list[Event]:
    if call.abandoned_at is not None:
        if set(fact.sounds) <= set(call.sounds):
            return []
        return aside(
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
    place = best(call.places)
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
            location=None if place is None else told(place),
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


def _rang_again(call: Call, note: NoteRangAgain) -> list[Event]:
    if call.abandoned_at is None or call.rang_again is not None:
        return []
    return [CallerRangAgain(at=note.at, call=call.call, answered_call=note.answered_call, by=note.by)]
