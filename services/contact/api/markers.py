"""What stands on record about numbers, people and addresses: markers, and what belongs together."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Page, Paging
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Marker
from contracts.envelope import Address, Instant, Telephone
from contracts.refusals import Invalid
from services.contact.api.access import Handler, Reader, Supervisor, Words
from services.contact.domain.callers.caller import Associate, Caller, EndAssociation, LiftMarker, PlaceMarker, Subject
from services.contact.streams import CALLER
from services.contact.views.callers import CallerView, DueMarker, caller, due

Person = Annotated[str, Field(min_length=1, max_length=200, description="As in the force's own records, for example their id.")]


class Named(Body):
    """Exactly one of a number, a person and an address."""

    number: Telephone | None = None
    person: Person | None = None
    address: Address | None = None

    def subject(self) -> Subject:
        """The one that is named; raises Invalid."""
        named = [
            Subject(kind, text)
            for kind, text in (
                (SubjectKind.NUMBER, self.number),
                (SubjectKind.PERSON, self.person),
                (SubjectKind.ADDRESS, self.address),
            )
            if text is not None
        ]
        if len(named) != 1:
            raise Invalid("one-subject", "name one of number, person and address")
        return named[0]


class PlaceBody(Named):
    """A warning about a number, a person or an address; `review_by` is when somebody has to look at it again."""

    marker: Marker
    evidence: Words
    review_by: Instant


class LiftBody(Named):
    """A warning taken off again."""

    marker: Marker
    reason: Words


class AssociateBody(Named):
    """What belongs to a number, a person or an address, and how that is known."""

    with_: Annotated[Named, Field(alias="with")]
    evidence: Words


class EndBody(Named):
    """What no longer does, and why."""

    with_: Annotated[Named, Field(alias="with")]
    reason: Words


def _told(loaded: Loaded[Caller]) -> Response:
    assert loaded.state is not None
    return respond(loaded, caller(loaded.state))


def router(host: Host) -> APIRouter:
    """The routes of markers and associations."""
    routes = APIRouter(prefix="/callers", tags=["markers"])

    @routes.put("/markers", response_model=CallerView)
    async def place_marker(body: PlaceBody, context: Supervisor) -> Response:
        """Put a marker on a number, a person or an address. It can only raise what is done about a call, never lower it."""
        place = PlaceMarker(
            marker=body.marker,
            author=context.actor,
            evidence=body.evidence,
            review_by=body.review_by,
            subject=body.subject(),
        )
        return _told(await host.run(place, context))

    @routes.delete("/markers", response_model=CallerView)
    async def lift_marker(body: LiftBody, context: Supervisor) -> Response:
        """Take a marker off. That it stood stays on record."""
        lift = LiftMarker(marker=body.marker, author=context.actor, reason=body.reason, subject=body.subject())
        return _told(await host.run(lift, context))

    @routes.get("/markers/due")
    def list_due_markers(page: Paging, known_at: KnownAt, request: Request, _: Reader) -> Listing[DueMarker]:
        """Markers whose day of review has passed, the longest overdue first. They stand until somebody lifts them."""
        now = known_at or edge_of(request).clock.now()
        return _due(host, page, now, known_at)

    @routes.put("/associations", response_model=CallerView)
    async def associate(body: AssociateBody, context: Handler) -> Response:
        """Record that two of a number, a person and an address belong together. Calls of the last day are looked at again."""
        both = Associate(subject=body.subject(), other=body.with_.subject(), author=context.actor, evidence=body.evidence)
        return _told(await host.run(both, context))

    @routes.delete("/associations", response_model=CallerView)
    async def end_association(body: EndBody, context: Supervisor) -> Response:
        """Record that two no longer belong together. That they did stays on record."""
        end = EndAssociation(subject=body.subject(), other=body.with_.subject(), author=context.actor, reason=body.reason)
        return _told(await host.run(end, context))

    return routes


def _due(host: Host, page: Page, now: datetime, known_at: datetime | None) -> Listing[DueMarker]:
    """The index is in order of the day: where it reaches today, the list ends."""
    found = page.read(host, "marker-review", known_at=known_at)
    entries = [entry for entry in found.entries if datetime.fromisoformat(entry.value.split(" ")[0]) <= now]
    items = [
        item
        for entry in entries
        if (state := host.load(CALLER, entry.stream, known_at).state) is not None
        for item in due(state, [Marker(entry.value.split(" ")[1])], now)
    ]
    return Listing(items=items, next=found.next if len(entries) == len(found.entries) else None)
