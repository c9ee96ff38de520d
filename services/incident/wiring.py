"""Puts the incident service together."""

from functools import partial

from chassis.described import described
from chassis.host import Service
from chassis.process import Wiring
from chassis.world import World
from contracts.topics import HEARS
from services.incident import api
from services.incident.application import INCIDENT, Incidents
from services.incident.policy.grades import load
from services.incident.reactions import HEEDS, on_timer, react


def build(world: World) -> Service:
    """The service of one force; its own grades are `incident.toml` in the folder of its policies."""
    own = None if world.policy is None else world.policy / "incident.toml"
    incidents = Incidents(world.force, load(own if own is not None and own.exists() else None))
    return Service("incident", (INCIDENT,), HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)


WIRING = Wiring(
    "incident",
    "Ringback incident",
    "Incidents: opened on first information, graded by policy, resourced, closed.",
    build,
    api.routers,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
