"""Abandoned 999 calls that nobody reviews: the list, an incident for one of them, and why one needs none."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.incident.api.access import Deciding, InRoom, Long, Reader, shown
from services.incident.api.incidents import told
from services.incident.cases.unreviewed import OpenForCall
from services.incident.domain.backlog.unreviewed import ExplainUnreviewed, abandoned_of, alarmed
from services.incident.streams import ABANDONED
from services.incident.views.incident import IncidentView
from services.incident.views.unreviewed import UnreviewedView, unreviewed

CallId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$", description="As `call` in a view.")]


class SendBody(Body):
    """How they are to come there."""

    silent_approach: bool = True


class ExplainBody(Body):
    """Why nobody need review it."""

    reason: Long


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/unreviewed-calls", tags=["unreviewed calls"])

    @routes.get("")
    def list_unreviewed_calls(page: Paging, known_at: KnownAt, _: Reader) -> Listing[UnreviewedView]:
        """Alarms: abandoned 999 calls that nobody reviews, the oldest alarm first."""
        found = page.read(host, "unreviewed", known_at=known_at)
        states = (host.load(ABANDONED, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[unreviewed(state) for state in states if state is not None], next=found.next)

    @routes.get("/{call}", response_model=UnreviewedView)
    def read_unreviewed_call(call: CallId, known_at: KnownAt, _: Reader) -> Response:
        """One of them, also after the alarm."""
        loaded = host.load(ABANDONED, abandoned_of(call), known_at)
        alarmed(loaded.state)
        return shown(loaded, unreviewed)

    @routes.post("/{call}/incident", response_model=IncidentView)
    async def open_for_unreviewed_call(call: CallId, body: SendBody, context: InRoom) -> Response:
        """Send somebody: an incident at the top grade, with units asked for. Again answers with the one there is."""
        return told(await host.run(OpenForCall(call, context.actor, body.silent_approach), context), opened=True)

    @routes.post("/{call}/explain", response_model=UnreviewedView)
    async def explain_unreviewed_call(call: CallId, body: ExplainBody, context: Deciding) -> Response:
        """Say why it needs no review. The alarm ends, and who said so stays on record."""
        loaded = await host.run(ExplainUnreviewed(call, context.actor, body.reason), context)
        return shown(loaded, unreviewed)

    return routes
