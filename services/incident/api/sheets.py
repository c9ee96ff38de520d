"""Paper sheets: given out by number, the list of those that are open, entered, void."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.incident.api.access import Changing, Deciding, InRoom, Long, Reader, Words, shown
from services.incident.cases.sheets import GiveOutSheets
from services.incident.domain.record.sheet import MarkEntered, Sheet, Void, sheet_of
from services.incident.streams import SHEET
from services.incident.views.sheets import SheetView, sheet

NUMBER = r"^[0-9A-Za-z._-]{1,40}$"
SheetId = Annotated[str, Path(pattern=NUMBER, description="The number printed on the sheet.")]
Number = Annotated[str, Field(pattern=NUMBER)]


class GiveOutBody(Body):
    """The numbers printed on the sheets, and who gets them."""

    sheets: Annotated[tuple[Number, ...], Field(min_length=1, max_length=200)]
    holder: Words


class EnteredBody(Body):
    """In which log. An entry there names the sheet as `written`."""

    incident: Annotated[str, Field(pattern=r"^incident-[0-9A-Za-z-]{1,80}$")]


class VoidBody(Body):
    """Why nothing is to be entered from it: spoilt, never used, entered elsewhere."""

    reason: Long


class GivenView(BaseModel):
    """What was given out."""

    sheets: tuple[str, ...]
    holder: str
    enter_by: Annotated[datetime, Field(description="When somebody is told of those that are neither entered nor void.")]


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/paper-sheets", tags=["paper sheets"])
    _changes(routes, host)
    _reads(routes, host)
    return routes


def _changes(routes: APIRouter, host: Host) -> None:
    def told(loaded: Loaded[Sheet], request: Request) -> Response:
        return shown(loaded, lambda state: sheet(state, edge_of(request).clock.now()))

    @routes.post("", response_model=GivenView)
    async def give_out_sheets(body: GiveOutBody, context: InRoom) -> Response:
        """Give numbered sheets to somebody: all of these numbers, or none. A number is given out once."""
        last = await host.run(GiveOutSheets(body.sheets, body.holder, context.actor), context)
        assert last.state is not None
        return respond(last, GivenView(sheets=body.sheets, holder=body.holder, enter_by=last.state.enter_by))

    @routes.post("/{number}/entered", response_model=SheetView)
    async def mark_sheet_entered(number: SheetId, body: EnteredBody, context: Changing, request: Request) -> Response:
        """Everything that stands on it is entered. Refused while no entry in that log names the sheet."""
        return told(await host.run(MarkEntered(number, body.incident, context.actor), context), request)

    @routes.post("/{number}/void", response_model=SheetView)
    async def void_sheet(number: SheetId, body: VoidBody, context: Deciding, request: Request) -> Response:
        """Nothing is to be entered from it, and why."""
        return told(await host.run(Void(number, context.actor, body.reason), context), request)


def _reads(routes: APIRouter, host: Host) -> None:
    @routes.get("")
    def list_sheets(
        page: Paging,
        known_at: KnownAt,
        request: Request,
        _: Reader,
        holder: Annotated[str | None, Query(max_length=500, description="Only what this person has.")] = None,
        late: Annotated[bool, Query(description="Only those somebody was told of.")] = False,
    ) -> Listing[SheetView]:
        """Sheets that are neither entered nor void, with their age and who has them; the oldest first."""
        index = "sheets-overdue" if late else "sheets"
        found = page.read(host, index, known_at=known_at) if holder is None else page.read(host, "sheets-of", holder, known_at)
        now = known_at or edge_of(request).clock.now()
        states = (host.load(SHEET, entry.stream, known_at).state for entry in found.entries)
        kept = (state for state in states if state is not None and (state.overdue_since is not None or not late))
        return Listing(items=[sheet(state, now) for state in kept], next=found.next)

    @routes.get("/{number}", response_model=SheetView)
    def read_sheet(number: SheetId, known_at: KnownAt, request: Request, _: Reader) -> Response:
        """One sheet, also when it is settled."""
        now = known_at or edge_of(request).clock.now()
        return shown(host.load(SHEET, sheet_of(number), known_at), lambda state: sheet(state, now))
