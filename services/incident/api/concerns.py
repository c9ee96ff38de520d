"""Right Care Right Person: the threshold, the agency, its answer."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from services.incident.api.access import Changing, IncidentId, Long, Reader, Words, beside, shown
from services.incident.cases.handing import HandTo
from services.incident.domain.handing.concern import Answer, Concern, DecideThreshold, concern_of
from services.incident.streams import CONCERN
from services.incident.views.records import ConcernView, concern


class ThresholdBody(Body):
    """Whether the police must go, and why."""

    police_attend: bool
    reasons: Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]
    words: Long | None = None


class HandBody(Body):
    """Whose concern it is; who was spoken to there."""

    agency: Words
    contact: Long | None = None


class AnswerBody(Body):
    """What the agency said."""

    accepted: bool
    reason: Long | None = None


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/incidents/{incident}/concern", tags=["right care"])

    @routes.get("", response_model=ConcernView)
    def read_concern(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """Where it lies."""
        stream = concern_of(incident)
        loaded = beside(host, CONCERN, stream, incident) if known_at is None else host.load(CONCERN, stream, known_at)
        return shown(loaded, concern, Concern(incident=incident))

    @routes.post("/threshold", response_model=ConcernView)
    async def decide_threshold(incident: IncidentId, body: ThresholdBody, context: Changing) -> Response:
        """Decide whether the police must go, for a reason of the policy; or need not, and why."""
        decided = DecideThreshold(incident, context.actor, body.police_attend, body.reasons, body.words)
        loaded = await host.run(decided, context)
        return shown(loaded, concern)

    @routes.post("/hand", response_model=ConcernView)
    async def hand_concern(incident: IncidentId, body: HandBody, context: Changing) -> Response:
        """Put it to the agency whose concern it is. Until it accepts, it is ours and the promise runs."""
        loaded = await host.run(HandTo(incident, body.agency, context.actor, body.contact), context)
        return shown(loaded, concern)

    @routes.post("/answer", response_model=ConcernView)
    async def answer_concern(incident: IncidentId, body: AnswerBody, context: Changing) -> Response:
        """What the agency said; a refusal with its reason."""
        loaded = await host.run(Answer(incident, context.actor, body.accepted, body.reason), context)
        return shown(loaded, concern)

    return routes
