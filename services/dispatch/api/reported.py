"""What another control room says has happened: never refused as things stand, overlaps flagged."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from contracts.envelope import Instant
from services.dispatch.api import jobs, units
from services.dispatch.api.parameters import Callsign, JobId, OtherRoom, Reasons, UnitId
from services.dispatch.api.units import StatusBody
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import Assign, ReportStatus
from services.dispatch.views.jobs import JobView
from services.dispatch.views.units import UnitView


class ReportedAssignmentBody(Body):
    """A unit that another control room has sent."""

    unit: Callsign
    at: Instant
    reasons: Reasons = ()


def reported(host: Host) -> APIRouter:
    """Routes for other control rooms."""
    router = APIRouter(prefix="/reported", tags=["reported by another control room"])

    @router.post("/units/{unit}/status", response_model=UnitView)
    async def report_other_status(unit: UnitId, body: StatusBody, context: OtherRoom) -> Response:
        """A status of a unit that need not be on duty here."""
        report = ReportStatus(unit, body.status, context.actor, body.at, body.incident, body.point, outside=True)
        return units.answered(await host.run(report, context))

    @router.post("/jobs/{job}/assignments", response_model=JobView)
    async def report_other_assignment(job: JobId, body: ReportedAssignmentBody, context: OtherRoom) -> Response:
        """A unit that was sent, whatever else it holds."""
        assign = Assign(job, unit_of(body.unit), context.actor, body.at, body.reasons, outside=True)
        return jobs.answered(await host.run(assign, context))

    return router
