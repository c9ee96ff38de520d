"""Neutral texts over HTTP: send one, say what became of it, and see which nobody answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.callback.texts import Delivery
from services.callback.texts.application import TEXT, text_stream
from services.callback.texts.message import Message, ReportDelivery, SendText

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
ReviewId = Annotated[str, Path(pattern=_UUID, description="As `review` in a view: the id of its call.")]
TextId = Annotated[str, Path(pattern=_UUID, description="As `text_id` in a view.")]
InRoom = Annotated[Context, command(Role.CALL_HANDLER, Role.SUPERVISOR)]
Network = Annotated[Context, command(Role.SERVICE, Role.CALL_HANDLER, Role.SUPERVISOR)]
Reader = Annotated[Principal, requires(Role.CALL_HANDLER, Role.SUPERVISOR, Role.SERVICE)]


class DeliveryBody(Body):
    """What became of a text."""

    delivery: Delivery


class TextView(BaseModel):
    """One text. `answered_by` is the contact in which somebody got in touch; `unanswered_at` the alarm that nobody did."""

    text_id: str
    review: str
    words: str
    by: str
    started_at: datetime
    reply_by: datetime | None = None
    delivery: Delivery | None = None
    answered_by: str | None = None
    unanswered_at: datetime | None = None


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of texts."""
    router = APIRouter(tags=["texts"])

    @router.post("/reviews/{review}/text", response_model=TextView)
    async def send_text(review: ReviewId, context: InRoom) -> Response:
        """Send the policy's neutral words. Refused with 409: `gate-shut`, `texts-not-allowed`, `text-limit`."""
        return _told(await host.run(SendText(review=review, by=context.actor), context))

    @router.post("/texts/{text}/delivery", response_model=TextView)
    async def report_delivery(text: TextId, body: DeliveryBody, context: Network) -> Response:
        """Say what became of a text: the network's gateway, or whoever sent it by hand."""
        return _told(await host.run(ReportDelivery(text_id=text, delivery=body.delivery), context))

    @router.get("/texts/alarms")
    def list_unanswered(page: Paging, known_at: KnownAt, _: Reader) -> Listing[TextView]:
        """Texts nobody answered in time, the oldest first."""
        found = page.read(host, "text-alarm", known_at=known_at)
        states = (host.load(TEXT, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[_view(state) for state in states if state is not None], next=found.next)

    @router.get("/texts/{text}", response_model=TextView)
    def read_text(text: TextId, known_at: KnownAt, _: Reader) -> Response:
        """One text."""
        return _told(host.load(TEXT, text_stream(text), known_at))

    return (router,)


def _told(loaded: Loaded[Message]) -> Response:
    assert loaded.state is not None
    return respond(loaded, _view(loaded.state))


def _view(text: Message) -> TextView:
    return TextView(
        text_id=text.text_id,
        review=text.review,
        words=text.words,
        by=text.by,
        started_at=text.started_at,
        reply_by=text.reply_by,
        delivery=text.delivery,
        answered_by=text.answered_by,
        unanswered_at=text.unanswered_at,
    )
