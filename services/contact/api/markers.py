"""Supervisors place and lift the markers on a number."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from contracts.contact import Marker
from contracts.envelope import Instant, Telephone
from services.contact import views
from services.contact.api.access import Supervisor, Words
from services.contact.domain.caller import Caller, LiftMarker, PlaceMarker
from services.contact.views import CallerView


class PlaceBody(Body):
    """A warning about a number."""

    number: Telephone
    marker: Marker
    evidence: Words
    review_by: Instant


class LiftBody(Body):
    """A warning taken off again."""

    number: Telephone
    marker: Marker
    reason: Words


def router(host: Host) -> APIRouter:
    """The routes of markers."""
    routes = APIRouter(prefix="/callers", tags=["markers"])

    def told(loaded: Loaded[Caller]) -> Response:
        assert loaded.state is not None
        return respond(loaded, views.caller(loaded.state))

    @routes.put("/markers", response_model=CallerView)
    async def place_marker(body: PlaceBody, context: Supervisor) -> Response:
        """Put a marker on a number. It can only raise what is done about a call, never lower it."""
        place = PlaceMarker(
            marker=body.marker, author=context.actor, evidence=body.evidence, review_by=body.review_by, number=body.number
        )
        return told(await host.run(place, context))

    @routes.delete("/markers", response_model=CallerView)
    async def lift_marker(body: LiftBody, context: Supervisor) -> Response:
        """Take a marker off. That it stood stays on record."""
        lift = LiftMarker(marker=body.marker, author=context.actor, reason=body.reason, number=body.number)
        return told(await host.run(lift, context))

    return routes
