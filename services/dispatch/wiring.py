"""Puts dispatch together."""

from functools import partial

from chassis.described import described
from chassis.host import Service
from chassis.process import Wiring
from chassis.world import World
from contracts.topics import HEARS
from services.dispatch.api.routes import routers
from services.dispatch.application import AGGREGATES, Dispatch
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, on_timer, react
from services.dispatch.roads import RoadGraph


def build(world: World) -> Service:
    """The service of one force; its own rules are `dispatch.toml` in the folder of its policies, its roads `roads.graphml`."""
    own = None if world.policy is None else world.policy / "dispatch.toml"
    roads = None if world.policy is None else world.policy / "roads.graphml"
    travel = RoadGraph.open(roads) if roads is not None and roads.exists() else None
    dispatch = Dispatch(load(own if own is not None and own.exists() else None), travel)
    return Service("dispatch", AGGREGATES, HEARS["dispatch"], dispatch.handle, react, on_timer, {}, HEEDS)


WIRING = Wiring(
    "dispatch",
    "Ringback dispatch",
    "Units on duty and their statuses, jobs, recommendations, offers, assignments and diversions, cover, response figures.",
    build,
    routers,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
