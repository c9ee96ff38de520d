"""Jobs over HTTP: units are recommended for them, offered, sent, diverted and released; and jobs are read in their queue."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.dispatch.deployment import Release
from contracts.envelope import Instant
from services.dispatch.api.parameters import (
    Callsign,
    Dispatcher,
    JobId,
    OverrideBody,
    Radio,
    Reader,
    Reasons,
    UnitId,
    Words,
    override_of,
)
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import AcknowledgeAlarm, Assign, DelayJob, Divert, EndAssignment, Offer, Recommend
from services.dispatch.domain.job import Job
from services.dispatch.streams import JOB
from services.dispatch.views import jobs as views
from services.dispatch.views.jobs import JobView, RecommendationView

Queue = Literal["open", "wanting", "returned", "unresourced"]


class AssignBody(Body):
    """A unit to send, by callsign. `on_view`: it came upon the incident itself, which response figures leave out."""

    unit: Callsign
    reasons: Reasons = ()
    override: OverrideBody | None = None
    at: Instant | None = None
    on_view: bool = False


class OfferBody(Body):
    """A crew to ask, by callsign."""

    unit: Callsign
    reasons: Reasons = ()


class DivertBody(Body):
    """A unit to take from the job it is on, by callsign, and why."""

    unit: Callsign
    reason: Words
    override: OverrideBody | None = None


class DelayBody(Body):
    """Why nobody is sent yet, by a code of the policy."""

    code: Annotated[str, Field(min_length=1, max_length=80)]
    at: Instant | None = None


class EndBody(Body):
    """Why the unit no longer works for the job."""

    release: Release
    at: Instant | None = None


class NothingMore(Body):
    """No more is to be said."""


def answered(loaded: Loaded[Job]) -> Response:
    """A job with its version."""
    assert loaded.state is not None
    return respond(loaded, views.job(loaded.state))


def sending(host: Host) -> APIRouter:
    """Who works for a job."""
    router = APIRouter(prefix="/jobs/{job}", tags=["jobs"])

    @router.post("/assignments", response_model=JobView)
    async def assign_unit(job: JobId, body: AssignBody, context: Dispatcher) -> Response:
        """Send a unit. One live assignment a unit; what policy would refuse goes only if a named person answers for it."""
        assign = Assign(
            job, unit_of(body.unit), context.actor, body.at, body.reasons, override_of(body.override), on_view=body.on_view
        )
        return answered(await host.run(assign, context))

    @router.post("/offers", response_model=JobView)
    async def offer_unit(job: JobId, body: OfferBody, context: Dispatcher) -> Response:
        """Ask a crew whether it can go. It answers at its own address, or the offer lapses."""
        return answered(await host.run(Offer(job, unit_of(body.unit), context.actor, body.reasons), context))

    @router.post("/diversions", response_model=JobView)
    async def divert_unit(job: JobId, body: DivertBody, context: Dispatcher) -> Response:
        """Send a unit here from the job it is on. That job stands at the head of its queue again, with its original clock."""
        divert = Divert(job, unit_of(body.unit), context.actor, body.reason, override_of(body.override))
        return answered(await host.run(divert, context))

    @router.post("/assignments/{unit}/end", response_model=JobView)
    async def end_assignment(job: JobId, unit: UnitId, body: EndBody, context: Radio) -> Response:
        """Release a unit from the job."""
        return answered(await host.run(EndAssignment(job, unit, body.release, body.at), context))

    return router


def waiting(host: Host) -> APIRouter:
    """What is said of a job that waits, and who should go."""
    router = APIRouter(prefix="/jobs/{job}", tags=["jobs"])

    @router.post("/delay", response_model=JobView)
    async def delay_job(job: JobId, body: DelayBody, context: Dispatcher) -> Response:
        """Say why nobody is sent yet, by a code that has one meaning. It stops no clock and no alarm."""
        return answered(await host.run(DelayJob(job, body.code, context.actor, body.at), context))

    @router.post("/unresourced/acknowledge", response_model=JobView)
    async def acknowledge_unresourced(job: JobId, body: NothingMore, context: Dispatcher) -> Response:
        """Take note that nobody works for the job. Unless somebody is sent, the alarm comes back."""
        return answered(await host.run(AcknowledgeAlarm(job, context.actor), context))

    @router.get("/recommendation", response_model=RecommendationView)
    async def recommend_units(job: JobId, request: Request, reader: Reader) -> Response:
        """Who should go, the best first, with what speaks for and against each; and what is missing."""
        cause = edge_of(request).ids.new()
        loaded = await host.run(Recommend(job), Context(cause, reader.subject, cause))
        assert loaded.state is not None
        return respond(loaded, views.recommendation(job, loaded.state))

    return router


def reads(host: Host) -> APIRouter:
    """Jobs as they are and were."""
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("")
    def list_jobs(
        page: Paging,
        known_at: KnownAt,
        _: Reader,
        wanting: Annotated[bool, Query(description="Only those that still want units.")] = False,
        queue: Annotated[
            Queue, Query(description="Only those that want units, lost one to a diversion, or are unresourced past their time.")
        ] = "open",
    ) -> Listing[JobView]:
        """Open jobs: by grade; in it what a diversion returned, then the oldest report."""
        found = page.read(host, "wanting" if wanting else queue, known_at=known_at)
        states = (host.load(JOB, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.job(state) for state in states if state is not None], next=found.next)

    @router.get("/{job}", response_model=JobView)
    def read_job(job: JobId, known_at: KnownAt, _: Reader) -> Response:
        """One job, now or as it was known."""
        return answered(host.load(JOB, job, known_at))

    @router.get("/{job}/history")
    def read_job_history(job: JobId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one job, in order."""
        return history(job, host.history(job, known_at), after, limit)

    return router
