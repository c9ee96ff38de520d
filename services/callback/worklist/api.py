"""The worklist over HTTP: what to do first and why, and who has what in hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from chassis.host import Context, Entry, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.refusals import NotFound, Refused
from services.callback.streams import REVIEW, review_stream
from services.callback.worklist import views
from services.callback.worklist.application import ITEM, item_stream
from services.callback.worklist.commands import AcknowledgeAlarm, AcknowledgeHandOver, LogOff, NoteWork, PutBack, TakeItem
from services.callback.worklist.item import Item
from services.callback.worklist.person import Person
from services.callback.worklist.views import ItemView, LogOffView

Words = Annotated[str, Field(min_length=1, max_length=300)]
Plan = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ReviewId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `review` in an item: the id of its call.")
]
ROOM = (Role.CALL_HANDLER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.DISPATCHER, Role.SERVICE)]
InRoom = Annotated[Context, command(*ROOM)]
Supervisor = Annotated[Context, command(Role.SUPERVISOR)]


class NoteBody(Body):
    """What is being done about it."""

    words: Words | None = None


class PutBackBody(Body):
    """Why it goes back."""

    reason: Words


class AcknowledgeAlarmBody(Body):
    """As which role, and what will be done."""

    role: Words
    plan: Plan


class LogOffBody(Body):
    """Who left without logging off."""

    person: Name


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the worklist."""
    return (_people(host), _items(host), _alarms(host), _reads(host))


def _items(host: Host) -> APIRouter:
    router = APIRouter(prefix="/worklist/{review}", tags=["worklist"])

    @router.post("/take", response_model=ItemView)
    async def take_item(review: ReviewId, context: InRoom) -> Response:
        """Take a review in hand. The answer acknowledges it and says by when you must be heard of again.

        Refused with 409 `item-taken` while somebody else has it, unless they fell silent.
        """
        return _told(host, await host.run(TakeItem(review=review, by=context.actor), context), review)

    @router.post("/note", response_model=ItemView)
    async def note_work(review: ReviewId, body: NoteBody, context: InRoom) -> Response:
        """Say that you are on it. Whatever you record about the review itself counts as well."""
        return _told(host, await host.run(NoteWork(review=review, by=context.actor, words=body.words), context), review)

    @router.post("/put-back", response_model=ItemView)
    async def put_back_item(review: ReviewId, body: PutBackBody, context: InRoom) -> Response:
        """Give it back to the list."""
        return _told(host, await host.run(PutBack(review=review, by=context.actor, words=body.reason), context), review)

    @router.post("/acknowledge", response_model=ItemView)
    async def acknowledge_hand_over(review: ReviewId, context: InRoom) -> Response:
        """Acknowledge what somebody handed over at log-off; taking it does so too."""
        return _told(host, await host.run(AcknowledgeHandOver(review=review, by=context.actor), context), review)

    return router


def _alarms(host: Host) -> APIRouter:
    router = APIRouter(prefix="/worklist/{review}", tags=["worklist"])

    @router.post("/alarm/acknowledge", response_model=ItemView)
    async def acknowledge_alarm(review: ReviewId, body: AcknowledgeAlarmBody, context: Supervisor) -> Response:
        """I know of it, as the role that was told or one above it, and this will be done. It climbs no more.

        The alarm stands until somebody acts; when nobody has by `again_at`, it is raised again.
        """
        acknowledged = AcknowledgeAlarm(review=review, by=context.actor, role=body.role, plan=body.plan)
        return _told(host, await host.run(acknowledged, context), review)

    return router


def _people(host: Host) -> APIRouter:
    router = APIRouter(prefix="/worklist", tags=["worklist"])

    def told(loaded: Loaded[Person]) -> Response:
        assert loaded.state is not None
        return respond(loaded, views.log_off(loaded.state))

    @router.post("/log-off", response_model=LogOffView)
    async def log_off(context: InRoom) -> Response:
        """Leave the desk. All you have goes back to the list; the answer names it, and somebody must acknowledge each."""
        return told(await host.run(LogOff(person=context.actor, by=context.actor), context))

    @router.post("/log-off/others", response_model=LogOffView)
    async def log_other_off(body: LogOffBody, context: Supervisor) -> Response:
        """Log somebody off who left without doing so."""
        if body.person == context.actor:
            raise Refused("yourself", "log yourself off at /worklist/log-off", ("POST /worklist/log-off",))
        return told(await host.run(LogOff(person=body.person, by=context.actor), context))

    return router


def _reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/worklist", tags=["worklist"])

    @router.get("")
    def read_worklist(
        page: Paging,
        known_at: KnownAt,
        reader: Reader,
        mine: Annotated[bool, Query(description="Only what you have in hand.")] = False,
    ) -> Listing[ItemView]:
        """Every open review, the highest rank first: danger, then repeats, then whoever is in line longest."""
        found = page.read(host, "taken", reader.subject, known_at) if mine else page.read(host, "ranked", None, known_at)
        return Listing(items=list(_read(host, found.entries, known_at)), next=found.next)

    @router.get("/alarms")
    def read_alarms(page: Paging, known_at: KnownAt, _: Reader) -> Listing[ItemView]:
        """Items of people who fell silent, hand-overs nobody acknowledged, and what nobody took in time.

        Those at the top of their ladder first, then by when they climb, then those somebody acknowledged.
        """
        found = page.read(host, "desk-alarm", known_at=known_at)
        return Listing(items=list(_read(host, found.entries, known_at)), next=found.next)

    @router.get("/hand-overs")
    def read_hand_overs(page: Paging, known_at: KnownAt, _: Reader) -> Listing[ItemView]:
        """What was handed over at log-off and not acknowledged yet, the oldest first."""
        found = page.read(host, "handed-over", known_at=known_at)
        return Listing(items=list(_read(host, found.entries, known_at)), next=found.next)

    return router


def _told(host: Host, loaded: Loaded[Item], review: str) -> Response:
    state = host.load(REVIEW, review_stream(review)).state
    assert state is not None
    return respond(loaded, views.item(state, loaded.state))


def _read(host: Host, entries: Iterable[Entry], known_at: datetime | None) -> Iterable[ItemView]:
    """Items whose review is over are left out: nobody need do anything about them."""
    for entry in entries:
        review = entry.stream.partition("-")[2]
        state = host.load(REVIEW, review_stream(review), known_at).state
        if state is not None and state.open:
            yield views.item(state, _held(host, review, known_at))


def _held(host: Host, review: str, known_at: datetime | None) -> Item | None:
    try:
        return host.load(ITEM, item_stream(review), known_at).state
    except NotFound:
        return None
