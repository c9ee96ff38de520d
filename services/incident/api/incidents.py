"""One incident: graded, resourced, delayed, closed, opened again; read, now or as it was known, with its history."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.envelope import Instant, Narrative
from contracts.incident.incidents import Vulnerability
from services.incident.api.access import Acting, Changing, IncidentId, Reader, Words
from services.incident.domain.commands import (
    Close,
    Grade,
    NoteVulnerability,
    RecordDelay,
    Regrade,
    Reopen,
    RequestResources,
)
from services.incident.domain.incident import Incident
from services.incident.streams import INCIDENT
from services.incident.views import incident as view
from services.incident.views.incident import IncidentView


class GradeBody(Body):
    """The first grade."""

    grade: Words
    reasons: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    at: Instant | None = None


class RegradeBody(Body):
    """Another grade, and why."""

    grade: Words
    rationale: Words
    new_information: Annotated[
        Narrative | None, Field(description="What is known now that was not known before: needed to promise less.")
    ] = None
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
    qualifiers: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    welfare: Annotated[
        Narrative | None, Field(description="How it was established that all are well, where no unit got there.")
    ] = None
    at: Instant | None = None


class ReopenBody(Body):
    """Why it is worked on again."""

    reason: Words


class VulnerabilityBody(Body):
    """How vulnerable those concerned are, and why."""

    level: Vulnerability
    reasons: Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]


class DelayBody(Body):
    """Why nobody could be sent yet."""

    code: Words


def told(loaded: Loaded[Incident], *, opened: bool = False) -> Response:
    """An incident with its ETag; when it was just opened, with its address."""
    assert loaded.state is not None
    created = opened and loaded.version == 1
    location = f"/incidents/{loaded.stream}" if opened else None
    return respond(loaded, view.incident(loaded.state), status=201 if created else 200, location=location)


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/incidents", tags=["incidents"])
    _grading(routes, host)
    _ending(routes, host)
    _reads(routes, host)
    return routes


def _grading(routes: APIRouter, host: Host) -> None:
    @routes.post("/{incident}/grade", response_model=IncidentView)
    async def grade_incident(incident: IncidentId, body: GradeBody, context: Changing) -> Response:
        """Give the first grade; its promises count from the first report. Against the suggestion it needs reasons."""
        return told(await host.run(Grade(incident, body.grade, context.actor, body.reasons, body.at), context))

    @routes.post("/{incident}/regrade", response_model=IncidentView)
    async def regrade_incident(incident: IncidentId, body: RegradeBody, context: Changing, by: Acting) -> Response:
        """Change the grade with a rationale; the clock still runs from the first report. To promise less needs authority."""
        asked = Regrade(
            incident,
            body.grade,
            context.actor,
            body.rationale,
            body.at,
            new_information=body.new_information,
            roles=tuple(sorted(by.roles)),
        )
        return told(await host.run(asked, context))

    @routes.post("/{incident}/resources", response_model=IncidentView)
    async def request_resources(incident: IncidentId, body: ResourcesBody, context: Changing) -> Response:
        """Ask dispatch for units. A later request stands in place of the earlier one."""
        return told(await host.run(RequestResources(incident, body.units, body.skills, body.at), context))

    @routes.post("/{incident}/vulnerability", response_model=IncidentView)
    async def note_vulnerability(incident: IncidentId, body: VulnerabilityBody, context: Changing) -> Response:
        """Say how vulnerable those concerned are; whoever waits is then spoken to again in time."""
        return told(await host.run(NoteVulnerability(incident, body.level, body.reasons, context.actor), context))

    @routes.post("/{incident}/delays", response_model=IncidentView)
    async def record_delay(incident: IncidentId, body: DelayBody, context: Changing) -> Response:
        """Say by a code why nobody could be sent yet. It moves no clock."""
        return told(await host.run(RecordDelay(incident, body.code, context.actor), context))


def _ending(routes: APIRouter, host: Host) -> None:
    @routes.post("/{incident}/close", response_model=IncidentView)
    async def close_incident(incident: IncidentId, body: CloseBody, context: Changing) -> Response:
        """Close the incident; dispatch stands down whoever still works for it. Refused while anything about it is pending."""
        asked = Close(
            incident, body.closing_code, body.reason, context.actor, body.at, qualifiers=body.qualifiers, welfare=body.welfare
        )
        return told(await host.run(asked, context))

    @routes.post("/{incident}/reopen", response_model=IncidentView)
    async def reopen_incident(incident: IncidentId, body: ReopenBody, context: Changing) -> Response:
        """Go on with a closed incident, under the clocks of its first report."""
        return told(await host.run(Reopen(incident, body.reason, context.actor), context))


def _reads(routes: APIRouter, host: Host) -> None:
    @routes.get("")
    def list_incidents(page: Paging, known_at: KnownAt, _: Reader) -> Listing[IncidentView]:
        """Open incidents: the ungraded first, then by grade, the oldest first within each."""
        found = page.read(host, "open", known_at=known_at)
        states = (host.load(INCIDENT, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[view.incident(state) for state in states if state is not None], next=found.next)

    @routes.get("/{incident}", response_model=IncidentView)
    def read_incident(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """One incident, now or as it was known."""
        return told(host.load(INCIDENT, incident, known_at))

    @routes.get("/{incident}/history")
    def read_incident_history(
        incident: IncidentId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every event of one incident, in order."""
        return history(incident, host.history(incident, known_at), after, limit)
