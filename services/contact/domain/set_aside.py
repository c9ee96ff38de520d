"""What telephony said and cannot be: kept once, as it came, with the reason."""

from contracts.contact import CallFactSetAside
from contracts.envelope import Event
from services.contact.domain.call import Call
from services.contact.domain.facts import Fact


def aside(call: Call, fact: Fact, what: str, because: str) -> list[Event]:
    """Kept once with its reason; what was set aside stays so, whatever is learned later."""
    if what in call.set_aside:
        return []
    return [CallFactSetAside(at=fact.at, call=call.call, fact=what, reason=because)]
