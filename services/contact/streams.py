"""The kinds of streams contact owns, and how each stream's id is made."""

from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from services.contact.domain import call as calls
from services.contact.domain import caller as callers
from services.contact.domain import folding
from services.contact.domain import handset as handsets
from services.contact.domain import surge as surges
from services.contact.domain.call import Call
from services.contact.domain.caller import Caller
from services.contact.domain.handset import Message
from services.contact.domain.surge import Surge

CALL = Aggregate("call", Call, folding.EVOLVE, index=calls.index)
CALLER = Aggregate("caller", Caller, callers.EVOLVE, index=callers.index)
HANDSET = Aggregate("handset", Message, handsets.EVOLVE, index=handsets.index)
SURGE = Aggregate("surge", Surge, surges.EVOLVE, index=surges.index)


def call_id(switch: str, reference: str) -> str:
    """The id of a call, the same however often and in whatever order a switch speaks of it."""
    return derived("call", switch, reference)


def call_stream(call: str) -> str:
    """The stream of a call."""
    return f"call-{call}"


def caller_stream(ref: str) -> str:
    """The stream of a number, a person or an address."""
    return f"caller-{ref}"


def handset_stream(message: str) -> str:
    """The stream of a handset's message."""
    return f"handset-{message}"


def surge_stream(surge: str) -> str:
    """The stream of a surge."""
    return f"surge-{surge}"
