"""What people learn of a call besides its course: what was heard on its line or recording, its number, how it began."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.edge import edge_of
from contracts.contact.calls import Sound, Start
from contracts.envelope import Instant, Narrative
from services.contact.api.access import CallId, Handler, Name, Number
from services.contact.api.calls import told
from services.contact.domain.calls.facts import HearSounds, LearnNumber, RecogniseStart
from services.contact.streams import CALL, call_stream
from services.contact.views.calls import CallView


class HeardBody(Body):
    """What was heard, also silence. `words` is for what a machine must not weigh."""

    sounds: Annotated[tuple[Sound, ...], Field(min_length=1, max_length=3)]
    words: Narrative | None = None
    at: Instant | None = None


class NumberBody(Body):
    """A number that came late, and from where: the operator, a trace, the caller."""

    number: Number
    source: Name
    at: Instant | None = None


class StartBody(Body):
    """What had put the call through."""

    start: Start
    at: Instant | None = None


def router(host: Host) -> APIRouter:
    """The routes of what is learned; each answers 404 for a call nobody told of."""
    routes = APIRouter(prefix="/calls/{call}", tags=["calls"])

    @routes.post("/sounds", response_model=CallView)
    async def record_sounds(call: CallId, body: HeardBody, context: Handler, request: Request) -> Response:
        """Record what was heard on the open line or on the recording. It is never too late: a review hears of it at once."""
        host.load(CALL, call_stream(call))
        at = body.at or edge_of(request).clock.now()
        hear = HearSounds(call=call, at=at, sounds=body.sounds, listener=context.actor, words=body.words)
        return told(await host.run(hear, context))

    @routes.post("/number", response_model=CallView)
    async def record_number(call: CallId, body: NumberBody, context: Handler, request: Request) -> Response:
        """Record the number of a call that came without one, or under another one. Both find the call from then on."""
        host.load(CALL, call_stream(call))
        at = body.at or edge_of(request).clock.now()
        loaded = await host.run(LearnNumber(call=call, at=at, number=body.number, source=body.source), context)
        return told(loaded)

    @routes.post("/start", response_model=CallView)
    async def record_start(call: CallId, body: StartBody, context: Handler, request: Request) -> Response:
        """Record what had put the call through, as an announcement told: a crash, an emergency button, 55."""
        host.load(CALL, call_stream(call))
        at = body.at or edge_of(request).clock.now()
        return told(await host.run(RecogniseStart(call=call, at=at, start=body.start, by=context.actor), context))

    return routes
