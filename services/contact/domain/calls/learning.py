"""What is learned of a call besides its course: its number, what was heard on its line, what had put it through."""

from contracts.contact.calls import NumberLearned, SoundsHeard, StartRecognised
from contracts.envelope import Event
from services.contact.domain.calls.call import Call, Heard
from services.contact.domain.calls.facts import FromCaller, HearSounds, LearnNumber, RecogniseStart
from services.contact.domain.calls.set_aside import aside
from services.contact.domain.calls.starts import says_more, weight


def number_of(call: Call, fact: FromCaller, source: str) -> list[Event]:
    """The number that a fact brings, if it is one that tells callers apart and was not known."""
    if fact.number is None or fact.number_ref is None or call.known_by(fact.number_ref):
        return []
    return [NumberLearned(at=fact.at, call=call.call, number=fact.number, number_ref=fact.number_ref, source=source)]


def learn_number(call: Call, fact: LearnNumber) -> list[Event]:
    """The newest number stands; one known before stays on record and finds the call too."""
    return number_of(call, fact, fact.source)


def hear(call: Call, fact: HearSounds) -> list[Event]:
    """Every hearing is kept, with who listened."""
    if Heard(fact.at, fact.listener, fact.sounds) in call.heard:
        return []
    return [SoundsHeard(at=fact.at, call=call.call, sounds=fact.sounds, listener=fact.listener, words=fact.words)]


def recognise(call: Call, fact: RecogniseStart, what: str) -> list[Event]:
    """What says more stands; less is no news; of two that ring by themselves the first stands and the other is kept."""
    if says_more(call.start, fact.start):
        return [StartRecognised(at=fact.at, call=call.call, start=fact.start, by=fact.by)]
    if call.start is fact.start or weight(fact.start) < weight(call.start):
        return []
    return aside(call, fact, what, f"it is known to have begun by {call.start}")
