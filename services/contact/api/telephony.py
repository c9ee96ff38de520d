"""Telephony tells its facts: one at a time, in any order, late or again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.edge import edge_of
from contracts.contact import Line, Sound
from contracts.envelope import Instant, Telephone
from contracts.places import Location
from services.contact.api.access import Name, Telephony, Words
from services.contact.api.calls import told
from services.contact.domain.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    HangUp,
    PresentCall,
    QueueCall,
)
from services.contact.streams import call_id
from services.contact.views import CallView


class _Fact(Body):
    """What every fact says: which switch, the switch's own name for the call, and when it was by the switch's clock."""

    switch: Name
    call: Name
    at: Annotated[
        Instant | None, Field(description="By the switch's clock; left out: now. A fact told again keeps its time.")
    ] = None

    @property
    def id(self) -> str:
        return call_id(self.switch, self.call)


class Presented(_Fact):
    """The operator began to transfer the call."""

    fact: Literal["presented"]
    line: Line = Line.EMERGENCY
    number: Telephone | None = None

    def command(self, at: datetime) -> CallCommand:
        return PresentCall(call=self.id, at=at, switch=self.switch, line=self.line, number=self.number)


class Queued(_Fact):
    """The call waits in a queue."""

    fact: Literal["queued"]
    queue: Name

    def command(self, at: datetime) -> CallCommand:
        return QueueCall(call=self.id, at=at, queue=self.queue)


class Answered(_Fact):
    """A call handler picked up."""

    fact: Literal["answered"]
    handler: Name
    left_queue_at: Instant | None = None

    def command(self, at: datetime) -> CallCommand:
        return AnswerCall(call=self.id, at=at, handler=self.handler, left_queue_at=self.left_queue_at)


class HungUp(_Fact):
    """The caller is gone; with what was heard, and whether all was known to be well."""

    fact: Literal["hung_up"]
    line: Line | None = None
    number: Telephone | None = None
    sounds: Annotated[tuple[Sound, ...], Field(max_length=3)] = ()
    welfare_established: bool | None = None

    def command(self, at: datetime) -> CallCommand:
        return HangUp(
            call=self.id,
            at=at,
            line=self.line,
            number=self.number,
            sounds=self.sounds,
            welfare_established=self.welfare_established,
        )


class Ended(_Fact):
    """An answered call is over."""

    fact: Literal["ended"]

    def command(self, at: datetime) -> CallCommand:
        return EndCall(call=self.id, at=at)


class Located(_Fact):
    """One more estimate of where the caller is."""

    fact: Literal["located"]
    location: Location
    cell: Annotated[
        Name | None, Field(description="The cell's name in the network: calls from one cell are looked at together.")
    ] = None
    words: Annotated[Words | None, Field(description="What the network wrote beside its estimate. It is no address.")] = None

    def command(self, at: datetime) -> CallCommand:
        return EstimateLocation(call=self.id, at=at, location=self.location, cell=self.cell, words=self.words)


FactBody = Annotated[Presented | Queued | Answered | HungUp | Ended | Located, Field(discriminator="fact")]


def router(host: Host) -> APIRouter:
    """The one route of telephony."""
    routes = APIRouter(prefix="/telephony", tags=["telephony"])

    @routes.post("/facts", response_model=CallView)
    async def tell_fact(body: FactBody, context: Telephony, request: Request) -> Response:
        """Tell one fact about a call, in any order, late or again. It stands once; what cannot be is set aside with a reason."""
        at = body.at or edge_of(request).clock.now()
        return told(await host.run(body.command(at), context), fact=True)

    return routes
