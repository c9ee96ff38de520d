"""Puts the contact service together."""

from functools import partial

from chassis.dated import own
from chassis.described import described
from chassis.host import Service
from chassis.metrics import CONTACTS_OVERDUE, FEEDS_SILENT, PROMISES_BROKEN
from chassis.process import Wiring
from chassis.references import telephone
from chassis.world import World
from contracts.topics import HEARS
from services.contact import api
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.figures import api as figures_api
from services.contact.harvest import api as harvest_api
from services.contact.harvest.application import HARVEST, Harvesting
from services.contact.policy import caller
from services.contact.policy.default import load
from services.contact.policy.policies import Policies
from services.contact.reactions import HEEDS, react
from services.contact.streams import CALL, CALLER, HANDSET, SURGE
from services.contact.timers import on_timer

COUNTED = {FEEDS_SILENT: "feed-silent", CONTACTS_OVERDUE: "contact-overdue", PROMISES_BROKEN: "promise-broken"}
"""Alarms that stand, as gauges."""


def build(world: World) -> Service:
    """The service of one force; its own rules are `contact.toml` and `contact-caller.toml` in the folder of its policies."""
    mine = partial(own, world.policy)
    rules = Policies(load(mine("contact.toml")), caller.load(mine("contact-caller.toml")))
    contact = Contact(rules.episodes, Numbers(telephone, world.reference), rules.callers, world.handset_key)
    kinds = (CALL, CALLER, HANDSET, SURGE, HARVEST, *contact.desks.aggregates)
    handle = Harvesting(contact).handle
    return Service("contact", kinds, HEARS["contact"], handle, react, on_timer, {}, HEEDS, counted=COUNTED, rules=rules)


WIRING = Wiring(
    "contact",
    "Ringback contact",
    "Contact: telephony facts become the life of a call; who broke off, and how.",
    build,
    lambda host: (*api.routers(host), *harvest_api.routers(host)),
    figures_api.routers,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
