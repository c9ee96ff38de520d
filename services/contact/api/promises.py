"""Promises: what is owed to those whose helpline call nobody answered; by whom, and by when."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.envelope import Narrative
from services.contact.api.access import CallId, Handler, Name, Reader
from services.contact.domain.desks.promise import HandOverPromise, KeepPromise, Promise, TryPromise
from services.contact.streams import PROMISE, promise_stream
from services.contact.views import contacts
from services.contact.views.contacts import PromiseView

OnlyBroken = Annotated[bool, Query(description="Only those that were due and are not kept.")]


class OwnerBody(Body):
    """Whose it is from now on."""

    owner: Name


class KeptBody(Body):
    """The caller was spoken to."""

    words: Narrative | None = None


def router(host: Host) -> APIRouter:
    """The routes of promises."""
    routes = APIRouter(prefix="/promises", tags=["promises"])

    @routes.get("")
    def list_promises(page: Paging, known_at: KnownAt, _: Reader, broken: OnlyBroken = False) -> Listing[PromiseView]:
        """Open promises, the one due first first."""
        found = page.read(host, "promise-broken" if broken else "promise", known_at=known_at)
        states = (host.load(PROMISE, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[contacts.promise(state) for state in states if state is not None], next=found.next)

    @routes.get("/{call}", response_model=PromiseView)
    def read_promise(call: CallId, known_at: KnownAt, _: Reader) -> Response:
        """The promise of one call, now or as it was known."""
        return _told(host.load(PROMISE, promise_stream(call), known_at))

    @routes.put("/{call}/owner", response_model=PromiseView)
    async def hand_over(call: CallId, body: OwnerBody, context: Handler) -> Response:
        """Give the promise to somebody else. It keeps its date."""
        return _told(await host.run(HandOverPromise(promise=call, owner=body.owner, by=context.actor), context))

    @routes.post("/{call}/tried", response_model=PromiseView)
    async def tried(call: CallId, context: Handler) -> Response:
        """The caller was rung and not reached. The promise stands."""
        return _told(await host.run(TryPromise(promise=call, by=context.actor), context))

    @routes.post("/{call}/kept", response_model=PromiseView)
    async def kept(call: CallId, body: KeptBody, context: Handler) -> Response:
        """The caller was spoken to."""
        return _told(await host.run(KeepPromise(promise=call, by=context.actor, words=body.words), context))

    return routes


def _told(loaded: Loaded[Promise]) -> Response:
    assert loaded.state is not None
    return respond(loaded, contacts.promise(loaded.state))
