"""The incident service over HTTP: open, grade, resource and close; read one, its history, and the backlog."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.envelope import Instant, Narrative
from contracts.incident import Origin
from contracts.places import Location
from services.incident import views
from services.incident.aggregates import INCIDENT
from services.incident.application import incident_id
from services.incident.domain.commands import Close, Grade, OpenIncident, Regrade, RequestResources
from services.incident.domain.incident import Incident
from services.incident.views import IncidentView

Words = Annotated[str, Field(min_length=1, max_length=500)]
IncidentId = Annotated[str, Path(pattern=r"^incident-[0-9A-Za-z-]{1,80}$", description="As `incident` in a view.")]

ROOM = (Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.SERVICE)]
InRoom = Annotated[Context, command(*ROOM, Role.SERVICE)]
Reporter = Annotated[Context, command(Role.SERVICE, Role.SUPERVISOR)]


class OpenBody(Body):
    """What a call handler knows when the incident begins."""

    call: Annotated[Words, Field(description="The call it came from: the same call opens the same incident.")]
    opening_code: Words
    reported_at: Annotated[Instant | None, Field(description="When it was first reported; left out: now.")] = None
    summary: Narrative | None = None
    location: Location | None = None
    silent_approach: bool = False


class ReportBody(Body):
    """What another control room says it runs; kept as given."""

    reference: Annotated[Words, Field(description="Its name there: the same reference of a force is the same incident.")]
    force: Words
    opening_code: Words
    reported_at: Instant
    opened_at: Instant | None = None
    summary: Narrative | None = None
    location: Location | None = None


class GradeBody(Body):
    """The first grade."""

    grade: Words
    reasons: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    at: Instant | None = None


class RegradeBody(Body):
    """Another grade, and why."""

    grade: Words
    rationale: Words
    at: Instant | None = None


class ResourcesBody(Body):
    """Units wanted; what is left out, the grade's policy says."""

    units: Annotated[int, Field(ge=1, le=99)] | None = None
    skills: Annotated[tuple[Words, ...], Field(max_length=20)] | None = None
    at: Instant | None = None


class CloseBody(Body):
    """How it turned out."""

    closing_code: Words
    reason: Words
    at: Instant | None = None


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return (_opening(host), _commands(host), _reads(host))


def _told(loaded: Loaded[Incident], *, opened: bool = False) -> Response:
    assert loaded.state is not None
    created = opened and loaded.version == 1
    location = f"/incidents/{loaded.stream}" if opened else None
    return respond(loaded, views.incident(loaded.state), status=201 if created else 200, location=location)


def _opening(host: Host) -> APIRouter:
    router = APIRouter(tags=["incidents"])

    @router.post("/incidents", response_model=IncidentView, responses={201: {"model": IncidentView}})
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
        )
        return _told(await host.run(opening, context), opened=True)

    @router.post("/reported-incidents", response_model=IncidentView, responses={201: {"model": IncidentView}})
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
        return _told(await host.run(opening, context), opened=True)

    return router


def _commands(host: Host) -> APIRouter:
    router = APIRouter(prefix="/incidents/{incident}", tags=["incidents"])

    @router.post("/grade", response_model=IncidentView)
    async def grade_incident(incident: IncidentId, body: GradeBody, context: InRoom) -> Response:
        """Give the first grade; its promises count from the first report."""
        return _told(await host.run(Grade(incident, body.grade, context.actor, body.reasons, body.at), context))

    @router.post("/regrade", response_model=IncidentView)
    async def regrade_incident(incident: IncidentId, body: RegradeBody, context: InRoom) -> Response:
        """Change the grade with a rationale; the clock still runs from the first report."""
        return _told(await host.run(Regrade(incident, body.grade, context.actor, body.rationale, body.at), context))

    @router.post("/resources", response_model=IncidentView)
    async def request_resources(incident: IncidentId, body: ResourcesBody, context: InRoom) -> Response:
        """Ask dispatch for units. A later request stands in place of the earlier one."""
        return _told(await host.run(RequestResources(incident, body.units, body.skills, body.at), context))

    @router.post("/close", response_model=IncidentView)
    async def close_incident(incident: IncidentId, body: CloseBody, context: InRoom) -> Response:
        """Close the incident; dispatch stands down whoever still works for it."""
        return _told(await host.run(Close(incident, body.closing_code, body.reason, context.actor, body.at), context))

    return router


def _reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/incidents", tags=["incidents"])

    @router.get("")
    def list_incidents(page: Paging, known_at: KnownAt, _: Reader) -> Listing[IncidentView]:
        """Open incidents: the ungraded first, then by grade, the oldest first within each."""
        found = page.read(host, "open", known_at=known_at)
        states = (host.load(INCIDENT, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.incident(state) for state in states if state is not None], next=found.next)

    @router.get("/{incident}", response_model=IncidentView)
    def read_incident(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """One incident, now or as it was known."""
        return _told(host.load(INCIDENT, incident, known_at))

    @router.get("/{incident}/history")
    def read_incident_history(
        incident: IncidentId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every event of one incident, in order."""
        return history(incident, host.history(incident, known_at), after, limit)

    return router
