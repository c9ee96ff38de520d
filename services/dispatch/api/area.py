"""Vehicle positions come in, cover goes out."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Context, Host
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.principal import Principal, Role
from contracts.envelope import Instant
from contracts.places import Latitude, Longitude
from services.dispatch.api.parameters import Reader
from services.dispatch.domain.commands import LookAtCover, Position, TakePositions
from services.dispatch.views import area as views
from services.dispatch.views.area import CoverView, PositionsView

Feed = Annotated[Principal, requires(Role.SERVICE)]


class PositionBody(Body):
    """Where a vehicle was, by the time of its own receiver."""

    unit: Annotated[str, Field(pattern=r"^unit-[0-9A-Z-]{1,40}$")]
    at: Instant
    latitude: Latitude
    longitude: Longitude


class PositionsBody(Body):
    """A batch of positions, in any order."""

    positions: Annotated[tuple[PositionBody, ...], Field(min_length=1, max_length=400)]


def around(host: Host) -> APIRouter:
    """Routes of what is where."""
    router = APIRouter()

    @router.post("/positions", tags=["positions"], response_model=PositionsView)
    async def take_positions(body: PositionsBody, request: Request, feed: Feed) -> Response:
        """Take a batch of vehicle positions. They are not recorded, only what follows from them.

        Each process keeps those it was sent: send them to all.
        """
        cause = edge_of(request).ids.new()
        positions = tuple(Position(one.unit, one.at, one.latitude, one.longitude) for one in body.positions)
        loaded = await host.run(TakePositions(positions), Context(cause, feed.subject, cause))
        return respond(loaded, views.positions(loaded.state))

    @router.get("/cover", tags=["cover"], response_model=CoverView)
    async def read_cover(request: Request, reader: Reader) -> Response:
        """How many units can be sent from each area, where that is too few, and who could stand by there."""
        cause = edge_of(request).ids.new()
        loaded = await host.run(LookAtCover(), Context(cause, reader.subject, cause))
        return respond(loaded, views.cover(loaded.state))

    return router
