"""Dispatch over HTTP: units book on, report and book off; jobs are read, recommended for and assigned to."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.edge import edge_of
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.dispatch import Release, Status
from contracts.envelope import Instant
from contracts.places import Point
from services.dispatch import views
from services.dispatch.application import JOB, UNIT
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import Assign, BookOff, BookOn, EndAssignment, Override, Recommend, ReportStatus
from services.dispatch.domain.job import Job
from services.dispatch.domain.unit import Unit
from services.dispatch.views import JobView, RecommendationView, UnitView

Words = Annotated[str, Field(min_length=1, max_length=500)]
Reasons = Annotated[tuple[Words, ...], Field(max_length=20)]
UnitId = Annotated[str, Path(pattern=r"^unit-[0-9A-Z-]{1,40}$", description="As `unit` in a view, for example unit-E39.")]
JobId = Annotated[str, Path(pattern=r"^job-[0-9A-Za-z-]{1,80}$", description="As `job` in a view.")]

ROOM = (Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.CALL_HANDLER, Role.SERVICE)]
Dispatcher = Annotated[Context, command(*ROOM)]
Radio = Annotated[Context, command(*ROOM, Role.SERVICE)]
OtherRoom = Annotated[Context, command(Role.SERVICE)]


class BookOnBody(Body):
    """A unit begins a tour of duty."""

    callsign: Annotated[str, Field(min_length=1, max_length=40)]
    skills: Reasons = ()
    crew: Annotated[int, Field(ge=0, le=20)] = 2
    point: Point | None = None
    at: Instant | None = None


class StatusBody(Body):
    """A status, with the device's own time."""

    status: Status
    at: Annotated[Instant | None, Field(description="The device's time; left out: now.")] = None
    incident: Annotated[Words | None, Field(description="Left out: the one the unit is on.")] = None
    point: Point | None = None


class BookOffBody(Body):
    """The end of a tour of duty."""

    at: Instant | None = None


class OverrideBody(Body):
    """Who answers for more units than were asked for, and why."""

    by: Words
    reason: Words


class AssignBody(Body):
    """A unit to send, by callsign."""

    unit: Annotated[str, Field(min_length=1, max_length=40)]
    reasons: Reasons = ()
    override: OverrideBody | None = None
    at: Instant | None = None


class ReportedAssignmentBody(Body):
    """A unit that another control room has sent."""

    unit: Annotated[str, Field(min_length=1, max_length=40)]
    at: Instant
    reasons: Reasons = ()


class EndBody(Body):
    """Why the unit no longer works for the job."""

    release: Release
    at: Instant | None = None


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return (_units(host), _unit_reads(host), _jobs(host), _job_reads(host), _reported(host))


def _unit(loaded: Loaded[Unit], *, status: int = 200, location: str | None = None) -> Response:
    assert loaded.state is not None
    return respond(loaded, views.unit(loaded.state), status=status, location=location)


def _job(loaded: Loaded[Job]) -> Response:
    assert loaded.state is not None
    return respond(loaded, views.job(loaded.state))


def _units(host: Host) -> APIRouter:
    router = APIRouter(prefix="/units", tags=["units"])

    @router.post("", response_model=UnitView, status_code=201)
    async def book_on(body: BookOnBody, context: Dispatcher) -> Response:
        """Begin a tour of duty under a callsign."""
        loaded = await host.run(BookOn(body.callsign, body.skills, body.crew, body.point, body.at), context)
        return _unit(loaded, status=201, location=f"/units/{loaded.stream}")

    @router.post("/{unit}/status", response_model=UnitView)
    async def report_status(unit: UnitId, body: StatusBody, context: Radio) -> Response:
        """Report a status. One with an older device time is recorded and overrides nothing."""
        report = ReportStatus(unit, body.status, context.actor, body.at, body.incident, body.point)
        return _unit(await host.run(report, context))

    @router.post("/{unit}/off", response_model=UnitView)
    async def book_off(unit: UnitId, body: BookOffBody, context: Dispatcher) -> Response:
        """End the tour of duty; refused while an assignment is live."""
        return _unit(await host.run(BookOff(unit, body.at), context))

    return router


def _unit_reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/units", tags=["units"])

    @router.get("")
    def list_units(page: Paging, known_at: KnownAt, _: Reader) -> Listing[UnitView]:
        """Units on duty, by callsign."""
        found = page.read(host, "on_duty", known_at=known_at)
        states = (host.load(UNIT, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.unit(state) for state in states if state is not None], next=found.next)

    @router.get("/{unit}", response_model=UnitView)
    def read_unit(unit: UnitId, known_at: KnownAt, _: Reader) -> Response:
        """One unit, now or as it was known."""
        return _unit(host.load(UNIT, unit, known_at))

    @router.get("/{unit}/history")
    def read_unit_history(unit: UnitId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one unit, in order."""
        return history(unit, host.history(unit, known_at), after, limit)

    return router


def _jobs(host: Host) -> APIRouter:
    router = APIRouter(prefix="/jobs/{job}/assignments", tags=["jobs"])

    @router.post("", response_model=JobView)
    async def assign_unit(job: JobId, body: AssignBody, context: Dispatcher) -> Response:
        """Send a unit. One live assignment a unit; more units than asked for only if a named person answers for it."""
        override = None if body.override is None else Override(body.override.by, body.override.reason)
        assign = Assign(job, unit_of(body.unit), context.actor, body.at, body.reasons, override)
        return _job(await host.run(assign, context))

    @router.post("/{unit}/end", response_model=JobView)
    async def end_assignment(job: JobId, unit: UnitId, body: EndBody, context: Radio) -> Response:
        """Release a unit from the job."""
        return _job(await host.run(EndAssignment(job, unit, body.release, body.at), context))

    return router


def _job_reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("")
    def list_jobs(
        page: Paging,
        known_at: KnownAt,
        _: Reader,
        wanting: Annotated[bool, Query(description="Only those that still want units.")] = False,
    ) -> Listing[JobView]:
        """Open jobs: by grade, the oldest report first within each."""
        found = page.read(host, "wanting" if wanting else "open", known_at=known_at)
        states = (host.load(JOB, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.job(state) for state in states if state is not None], next=found.next)

    @router.get("/{job}", response_model=JobView)
    def read_job(job: JobId, known_at: KnownAt, _: Reader) -> Response:
        """One job, now or as it was known."""
        return _job(host.load(JOB, job, known_at))

    @router.get("/{job}/history")
    def read_job_history(job: JobId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one job, in order."""
        return history(job, host.history(job, known_at), after, limit)

    @router.get("/{job}/recommendation", response_model=RecommendationView)
    async def recommend_units(job: JobId, request: Request, reader: Reader) -> Response:
        """Who should go, the best first, with what speaks for and against each; and what is missing."""
        cause = edge_of(request).ids.new()
        loaded = await host.run(Recommend(job), Context(cause, reader.subject, cause))
        assert loaded.state is not None
        return respond(loaded, views.recommendation(job, loaded.state))

    return router


def _reported(host: Host) -> APIRouter:
    """What another control room says has happened: never refused as things stand, overlaps flagged."""
    router = APIRouter(prefix="/reported", tags=["reported by another control room"])

    @router.post("/units/{unit}/status", response_model=UnitView)
    async def report_other_status(unit: UnitId, body: StatusBody, context: OtherRoom) -> Response:
        """A status of a unit that need not be on duty here."""
        report = ReportStatus(unit, body.status, context.actor, body.at, body.incident, body.point, outside=True)
        return _unit(await host.run(report, context))

    @router.post("/jobs/{job}/assignments", response_model=JobView)
    async def report_other_assignment(job: JobId, body: ReportedAssignmentBody, context: OtherRoom) -> Response:
        """A unit that was sent, whatever else it holds."""
        assign = Assign(job, unit_of(body.unit), context.actor, body.at, body.reasons, outside=True)
        return _job(await host.run(assign, context))

    return router
