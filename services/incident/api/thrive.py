"""THRIVE assessments: made, repeated, and what each suggests."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from contracts.envelope import Instant
from contracts.incident.records import Heading
from services.incident.api.access import IncidentId, InRoom, Reader, beside, shown
from services.incident.domain.record.thrive import HEADINGS, Assess, Thrive, thrive_of
from services.incident.streams import THRIVE
from services.incident.views.records import ThriveView, thrive


class AssessBody(Body):
    """The six headings, each with its level and, in free text, why."""

    threat: Heading
    harm: Heading
    risk: Heading
    investigation: Heading
    vulnerability: Heading
    engagement: Heading
    at: Instant | None = None


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/incidents/{incident}/thrive", tags=["assessments"])

    @routes.post("", response_model=ThriveView)
    async def assess(incident: IncidentId, body: AssessBody, context: InRoom) -> Response:
        """Assess, or assess again: it stands beside the earlier ones. It suggests a grade with reasons; a person decides."""
        headings = {name: getattr(body, name) for name in HEADINGS}
        loaded = await host.run(Assess(incident, context.actor, headings, body.at), context)
        return shown(loaded, thrive)

    @routes.get("", response_model=ThriveView)
    def read_assessments(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """Every assessment, the latest last."""
        stream = thrive_of(incident)
        loaded = beside(host, THRIVE, stream, incident) if known_at is None else host.load(THRIVE, stream, known_at)
        return shown(loaded, thrive, Thrive(incident))

    @routes.get("/history")
    def read_assessment_history(
        incident: IncidentId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every assessment with its words."""
        stream = thrive_of(incident)
        return history(stream, host.history(stream, known_at), after, limit)

    return routes
