"""Positions that handsets send (AML), as text messages, packed messages and web forms, from the operator or the handset."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body, Form, form_of
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.ids import derived
from contracts.contact.handsets import HandsetForm
from contracts.envelope import Instant, Telephone
from contracts.refusals import Invalid
from services.contact.api.access import Reader, Telephony
from services.contact.domain.handsets.handset import Message, TakeHandsetMessage
from services.contact.streams import HANDSET
from services.contact.views.handsets import HandsetView, handset

FIELDS = (
    "v",
    "device_number",
    "location_latitude",
    "location_longitude",
    "location_time",
    "location_accuracy",
    "location_certainty",
    "cell_network_mcc",
    "cell_network_mnc",
    "cell_id",
    "hmac",
)
Raw = Annotated[str, Field(min_length=1, max_length=4000)]


class SmsBody(Body):
    """A text message, or the octets of a packed one in hex; `number` is its sender's, `at` when the operator had it."""

    number: Telephone | None = None
    text: Raw | None = None
    packed: Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2})+$", max_length=4000)] | None = None
    at: Instant | None = None


def router(host: Host) -> APIRouter:
    """The routes of handsets' messages."""
    routes = APIRouter(prefix="/handsets", tags=["handsets"])

    def told(loaded: Loaded[Message]) -> Response:
        assert loaded.state is not None
        return respond(loaded, handset(loaded.state))

    @routes.post("/sms", response_model=HandsetView)
    async def take_sms(body: SmsBody, context: Telephony, request: Request) -> Response:
        """Take a message. What is odd about it is flagged, it is kept all the same; a null fix never becomes a point."""
        if (body.text is None) == (body.packed is None):
            raise Invalid("one-message", "send one of text and packed")
        form = HandsetForm.SMS_PACKED if body.text is None else HandsetForm.SMS_TEXT
        raw = body.text or body.packed or ""
        take = TakeHandsetMessage(
            message=derived("handset", form, body.number or "", raw),
            at=body.at or edge_of(request).clock.now(),
            form=form,
            raw=raw,
            number=body.number,
        )
        return told(await host.run(take, context))

    @routes.post("/https", response_model=HandsetView, openapi_extra=form_of(*FIELDS))
    async def take_form(form: Form, context: Telephony, request: Request) -> Response:
        """Take a form as the handset sent it, byte for byte: its HMAC is over all that stands before it."""
        if not 1 <= len(form.text) <= 4000:
            raise Invalid("form-length", "send a form of 1 to 4000 characters")
        take = TakeHandsetMessage(
            message=derived("handset", HandsetForm.HTTPS, form.text),
            at=edge_of(request).clock.now(),
            form=HandsetForm.HTTPS,
            raw=form.text,
        )
        return told(await host.run(take, context))

    _listed(routes, host)
    return routes


def _listed(routes: APIRouter, host: Host) -> None:
    @routes.get("/unmatched")
    def list_unmatched(page: Paging, known_at: KnownAt, _: Reader) -> Listing[HandsetView]:
        """Messages that belong to no call yet, the oldest first."""
        found = page.read(host, "handset-unmatched", known_at=known_at)
        states = (host.load(HANDSET, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[handset(state) for state in states if state is not None], next=found.next)
