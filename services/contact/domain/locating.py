"""Where a caller is said to be: every estimate is kept, and one that names no place is set aside."""

from contracts.contact import LocationEstimated
from contracts.envelope import Event
from services.contact.domain.call import Call
from services.contact.domain.facts import EstimateLocation
from services.contact.domain.place import kept, says_nothing
from services.contact.domain.set_aside import aside
from services.contact.domain.times import stamp


def locate(call: Call, fact: EstimateLocation) -> list[Event]:
    """One more estimate, if it says anything and is not known already."""
    if says_nothing(fact.location):
        return aside(
            call,
            fact,
            f"location from {fact.location.source} at {stamp(fact.at)}",
            "it names no place (no words, and no fix or 0,0)",
        )
    if kept(fact.at, fact.location) in call.places:
        return []
    return [LocationEstimated(at=fact.at, call=call.call, location=fact.location)]
