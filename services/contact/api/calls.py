"""Calls are read: those in progress, one of them, and its history; now or as it was known."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.commands import respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.contact.api.access import CallId, Reader
from services.contact.domain.calls.call import Call
from services.contact.streams import CALL, call_stream
from services.contact.views import calls
from services.contact.views.calls import CallView


def told(loaded: Loaded[Call], *, fact: bool = False) -> Response:
    """A call as it stands, to whoever changed or asked for it."""
    assert loaded.state is not None
    location = f"/calls/{loaded.state.call}" if fact else None
    return respond(loaded, calls.call(loaded.state), location=location)


def router(host: Host) -> APIRouter:
    """The reads of calls."""
    routes = APIRouter(tags=["calls"])

    @routes.get("/calls")
    def list_calls(page: Paging, known_at: KnownAt, _: Reader) -> Listing[CallView]:
        """Calls in progress, the oldest first."""
        found = page.read(host, "open", known_at=known_at)
        states = (host.load(CALL, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[calls.call(state) for state in states if state is not None], next=found.next)

    @routes.get("/calls/{call}", response_model=CallView)
    def read_call(call: CallId, known_at: KnownAt, _: Reader) -> Response:
        """One call, now or as it was known."""
        return told(host.load(CALL, call_stream(call), known_at))

    @routes.get("/calls/{call}/history")
    def read_call_history(call: CallId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one call, in order."""
        stream = call_stream(call)
        return history(stream, host.history(stream, known_at), after, limit)

    return routes
