"""Where a caller is said to be: every estimate is kept, and one that names no place is set aside.

An estimate never becomes an address (Northamptonshire 2011: a guessed address was recorded as fact). Words that a network or
a handset wrote beside its estimate are kept as words.
"""

from contracts.contact.calls import LocationEstimated
from contracts.envelope import Event
from contracts.places import LocationSource
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import EstimateLocation
from services.contact.domain.calls.set_aside import aside
from services.contact.domain.place import kept, says_nothing

GUESSES = frozenset({LocationSource.CELL, LocationSource.HANDSET})
"""Sources that measure: what they write is never an address."""


def locate(call: Call, fact: EstimateLocation, what: str) -> list[Event]:
    """One more estimate, if it says anything and is not known already."""
    location, words = fact.location, fact.words
    if location.source in GUESSES and location.address is not None:
        words = words or location.address
        location = location.model_copy(update={"address": None})
    if says_nothing(location) and words is None and fact.cell is None:
        return aside(call, fact, what, "it names no place (no words, and no fix or 0,0)")
    place = kept(fact.at, location, fact.cell, words, fact.flags)
    if any(place.same(known) for known in call.places):
        return []
    return [
        LocationEstimated(
            at=fact.at,
            call=call.call,
            location=location if not says_nothing(location) else location.model_copy(update={"point": None}),
            cell=fact.cell,
            words=words,
            address_ref=fact.address_ref if location.address is not None else None,
            areas=fact.areas,
            message=fact.message,
            flags=fact.flags,
        )
    ]
