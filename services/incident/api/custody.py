"""Who has an incident in hand; going off hands everything over, acknowledged."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.incident.api.access import IncidentId, InRoom, Reader, Words, shown
from services.incident.cases.waiting import AcceptIncident, HandOver, TakeOver
from services.incident.domain.backlog.custody import custody_of
from services.incident.streams import CUSTODY
from services.incident.views.waiting import CustodyView, custody


class HandOverBody(Body):
    """To whom; one incident, or all one has in hand."""

    to: Words
    incident: Words | None = None


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["custody"])

    @routes.get("/incidents/{incident}/custody", response_model=CustodyView)
    def read_custody(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """Who has it in hand."""
        loaded = host.load(CUSTODY, custody_of(incident), known_at)
        return shown(loaded, custody)

    @routes.post("/incidents/{incident}/accept", response_model=CustodyView)
    async def accept_incident(incident: IncidentId, context: InRoom) -> Response:
        """I have it in hand. That is no action: silence from now on raises an alarm."""
        loaded = await host.run(AcceptIncident(incident, context.actor), context)
        return shown(loaded, custody)

    @routes.post("/incidents/{incident}/take-over", response_model=CustodyView)
    async def take_over(incident: IncidentId, context: InRoom) -> Response:
        """Acknowledge a hand-over: it is mine now."""
        loaded = await host.run(TakeOver(incident, context.actor), context)
        return shown(loaded, custody)

    _handing_over(routes, host)
    return routes


def _handing_over(routes: APIRouter, host: Host) -> None:
    @routes.post("/hand-overs")
    async def hand_over(body: HandOverBody, page: Paging, context: InRoom) -> Listing[CustodyView]:
        """Going off: offer what I have in hand to somebody. It stays mine until they acknowledge it."""
        await host.run(HandOver(context.actor, body.to, body.incident), context)
        return _of("offered-to", body.to, page)

    @routes.get("/hand-overs/{to}")
    def list_hand_overs(to: str, page: Paging, _: Reader) -> Listing[CustodyView]:
        """What is offered to somebody and not acknowledged."""
        return _of("offered-to", to, page)

    @routes.get("/in-hand/{holder}")
    def list_in_hand(holder: str, page: Paging, _: Reader) -> Listing[CustodyView]:
        """What somebody has in hand."""
        return _of("held-by", holder, page)

    def _of(name: str, value: str, page: Paging) -> Listing[CustodyView]:
        found = page.read(host, name, value)
        states = (host.load(CUSTODY, entry.stream).state for entry in found.entries)
        return Listing(items=[custody(state) for state in states if state is not None], next=found.next)
