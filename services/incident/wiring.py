"""Puts the incident service together."""

from functools import partial

from chassis.dated import own
from chassis.described import described
from chassis.host import Service
from chassis.metrics import SHEETS_OVERDUE, UNREVIEWED
from chassis.process import Wiring
from chassis.world import World
from contracts.topics import HEARS
from services.incident.api.routes import policy_routers, routers
from services.incident.application import Incidents
from services.incident.cases.room import Room
from services.incident.policy import codes, grades, room
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer


def build(world: World) -> Service:
    """The service of one force; its own policies are `incident*.toml` in the folder of its policies."""
    mine = partial(own, world.policy)
    policies = (
        grades.load(mine("incident.toml")),
        room.load(mine("incident-room.toml")),
        codes.load(mine("incident-codes.toml")),
    )
    incidents = Incidents(Room(world.force, *policies, world.reference))
    counted = {UNREVIEWED: "unreviewed", SHEETS_OVERDUE: "sheets-overdue"}
    return Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS, counted=counted)


WIRING = Wiring(
    "incident",
    "Ringback incident",
    "Incidents: opened on first information, graded by policy, resourced, closed.",
    build,
    routers,
    policy_routers,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
