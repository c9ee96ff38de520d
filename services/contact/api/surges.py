"""Surges: many calls from one place, offered as one incident."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.contact.api.access import Handler, Name, Reader, Words
from services.contact.domain.surge import DismissSurge, Surge, TakeSurge
from services.contact.streams import CALL, SURGE, call_stream, surge_stream
from services.contact.views.surges import SurgeView, SurgeWithCalls, surge, with_calls

SurgeId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `surge` in a view.")]


class TakeBody(Body):
    """The incident that the calls are about."""

    incident: Name


class DismissBody(Body):
    """Why the calls do not belong together."""

    reason: Words


def router(host: Host) -> APIRouter:
    """The routes of surges."""
    routes = APIRouter(prefix="/surges", tags=["surges"])

    def told(loaded: Loaded[Surge]) -> Response:
        assert loaded.state is not None
        return respond(loaded, surge(loaded.state))

    @routes.get("")
    def list_surges(page: Paging, known_at: KnownAt, _: Reader) -> Listing[SurgeView]:
        """Surges that are offered and not answered yet, the oldest first. Their calls stand in the list of calls as ever."""
        found = page.read(host, "surge-offered", known_at=known_at)
        states = (host.load(SURGE, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[surge(state) for state in states if state is not None], next=found.next)

    @routes.get("/{surge_id}", response_model=SurgeWithCalls)
    def read_surge(surge_id: SurgeId, known_at: KnownAt, _: Reader) -> Response:
        """One surge with every call in it."""
        loaded = host.load(SURGE, surge_stream(surge_id), known_at)
        assert loaded.state is not None
        calls = (host.load(CALL, call_stream(call), known_at).state for call in loaded.state.calls)
        return respond(loaded, with_calls(loaded.state, [state for state in calls if state is not None]))

    @routes.post("/{surge_id}/take", response_model=SurgeView)
    async def take_surge(surge_id: SurgeId, body: TakeBody, context: Handler) -> Response:
        """Make one incident of it. Every call keeps its own course, and further calls from there are added."""
        return told(await host.run(TakeSurge(surge=surge_id, incident=body.incident, by=context.actor), context))

    @routes.post("/{surge_id}/dismiss", response_model=SurgeView)
    async def dismiss_surge(surge_id: SurgeId, body: DismissBody, context: Handler) -> Response:
        """Decide that the calls do not belong together. Calls that follow can form a new surge."""
        return told(await host.run(DismissSurge(surge=surge_id, reason=body.reason, by=context.actor), context))

    return routes
