"""Incidents begin: from a call, or because another control room runs one."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from contracts.envelope import Instant, Narrative
from contracts.incident.incidents import Origin
from contracts.places import Location
from services.incident.api.access import InRoom, Reporter, Words
from services.incident.api.incidents import told
from services.incident.application import incident_id
from services.incident.domain.commands import OpenIncident
from services.incident.views.incident import IncidentView


class OpenBody(Body):
    """What a call handler knows when the incident begins."""

    call: Annotated[Words, Field(description="The call it came from: the same call opens the same incident.")]
    opening_code: Words
    reported_at: Annotated[Instant | None, Field(description="When it was first reported; left out: now.")] = None
    summary: Narrative | None = None
    location: Location | None = None
    silent_approach: bool = False
    qualifiers: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    area: Annotated[Literal["urban", "rural"], Field(description="Which of the grade's targets holds.")] = "urban"


class ReportBody(Body):
    """What another control room says it runs; kept as given."""

    reference: Annotated[Words, Field(description="Its name there: the same reference of a force is the same incident.")]
    force: Words
    opening_code: Words
    reported_at: Instant
    opened_at: Instant | None = None
    summary: Narrative | None = None
    location: Location | None = None


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["incidents"])

    @routes.post("/incidents", response_model=IncidentView, responses={201: {"model": IncidentView}})
    async def open_incident(body: OpenBody, context: InRoom) -> Response:
        """Open an incident from a call. Opening it again answers with the one there is."""
        opening = OpenIncident(
            incident_id(Origin.CALL, body.call),
            Origin.CALL,
            body.call,
            body.opening_code,
            reported_at=body.reported_at,
            summary=body.summary,
            location=body.location,
            silent_approach=body.silent_approach,
            qualifiers=body.qualifiers,
            rural=body.area == "rural",
        )
        return told(await host.run(opening, context), opened=True)

    @routes.post("/reported-incidents", response_model=IncidentView, responses={201: {"model": IncidentView}})
    async def report_incident(body: ReportBody, context: Reporter) -> Response:
        """Enter an incident that another control room runs. Its grades are kept as it gives them."""
        opening = OpenIncident(
            incident_id(Origin.OTHER_CONTROL_ROOM, f"{body.force} {body.reference}"),
            Origin.OTHER_CONTROL_ROOM,
            body.reference,
            body.opening_code,
            reported_at=body.reported_at,
            at=body.opened_at,
            force=body.force,
            summary=body.summary,
            location=body.location,
            outside_reference=body.reference,
        )
        return told(await host.run(opening, context), opened=True)

    return routes
