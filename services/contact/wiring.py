"""Puts the contact service together."""

from functools import partial

from chassis.described import described
from chassis.host import Service
from chassis.process import Wiring
from chassis.references import telephone
from chassis.world import World
from contracts.topics import HEARS
from services.contact import api
from services.contact.application import CALL, CALLER, Contact, Numbers
from services.contact.figures import api as figures_api
from services.contact.harvest import api as harvest_api
from services.contact.harvest.application import HARVEST, Harvesting
from services.contact.policy.default import load
from services.contact.reactions import HEEDS, on_timer, react


def build(world: World) -> Service:
    """The service of one force; its own rules are `contact.toml` in the folder of its policies."""
    own = None if world.policy is None else world.policy / "contact.toml"
    contact = Contact(load(own if own is not None and own.exists() else None), Numbers(telephone, world.reference))
    aggregates = (CALL, CALLER, HARVEST, *contact.desks.aggregates)
    return Service("contact", aggregates, HEARS["contact"], Harvesting(contact).handle, react, on_timer, {}, HEEDS)


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
