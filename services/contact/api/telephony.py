"""Telephony tells its facts: one at a time, in any order, late or again."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.edge import edge_of
from contracts.contact.calls import Channel, Line, Sound, Start
from contracts.envelope import Instant
from contracts.places import Location
from services.contact.api.access import Name, Number, Telephony, Words
from services.contact.api.calls import told
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    HangUp,
    KeepPlace,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.streams import CALL, call_id, call_stream
from services.contact.views.calls import CallView


class _Fact(Body):
    """What every fact says: which switch, the switch's own name for the call, and when it was by the teller's clock."""

    switch: Name
    call: Name
    at: Annotated[
        Instant | None, Field(description="By the teller's clock; left out: now. A fact told again keeps its time.")
    ] = None
    told_by: Annotated[
        Name | None, Field(description="Another switch or feed that says so; left out: `switch` itself. `paper` is not watched.")
    ] = None

    @property
    def common(self) -> "Common":
        """What every command of a fact begins with."""
        return {"call": call_id(self.switch, self.call), "teller": self.told_by or self.switch}


class Common(TypedDict):
    """The call, and who tells of it."""

    call: str
    teller: str


class Presented(_Fact):
    """The operator began to transfer the call. `start`: what had put it through, if it was no request in words."""

    fact: Literal["presented"]
    line: Line = Line.EMERGENCY
    number: Number | None = None
    channel: Channel | None = None
    start: Start | None = None

    def command(self, at: datetime) -> CallCommand:
        return PresentCall(
            **self.common,
            at=at,
            switch=self.switch,
            line=self.line,
            number=self.number or None,
            channel=self.channel,
            start=self.start,
        )


class Queued(_Fact):
    """The call waits in a queue."""

    fact: Literal["queued"]
    queue: Name

    def command(self, at: datetime) -> CallCommand:
        return QueueCall(**self.common, at=at, queue=self.queue)


class Answered(_Fact):
    """A call handler picked up."""

    fact: Literal["answered"]
    handler: Name
    left_queue_at: Instant | None = None

    def command(self, at: datetime) -> CallCommand:
        return AnswerCall(**self.common, at=at, handler=self.handler, left_queue_at=self.left_queue_at)


class HungUp(_Fact):
    """The caller is gone; with what was heard, and whether all was known to be well.

    `in_stage_1`: the operator says that it was before the call was put through to any control room.
    """

    fact: Literal["hung_up"]
    line: Line | None = None
    number: Number | None = None
    sounds: Annotated[tuple[Sound, ...], Field(max_length=3)] = ()
    welfare_established: bool | None = None
    in_stage_1: bool = False

    def command(self, at: datetime) -> CallCommand:
        return HangUp(
            **self.common,
            at=at,
            line=self.line,
            number=self.number or None,
            sounds=self.sounds,
            welfare_established=self.welfare_established,
            in_stage_1=self.in_stage_1,
        )


class Ended(_Fact):
    """An answered call is over."""

    fact: Literal["ended"]

    def command(self, at: datetime) -> CallCommand:
        return EndCall(**self.common, at=at)


class Located(_Fact):
    """One more estimate of where the caller is."""

    fact: Literal["located"]
    location: Location
    cell: Annotated[
        Name | None, Field(description="The cell's name in the network: calls from one cell are looked at together.")
    ] = None
    words: Annotated[Words | None, Field(description="What the network wrote beside its estimate. It is no address.")] = None

    def command(self, at: datetime) -> CallCommand:
        return EstimateLocation(**self.common, at=at, location=self.location, cell=self.cell, words=self.words)


class Recognised(_Fact):
    """What had put the call through is known now: 55 was pressed, or a telephone or a car rang by itself."""

    fact: Literal["recognised"]
    start: Start

    def command(self, at: datetime) -> CallCommand:
        return RecogniseStart(**self.common, at=at, start=self.start, by=self.told_by or self.switch)


class KeepsPlace(_Fact):
    """The caller agreed to be rung back in turn. Kept for 101 and the helpline; on 999 it is set aside."""

    fact: Literal["keeps_place"]
    consent: Literal[True]
    number: Number | None = None

    def command(self, at: datetime) -> CallCommand:
        return KeepPlace(**self.common, at=at, number=self.number or None, by=self.told_by or self.switch)


FactBody = Annotated[
    Presented | Queued | Answered | HungUp | Ended | Located | Recognised | KeepsPlace, Field(discriminator="fact")
]


def router(host: Host) -> APIRouter:
    """The one route of telephony."""
    routes = APIRouter(prefix="/telephony", tags=["telephony"])

    @routes.post("/facts", response_model=CallView)
    async def tell_fact(body: FactBody, context: Telephony, request: Request) -> Response:
        """Tell one fact about a call, in any order, late or again. It stands once; what cannot be is set aside with a reason."""
        at = body.at or edge_of(request).clock.now()
        loaded = await host.run(body.command(at), context)
        if not isinstance(loaded.state, Call):
            # Sent again to a rebuilt store, a fact that brought nothing new is known by its switch's sign of life alone.
            loaded = host.load(CALL, call_stream(body.common["call"]))
        return told(loaded, fact=True)

    return routes
