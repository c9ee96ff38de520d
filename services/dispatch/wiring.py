"""Puts dispatch together."""

from functools import partial

from chassis.dated import own
from chassis.described import described
from chassis.host import Service
from chassis.process import Wiring
from chassis.world import World
from contracts.topics import HEARS
from services.dispatch.api.routes import routers
from services.dispatch.application import Dispatch
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, react
from services.dispatch.roads import RoadGraph
from services.dispatch.streams import AGGREGATES
from services.dispatch.timers import on_timer


def build(world: World) -> Service:
    """The service of one force; its own rules are `dispatch.toml` in the folder of its policies, its roads `roads.graphml`."""
    roads = own(world.policy, "roads.graphml")
    dispatch = Dispatch(load(own(world.policy, "dispatch.toml")), None if roads is None else RoadGraph.open(roads))
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
