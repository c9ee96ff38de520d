"""Escalations: what was brought before whom, and their acknowledgement."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.incident.api.access import Deciding, IncidentId, Long, Reader, Words, shown
from services.incident.domain.backlog.escalation import Acknowledge, escalation_of
from services.incident.streams import ESCALATION
from services.incident.views.waiting import EscalationView, escalation


class AcknowledgeBody(Body):
    """As which role, and what will be done."""

    role: Words
    plan: Long


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["escalations"])

    @routes.get("/escalations")
    def list_escalations(page: Paging, known_at: KnownAt, _: Reader) -> Listing[EscalationView]:
        """Those nobody has acknowledged: at the top of their ladder first, then by when they climb."""
        found = page.read(host, "escalations", known_at=known_at)
        states = (host.load(ESCALATION, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[escalation(state) for state in states if state is not None], next=found.next)

    @routes.get("/incidents/{incident}/escalation", response_model=EscalationView)
    def read_escalation(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """The ladder of one incident."""
        loaded = host.load(ESCALATION, escalation_of(incident), known_at)
        return shown(loaded, escalation)

    @routes.post("/incidents/{incident}/escalation/acknowledge", response_model=EscalationView)
    async def acknowledge_escalation(incident: IncidentId, body: AcknowledgeBody, context: Deciding) -> Response:
        """I have it, as the role that was told or one above it, and this will be done."""
        loaded = await host.run(Acknowledge(incident, context.actor, body.role, body.plan), context)
        return shown(loaded, escalation)

    return routes
