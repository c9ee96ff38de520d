"""The contact service over HTTP: telephony tells its facts, supervisors place markers; calls, queues and histories are read."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Context, Entry, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.edge import edge_of
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.contact import Line, Marker, Sound
from contracts.envelope import Instant, Telephone
from contracts.places import Location
from services.contact import views
from services.contact.application import CALL, call_id, call_stream
from services.contact.domain.call import Call
from services.contact.domain.caller import Caller, LiftMarker, PlaceMarker
from services.contact.domain.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    HangUp,
    PresentCall,
    QueueCall,
)
from services.contact.views import CallerView, CallView, QueueView

Words = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
CallId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `call` in a view.")]

ROOM = (Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.SERVICE)]
Telephony = Annotated[Context, command(Role.SERVICE, Role.CALL_HANDLER)]
Supervisor = Annotated[Context, command(Role.SUPERVISOR)]


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

    def command(self, at: datetime) -> CallCommand:
        return EstimateLocation(call=self.id, at=at, location=self.location)


FactBody = Annotated[Presented | Queued | Answered | HungUp | Ended | Located, Field(discriminator="fact")]


class PlaceBody(Body):
    """A warning about a number."""

    number: Telephone
    marker: Marker
    evidence: Words
    review_by: Instant


class LiftBody(Body):
    """A warning taken off again."""

    number: Telephone
    marker: Marker
    reason: Words


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return (_telephony(host), _markers(host), _reads(host))


def _told(loaded: Loaded[Call], *, fact: bool = False) -> Response:
    assert loaded.state is not None
    location = f"/calls/{loaded.state.call}" if fact else None
    return respond(loaded, views.call(loaded.state), location=location)


def _telephony(host: Host) -> APIRouter:
    router = APIRouter(prefix="/telephony", tags=["telephony"])

    @router.post("/facts", response_model=CallView)
    async def tell_fact(body: FactBody, context: Telephony, request: Request) -> Response:
        """Tell one fact about a call, in any order, late or again. It stands once; what cannot be is set aside with a reason."""
        at = body.at or edge_of(request).clock.now()
        return _told(await host.run(body.command(at), context), fact=True)

    return router


def _markers(host: Host) -> APIRouter:
    router = APIRouter(prefix="/callers", tags=["markers"])

    def told(loaded: Loaded[Caller]) -> Response:
        assert loaded.state is not None
        return respond(loaded, views.caller(loaded.state))

    @router.put("/markers", response_model=CallerView)
    async def place_marker(body: PlaceBody, context: Supervisor) -> Response:
        """Put a marker on a number. It can only raise what is done about a call, never lower it."""
        place = PlaceMarker(
            marker=body.marker, author=context.actor, evidence=body.evidence, review_by=body.review_by, number=body.number
        )
        return told(await host.run(place, context))

    @router.delete("/markers", response_model=CallerView)
    async def lift_marker(body: LiftBody, context: Supervisor) -> Response:
        """Take a marker off. That it stood stays on record."""
        lift = LiftMarker(marker=body.marker, author=context.actor, reason=body.reason, number=body.number)
        return told(await host.run(lift, context))

    return router


def _reads(host: Host) -> APIRouter:
    router = APIRouter(tags=["calls"])

    @router.get("/calls")
    def list_calls(page: Paging, known_at: KnownAt, _: Reader) -> Listing[CallView]:
        """Calls in progress, the oldest first."""
        found = page.read(host, "open", known_at=known_at)
        states = (host.load(CALL, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.call(state) for state in states if state is not None], next=found.next)

    @router.get("/calls/{call}", response_model=CallView)
    def read_call(call: CallId, known_at: KnownAt, _: Reader) -> Response:
        """One call, now or as it was known."""
        return _told(host.load(CALL, call_stream(call), known_at))

    @router.get("/calls/{call}/history")
    def read_call_history(call: CallId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one call, in order."""
        stream = call_stream(call)
        return history(stream, host.history(stream, known_at), after, limit)

    @router.get("/queues")
    def list_queues(known_at: KnownAt, _: Reader) -> list[QueueView]:
        """The queues that have callers in them, and since when the first of each waits."""
        return views.queues(entry.value for entry in _waiting(host, known_at))

    return router


def _waiting(host: Host, known_at: datetime | None) -> Iterator[Entry]:
    after: Entry | None = None
    while page := host.find("waiting", known_at=known_at, after=after, limit=500):
        yield from page
        after = page[-1]
