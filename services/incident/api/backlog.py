"""The ranked backlog: who waits, in which order, and why in that one."""

from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request

from chassis.dated import own
from chassis.host import Host
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.refusals import NotFound
from services.incident.api.access import Reader
from services.incident.domain.backlog.escalation import Escalation, escalation_of
from services.incident.domain.backlog.ranking import reasons
from services.incident.policy import room
from services.incident.queue import Place, Queue, instant_of
from services.incident.streams import ESCALATION, INCIDENT
from services.incident.views.incident import incident
from services.incident.views.waiting import BacklogItem


def router(host: Host, folder: Path | None) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["backlog"])
    rules = room.load(own(folder, "incident-room.toml"))

    @routes.get("/backlog")
    def read_backlog(page: Paging, known_at: KnownAt, request: Request, _: Reader) -> Listing[BacklogItem]:
        """Whoever waits: the ungraded, then those whose promise is broken by minutes times vulnerability, then by age.

        All pages of one reading are of the instant of the first.
        """
        now = known_at or edge_of(request).clock.now()
        begun = instant_of(page.after, now)
        weights = rules.at(begun).weights
        places = Queue(host, weights).page(now, page.after, page.limit + 1, known_at)
        found = page.of([place.entry(begun) for place in places])
        items = []
        for place, _entry in zip(places, found.entries, strict=False):
            state = host.load(INCIDENT, place.stream, known_at).state
            if state is not None:
                why = reasons(state, _escalation(host, place), begun, weights)
                items.append(BacklogItem(incident=incident(state), score=max(0.0, round(place.score, 3)), reasons=why))
        return Listing(items=items, next=found.next)

    return routes


def _escalation(host: Host, place: Place) -> Escalation | None:
    try:
        return host.load(ESCALATION, escalation_of(place.stream)).state
    except NotFound:
        return None
