"""Records of the same thing: suggested, linked, merged, and taken apart again; none is deleted."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from chassis.dated import own
from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from contracts.incident.records import LinkKind
from services.incident.alike import suggestions
from services.incident.api.access import Changing, IncidentId, Long, Reader, Words, beside, shown
from services.incident.api.incidents import told
from services.incident.cases.linking import Link, Merge, Unlink, Unmerge
from services.incident.domain.record.links import Links, links_of
from services.incident.policy import room
from services.incident.streams import INCIDENT, LINKS
from services.incident.views.incident import IncidentView
from services.incident.views.records import AlikeView, LinksView, links


class LinkBody(Body):
    """How they belong together, and why. `parent`: the other one is the parent. `call`: the other one is a call."""

    kind: LinkKind
    other: Words
    reason: Long


class MergeBody(Body):
    """The record that stays."""

    into: Words
    reason: Long


class ReasonBody(Body):
    """Why."""

    reason: Long


def router(host: Host, folder: Path | None) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/incidents/{incident}", tags=["links"])
    rules = room.load(own(folder, "incident-room.toml"))

    @routes.get("/alike")
    def list_alike(incident: IncidentId, _: Reader) -> list[AlikeView]:
        """Records that may be of the same thing, the likeliest first, with the reasons. People decide."""
        state = host.load(INCIDENT, incident).state
        found = [] if state is None else suggestions(host, state, rules.at(state.opened_at).likeness)
        return [AlikeView(incident=one.incident, score=round(one.score, 3), reasons=one.reasons) for one in found]

    @routes.get("/links", response_model=LinksView)
    def read_links(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """What it is bound to."""
        stream = links_of(incident)
        loaded = beside(host, LINKS, stream, incident) if known_at is None else host.load(LINKS, stream, known_at)
        return shown(loaded, links, Links(incident))

    _binding(routes, host)
    return routes


def _binding(routes: APIRouter, host: Host) -> None:
    @routes.post("/links", response_model=LinksView)
    async def link(incident: IncidentId, body: LinkBody, context: Changing) -> Response:
        """Bind it to another record, or to a call."""
        loaded = await host.run(Link(incident, body.kind, body.other, context.actor, body.reason), context)
        return shown(loaded, links)

    @routes.post("/links/undo", response_model=LinksView)
    async def unlink(incident: IncidentId, body: LinkBody, context: Changing) -> Response:
        """They do not belong together after all; that it was thought so stays on record."""
        loaded = await host.run(Unlink(incident, body.kind, body.other, context.actor, body.reason), context)
        return shown(loaded, links)

    @routes.post("/merge", response_model=IncidentView)
    async def merge(incident: IncidentId, body: MergeBody, context: Changing) -> Response:
        """Work on this record under another one, which then counts from the earlier report of the two."""
        return told(await host.run(Merge(incident, body.into, context.actor, body.reason), context))

    @routes.post("/unmerge", response_model=IncidentView)
    async def unmerge(incident: IncidentId, body: ReasonBody, context: Changing) -> Response:
        """Let it stand on its own again, with its own clocks."""
        return told(await host.run(Unmerge(incident, context.actor, body.reason), context))
