"""The call handler's screen in one answer, and what a handler says about who calls."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from contracts.envelope import Instant
from services.contact.api.access import CallId, Handler, Reader, Words
from services.contact.api.calls import told
from services.contact.api.markers import Person
from services.contact.cases.looking_up import LookingUp
from services.contact.domain.calls.facts import IdentifyCaller
from services.contact.streams import CALL, call_stream
from services.contact.views.calls import CallView
from services.contact.views.screen import ScreenView


class IdentifyBody(Body):
    """Who calls, as the force's records name them, and how the handler knows."""

    person: Person
    evidence: Words
    at: Instant | None = None


def router(host: Host) -> APIRouter:
    """The routes about who calls."""
    routes = APIRouter(prefix="/calls", tags=["callers"])

    @routes.get("/{call}/screen", response_model=ScreenView)
    def read_screen(call: CallId, known_at: KnownAt, request: Request, _: Reader) -> Response:
        """The call, every estimate of where the caller is, markers with who says so, who belongs to the caller, earlier calls."""
        now = known_at or edge_of(request).clock.now()
        loaded, view = LookingUp(host, now, known_at).screen(call)
        return respond(loaded, view)

    @routes.post("/{call}/caller", response_model=CallView)
    async def identify_caller(call: CallId, body: IdentifyBody, context: Handler, request: Request) -> Response:
        """Say which person calls. Several may be named: each is looked up, and none is taken back."""
        host.load(CALL, call_stream(call))
        at = body.at or edge_of(request).clock.now()
        said = IdentifyCaller(call=call, at=at, person=body.person, by=context.actor, evidence=body.evidence)
        return told(await host.run(said, context))

    return routes
