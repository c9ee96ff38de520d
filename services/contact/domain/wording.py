"""The words in which a fact is kept that does not stand, without anything personal."""

from contracts.contact import Line
from services.contact.domain.facts import (
    AnswerCall,
    CallFact,
    EndCall,
    EstimateLocation,
    HangUp,
    HearSounds,
    KeepPlace,
    LearnNumber,
    MissPlace,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.domain.times import stamp


def words(fact: CallFact) -> str:
    """What was said, with the time that was told."""
    return f"{_what(fact)} at {stamp(fact.told_at or fact.at)}"


def _what(fact: CallFact) -> str:
    match fact:
        case PresentCall():
            return f"presented on line {fact.line or Line.EMERGENCY}"
        case QueueCall():
            return f"queued for {fact.queue}"
        case AnswerCall():
            return f"answered by {fact.handler}"
        case HangUp():
            return "hung up"
        case EndCall():
            return "ended"
        case EstimateLocation():
            return f"location from {fact.location.source}"
        case RecogniseStart():
            return f"begun by {fact.start}"
        case HearSounds():
            return f"heard: {', '.join(fact.sounds)}"
        case LearnNumber():
            return f"number from {fact.source}"
        case KeepPlace():
            return "place kept"
        case MissPlace():
            return f"rung back by {fact.handler}"
