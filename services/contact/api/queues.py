"""The queues: who waits and since when, whose turn it is, who answers which of them, and a place that is kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Entry, Host
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.refusals import NotFound, Refused
from services.contact.api.access import CallId, Handler, Name, Reader, Supervisor, Words
from services.contact.api.calls import told
from services.contact.domain.calls.facts import AnswerCall, MissPlace
from services.contact.domain.desks.staff import MoveHandler
from services.contact.streams import CALL, HANDLER, call_stream, handler_stream
from services.contact.views import queues
from services.contact.views.calls import CallView
from services.contact.views.queues import HandlerView, NextView, QueueView

Asked = Annotated[
    str | None, Query(description="Only the queues that this handler answers; a handler on no queue gets all.", max_length=100)
]
HandlerName = Annotated[str, Path(min_length=1, max_length=100)]


class MoveBody(Body):
    """The queues a handler answers from now on, and why; none: goes off."""

    queues: Annotated[tuple[Name, ...], Field(max_length=50)]
    reason: Words


class RungBody(Body):
    """Whether the caller of a kept place was reached."""

    reached: bool


def router(host: Host) -> APIRouter:
    """The routes of queues."""
    routes = APIRouter(tags=["queues"])
    _reads(host, routes)
    _places(host, routes)
    _staff(host, routes)
    return routes


def _reads(host: Host, routes: APIRouter) -> None:
    @routes.get("/queues")
    def list_queues(known_at: KnownAt, _: Reader) -> list[QueueView]:
        """The queues that have callers in them, and since when the first of each waits."""
        return queues.queues(entry.value for entry in _waiting(host, known_at))

    @routes.get("/queues/next")
    def list_next(page: Paging, known_at: KnownAt, _: Reader, handler: Asked = None) -> Listing[NextView]:
        """Whose turn it is, in order: 999 before 101 always, then by place; who came back, or agreed to be rung, keeps theirs."""
        found = page.read(host, "waiting", known_at=known_at)
        mine = _queues_of(host, handler, known_at)
        streams = [entry.stream for entry in found.entries if not mine or queues.turn(entry.value).queue in mine]
        states = (host.load(CALL, stream, known_at).state for stream in streams)
        return Listing(items=[queues.next_of(state) for state in states if state is not None], next=found.next)


def _places(host: Host, routes: APIRouter) -> None:
    @routes.post("/calls/{call}/place/rung", response_model=CallView)
    async def ring_place(call: CallId, body: RungBody, context: Handler, request: Request) -> Response:
        """The place came up and its caller was rung. Reached is an answer; not reached, after the last ring, an abandonment."""
        now = edge_of(request).clock.now()
        _kept(host, call)
        if body.reached:
            return told(await host.run(AnswerCall(call=call, at=now, handler=context.actor), context))
        return told(await host.run(MissPlace(call=call, at=now, handler=context.actor), context))


def _staff(host: Host, routes: APIRouter) -> None:
    @routes.put("/handlers/{handler}/queues", response_model=HandlerView)
    async def move_handler(handler: HandlerName, body: MoveBody, context: Supervisor) -> Response:
        """Move a handler to other queues. Who moved whom, when and why stays on record."""
        move = MoveHandler(handler=handler, queues=body.queues, by=context.actor, reason=body.reason)
        loaded = await host.run(move, context)
        assert loaded.state is not None
        return respond(loaded, queues.handler(loaded.state))

    @routes.get("/handlers")
    def list_handlers(page: Paging, known_at: KnownAt, _: Reader) -> Listing[HandlerView]:
        """Everybody who answers a queue."""
        found = page.read(host, "handler", known_at=known_at)
        states = (host.load(HANDLER, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[queues.handler(state) for state in states if state is not None], next=found.next)


def _kept(host: Host, call: str) -> None:
    state = host.load(CALL, call_stream(call)).state
    if state is None or state.place_kept_at is None or not state.waiting:
        raise Refused("no-place-kept", "No place is kept for this caller now.")


def _queues_of(host: Host, handler: str | None, known_at: datetime | None) -> tuple[str, ...]:
    if handler is None:
        return ()
    try:
        state = host.load(HANDLER, handler_stream(handler), known_at).state
    except NotFound:
        return ()
    return () if state is None else state.queues


def _waiting(host: Host, known_at: datetime | None) -> Iterator[Entry]:
    after: Entry | None = None
    while page := host.find("waiting", known_at=known_at, after=after, limit=500):
        yield from page
        after = page[-1]
