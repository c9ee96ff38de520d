"""Puts the incident service together."""

from functools import partial
from pathlib import Path

from chassis.described import described
from chassis.host import Service
from chassis.process import Wiring
from chassis.world import World
from contracts.topics import HEARS
from services.incident import api
from services.incident.aggregates import ALL
from services.incident.application import Incidents
from services.incident.cases.room import Room
from services.incident.policy import codes, grades, room
from services.incident.reactions import HEEDS, react
from services.incident.timers import on_timer


def build(world: World) -> Service:
    """The service of one force; its own policies are `incident*.toml` in the folder of its policies."""
    own = partial(_own, world)
    policies = (grades.load(own("incident")), room.load(own("incident-room")), codes.load(own("incident-codes")))
    incidents = Incidents(Room(world.force, *policies, world.reference))
    return Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)


def _own(world: World, name: str) -> Path | None:
    file = None if world.policy is None else world.policy / f"{name}.toml"
    return file if file is not None and file.exists() else None


WIRING = Wiring(
    "incident",
    "Ringback incident",
    "Incidents: opened on first information, graded by policy, resourced, closed.",
    build,
    api.routers,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
