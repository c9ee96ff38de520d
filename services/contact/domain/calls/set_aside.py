"""What telephony said and cannot be: kept once for each teller, as it came, with the reason."""

from datetime import datetime

from contracts.contact.calls import CallFactSetAside
from contracts.envelope import Event
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import Fact
from services.contact.domain.times import stamp


def aside(call: Call, fact: Fact, what: str, because: str, stands_at: datetime | None = None) -> list[Event]:
    """What was set aside stays so, whatever is learned later. `stands_at` is the time that stands instead, if it is one."""
    if was_aside(call, fact, what):
        return []
    said_at = fact.told_at or fact.at
    apart = None if stands_at is None else (said_at - stands_at).total_seconds()
    return [CallFactSetAside(at=fact.at, call=call.call, fact=what, reason=because, teller=fact.teller, apart_s=apart)]


def was_aside(call: Call, fact: Fact, what: str) -> bool:
    """Whether the same teller said the same before."""
    return any(said.fact == what and said.teller == fact.teller for said in call.asides)


def impossible(call: Call, said: list[Event], fact: Fact, what: str) -> list[Event]:
    """A time that cannot be is kept beside the fact, which stands with the time of receipt, unless it was set aside itself."""
    if fact.told_at is None or any(isinstance(event, CallFactSetAside) and event.fact == what for event in said):
        return []
    return aside(call, fact, what, f"that time cannot be; taken as of {stamp(fact.at)}, when it was received", fact.at)
