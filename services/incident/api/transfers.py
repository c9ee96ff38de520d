"""Transfers to and from other forces and agencies, and the door their messages come in by."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.incident.handing import TransferMessage
from services.incident.api.access import Changing, Gateway, IncidentId, InRoom, Long, Reader, Words, shown
from services.incident.cases.handing import AnswerTransfer, HearMessage, OfferTransfer, UpdateTransfer
from services.incident.domain.handing.transfer import stream_of
from services.incident.streams import TRANSFER
from services.incident.views.records import TransferView, transfer

TransferId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$", description="As `transfer` in a view.")]


class OfferBody(Body):
    """To whom, and why."""

    to: Words
    reason: Long


class AnswerBody(Body):
    """Accepted, or refused with the reason."""

    accept: bool
    reason: Long | None = None


class UpdateBody(Body):
    """What is new."""

    words: Long


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["transfers"])
    _out(routes, host)
    _in(routes, host)
    return routes


def _out(routes: APIRouter, host: Host) -> None:
    @routes.post("/incidents/{incident}/transfers", response_model=TransferView)
    async def offer_transfer(incident: IncidentId, body: OfferBody, context: InRoom) -> Response:
        """Offer it to another force or agency. It stays ours, its clock running, until they have accepted."""
        loaded = await host.run(OfferTransfer(incident, body.to, context.actor, body.reason), context)
        return shown(loaded, transfer)

    @routes.get("/transfers")
    def list_transfers(page: Paging, known_at: KnownAt, _: Reader) -> Listing[TransferView]:
        """Those nobody has accepted or refused, by when they should be."""
        found = page.read(host, "transfers", known_at=known_at)
        states = (host.load(TRANSFER, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[transfer(state) for state in states if state is not None], next=found.next)

    @routes.get("/transfers/{name}", response_model=TransferView)
    def read_transfer(name: TransferId, known_at: KnownAt, _: Reader) -> Response:
        """How far it is."""
        loaded = host.load(TRANSFER, stream_of(name), known_at)
        return shown(loaded, transfer)


def _in(routes: APIRouter, host: Host) -> None:
    @routes.post("/transfers/{name}/answer", response_model=TransferView)
    async def answer_transfer(name: TransferId, body: AnswerBody, context: Changing) -> Response:
        """Accept what was offered, or refuse it."""
        loaded = await host.run(AnswerTransfer(name, body.accept, context.actor, body.reason), context)
        return shown(loaded, transfer)

    @routes.post("/transfers/{name}/updates", response_model=TransferView)
    async def update_transfer(name: TransferId, body: UpdateBody, context: InRoom) -> Response:
        """Tell the other side what is new."""
        loaded = await host.run(UpdateTransfer(name, body.words, context.actor), context)
        return shown(loaded, transfer)

    @routes.post("/transfer-messages", response_model=TransferView)
    async def hear_message(body: TransferMessage, context: Gateway) -> Response:
        """A message of another control room, as it came off the wire. Heard twice it is heard once."""
        loaded = await host.run(HearMessage(body), context)
        return shown(loaded, transfer)
