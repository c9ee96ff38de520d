"""The words in which a fact is kept that does not stand, without anything personal."""

from contracts.contact.calls import Line
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallFact,
    EndCall,
    EstimateLocation,
    HangUp,
    HearSounds,
    IdentifyCaller,
    KeepPlace,
    LearnNumber,
    MissPlace,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.domain.place import says_nothing
from services.contact.domain.times import stamp

_WELFARE = {None: "", True: ", known to be well", False: ", not known to be well"}


def words(fact: CallFact) -> str:
    """What was said, with the time that was told."""
    return f"{_what(fact)} at {stamp(fact.told_at or fact.at)}"


def _what(fact: CallFact) -> str:
    match fact:
        case PresentCall():
            return f"presented on line {fact.line or Line.EMERGENCY}" + (f" from {fact.number_ref}" if fact.number_ref else "")
        case QueueCall():
            return f"queued for {fact.queue}"
        case AnswerCall():
            return f"answered by {fact.handler}"
        case HangUp():
            return "hung up" + (f", heard {', '.join(fact.sounds)}" if fact.sounds else "") + _WELFARE[fact.welfare_established]
        case EndCall():
            return "ended"
        case EstimateLocation():
            return _location(fact)
        case IdentifyCaller():
            return f"identified by {fact.by}"
        case RecogniseStart():
            return f"begun by {fact.start}"
        case HearSounds():
            return f"heard: {', '.join(fact.sounds)}"
        case LearnNumber():
            return f"number from {fact.source}"
        case KeepPlace():
            return "place kept" + (f" for {fact.number_ref}" if fact.number_ref else "")
        case MissPlace():
            return f"rung back by {fact.handler}"


def _location(fact: EstimateLocation) -> str:
    """An empty estimate does not go by the same words as one that says something: the second must not be lost with it."""
    empty = says_nothing(fact.location) and fact.words is None and fact.cell is None
    message = "" if fact.message is None else f" in message {fact.message}"
    return f"{'no ' if empty else ''}location from {fact.location.source}{message}"
