"""What follows from a fact that telephony tells, whatever order it tells them in: each stands once."""

from datetime import datetime

from contracts.contact.calls import CallAnswered, CallerRangAgain, CallQueued, CallReceived, Channel, Line, Start
from contracts.contact.telephony import PlaceGivenUp
from contracts.envelope import Event
from services.contact.domain.calls.breaking_off import break_off, end, seen_better
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallCommand,
    CallFact,
    CreditPlace,
    EndCall,
    EstimateLocation,
    HangUp,
    HearSounds,
    IdentifyCaller,
    KeepPlace,
    LearnNumber,
    MissPlace,
    NoteMatch,
    NoteRangAgain,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.domain.calls.learning import hear, learn_number, number_of, recognise
from services.contact.domain.calls.locating import locate
from services.contact.domain.calls.placing import credit, keep, miss
from services.contact.domain.calls.recognising import identify, match
from services.contact.domain.calls.set_aside import aside, impossible, was_aside
from services.contact.domain.calls.starts import says_more
from services.contact.domain.calls.wording import words
from services.contact.domain.times import stamp, waited_s


def decide(state: Call | None, command: CallCommand, now: datetime) -> list[Event]:
    """Never refuses: telephony cannot be told to take a fact back."""
    call = state or Call(command.call, command.at)
    match command:
        case NoteRangAgain():
            return _rang_again(call, command)
        case CreditPlace():
            return credit(call, command)
        case NoteMatch():
            return match(call, command)
    what = words(command)
    if was_aside(call, command, what):
        return []
    said = _said(call, command, what)
    return [*said, *seen_better(call, said, command), *impossible(call, said, command, what)]


def _said(call: Call, fact: CallFact, what: str) -> list[Event]:
    match fact:
        case PresentCall():
            return _present(call, fact, what)
        case QueueCall():
            return _queue(call, fact, what)
        case AnswerCall():
            return _answer(call, fact, what)
        case HangUp():
            return break_off(call, fact, what)
        case EndCall():
            return end(call, fact, what)
        case EstimateLocation():
            return locate(call, fact, what)
        case IdentifyCaller():
            return identify(call, fact)
        case RecogniseStart():
            return recognise(call, fact, what)
        case HearSounds():
            return hear(call, fact)
        case LearnNumber():
            return learn_number(call, fact)
        case KeepPlace():
            return keep(call, fact, what)
        case MissPlace():
            return miss(call, fact)


def _present(call: Call, fact: PresentCall, what: str) -> list[Event]:
    line = fact.line or Line.EMERGENCY
    if call.presented_at is not None:
        return _present_again(call, fact, line, what)
    start = fact.start or (Start.ECALL if fact.channel is Channel.ECALL else None)
    received = CallReceived(
        at=fact.at,
        call=call.call,
        line=line,
        switch=fact.switch,
        number=fact.number,
        number_ref=fact.number_ref,
        channel=fact.channel,
        start=start,
    )
    return [received, *(number_of(call, fact, fact.switch) if call.abandoned_at is not None else [])]


def _present_again(call: Call, fact: PresentCall, line: Line, what: str) -> list[Event]:
    """A second word may still bring the number or the start that the first had not; another time or line does not stand."""
    more = number_of(call, fact, fact.switch) if call.number_ref is None else []
    if says_more(call.start, fact.start) and fact.start is not None:
        more += recognise(call, RecogniseStart(call=call.call, at=fact.at, start=fact.start, by=fact.switch), what)
    other_number = fact.number_ref is not None and call.number_ref is not None and not call.known_by(fact.number_ref)
    if (call.presented_at, call.line) == (fact.at, line) and not other_number:
        return more
    assert call.presented_at is not None
    because = f"it was presented at {stamp(call.presented_at)} on line {call.line}" + (", with another number" * other_number)
    return [*aside(call, fact, what, because, call.presented_at if line is call.line else None), *more]


def _queue(call: Call, fact: QueueCall, what: str) -> list[Event]:
    if call.queued_at is not None:
        if (call.queued_at, call.queue) == (fact.at, fact.queue):
            return []
        same = call.queued_at if call.queue == fact.queue else None
        return aside(call, fact, what, f"it was queued for {call.queue} at {stamp(call.queued_at)}", same)
    if call.over_at is not None and fact.at > call.over_at:
        return aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}", call.over_at)
    if call.answered_at is not None and fact.at > call.answered_at:
        return aside(call, fact, what, f"it was answered at {stamp(call.answered_at)}", call.answered_at)
    return [CallQueued(at=fact.at, call=call.call, queue=fact.queue)]


def _answer(call: Call, fact: AnswerCall, what: str) -> list[Event]:
    if call.answered_at is not None:
        if (call.answered_at, call.handler) == (fact.at, fact.handler):
            return []
        same = call.answered_at if call.handler == fact.handler else None
        return aside(call, fact, what, f"{call.handler} answered it at {stamp(call.answered_at)}", same)
    if call.over_at is not None and fact.at > call.over_at:
        return aside(call, fact, what, f"the caller was gone at {stamp(call.over_at)}", call.over_at)
    waited = waited_s(call.queued_at, fact.left_queue_at or fact.at)
    return [CallAnswered(at=fact.at, call=call.call, handler=fact.handler, left_queue_at=fact.left_queue_at, waited_s=waited)]


def _rang_again(call: Call, note: NoteRangAgain) -> list[Event]:
    if call.rang_again is not None:
        return []
    if call.place_kept_at is not None and call.waiting:
        return [PlaceGivenUp(at=note.at, call=call.call, answered_call=note.answered_call)]
    if call.abandoned_at is None:
        return []
    return [CallerRangAgain(at=note.at, call=call.call, answered_call=note.answered_call, by=note.by)]
