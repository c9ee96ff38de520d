"""The kinds of streams contact owns, and how each stream's id is made."""

from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from services.contact.domain import surge as surges
from services.contact.domain.callers import caller as callers
from services.contact.domain.callers.caller import Caller
from services.contact.domain.calls import call as calls
from services.contact.domain.calls import folding
from services.contact.domain.calls.call import Call
from services.contact.domain.desks import contact, feed, promise, staff
from services.contact.domain.desks.contact import Contact
from services.contact.domain.desks.feed import Feed
from services.contact.domain.desks.promise import Promise
from services.contact.domain.desks.staff import Handler
from services.contact.domain.handsets import handset as handsets
from services.contact.domain.handsets.handset import Message
from services.contact.domain.surge import Surge

CALL = Aggregate("call", Call, folding.EVOLVE, index=calls.index)
CALLER = Aggregate("caller", Caller, callers.EVOLVE, index=callers.index)
HANDSET = Aggregate("handset", Message, handsets.EVOLVE, index=handsets.index)
SURGE = Aggregate("surge", Surge, surges.EVOLVE, index=surges.index)
CONTACT = Aggregate("contact", Contact, contact.EVOLVE, index=contact.index)
FEED = Aggregate("feed", Feed, feed.EVOLVE, index=feed.index)
PROMISE = Aggregate("promise", Promise, promise.EVOLVE, owes=promise.owes, index=promise.index)
HANDLER = Aggregate("handler", Handler, staff.EVOLVE, index=staff.index)
"""As they are read. What a contact and a feed owe depends on the edition of the policy too: `cases.desks` knows that."""


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


def contact_id(source: str, reference: str) -> str:
    """The id of a contact, the same however often its source tells of it."""
    return derived("contact", source, reference)


def contact_stream(contact: str) -> str:
    """The stream of a contact."""
    return f"contact-{contact}"


def feed_stream(name: str) -> str:
    """The stream of a feed."""
    return f"feed-{name}"


def promise_stream(promised: str) -> str:
    """The stream of a promise."""
    return f"promise-{promised}"


def handler_stream(name: str) -> str:
    """The stream of a call handler."""
    return f"handler-{name}"
