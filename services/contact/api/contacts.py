"""Contacts: whoever reached us, by whatever way; saved at the first keystroke, taken, and acted on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Entry, Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.edge import edge_of
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.contact.calls import Channel
from contracts.contact.contacts import ContactOutcome
from contracts.envelope import Instant, Narrative
from contracts.refusals import NotFound
from services.contact.api.access import Handler, Name, Number, Reader, Receiver
from services.contact.domain.desks.contact import Contact
from services.contact.domain.desks.contacting import AddWords, CloseContact, ReceiveContact, TakeContact
from services.contact.streams import CALL, CONTACT, call_stream, contact_id, contact_stream
from services.contact.views import contacts
from services.contact.views.contacts import ContactView

ContactId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `contact` in a view; of a call, its id.")
]
Overdue = Annotated[bool, Query(description="Only those that nobody took, or acted on, in time: the alarms that stand.")]
Unacted = Annotated[bool, Query(description="Only those that were taken and of which nobody said what became.")]


class ReceiveBody(Body):
    """The first thing known of a contact is enough. Told again under its reference it adds words and changes nothing else."""

    channel: Channel
    source: Annotated[Name, Field(description="Where it came in: the form's server, the desk, the other force.")]
    reference: Annotated[Name, Field(description="The source's own name for it.")]
    at: Instant | None = None
    number: Number | None = None
    name: Annotated[str | None, Field(max_length=4000, json_schema_extra={"x-personal": "narrative"})] = None
    words: Narrative | None = None


class WordsBody(Body):
    """More that was said or typed."""

    words: Annotated[Narrative, Field(min_length=1)]


class CloseBody(Body):
    """What became of it: an incident is named, and whoever it was passed on to."""

    outcome: ContactOutcome
    words: Narrative | None = None
    incident: Name | None = None
    passed_to: Name | None = None


def router(host: Host) -> APIRouter:
    """The routes of contacts."""
    routes = APIRouter(prefix="/contacts", tags=["contacts"])
    _writes(host, routes)
    _reads(host, routes)
    return routes


def _writes(host: Host, routes: APIRouter) -> None:
    @routes.post("", response_model=ContactView)
    async def receive_contact(body: ReceiveBody, context: Receiver, request: Request) -> Response:
        """Save a contact with what there is of it. Calls are told by telephony."""
        receive = ReceiveContact(
            contact=contact_id(body.source, body.reference),
            at=body.at or edge_of(request).clock.now(),
            channel=body.channel,
            source=body.source,
            number=body.number or None,
            name=body.name,
            words=body.words,
        )
        loaded = await host.run(receive, context)
        return _told(loaded, location=f"/contacts/{receive.contact}")

    @routes.post("/{contact}/words", response_model=ContactView)
    async def add_words(contact: ContactId, body: WordsBody, context: Receiver) -> Response:
        """Add words. What stood before stands; also a closed contact takes more."""
        return _told(await host.run(AddWords(contact=contact, words=body.words, author=context.actor), context))

    @routes.post("/{contact}/take", response_model=ContactView)
    async def take_contact(contact: ContactId, context: Handler) -> Response:
        """Take it in hand, also from somebody else's. Taking is no action: that has a time of its own."""
        return _told(await host.run(TakeContact(contact=contact, handler=context.actor), context))

    @routes.post("/{contact}/close", response_model=ContactView)
    async def close_contact(contact: ContactId, body: CloseBody, context: Handler) -> Response:
        """Say what became of it."""
        close = CloseContact(
            contact=contact,
            outcome=body.outcome,
            by=context.actor,
            words=body.words,
            incident=body.incident,
            passed_to=body.passed_to,
        )
        return _told(await host.run(close, context))


def _reads(host: Host, routes: APIRouter) -> None:
    @routes.get("")
    def list_contacts(
        page: Paging, known_at: KnownAt, _: Reader, overdue: Overdue = False, unacted: Unacted = False
    ) -> Listing[ContactView]:
        """Contacts in progress of every kind, calls among them, the oldest first."""
        names = ("contact-overdue",) if overdue else ("contact-unacted",) if unacted else ("open", "contact-open")
        found = page.read_all(host, names, known_at)
        return Listing(items=list(_views(host, found.entries, known_at)), next=found.next)

    @routes.get("/{contact}", response_model=ContactView)
    def read_contact(contact: ContactId, known_at: KnownAt, _: Reader) -> Response:
        """One contact of any kind, now or as it was known."""
        try:
            return _told(host.load(CONTACT, contact_stream(contact), known_at))
        except NotFound:
            loaded = host.load(CALL, call_stream(contact), known_at)
            assert loaded.state is not None
            return respond(loaded, contacts.of_call(loaded.state))

    @routes.get("/{contact}/history")
    def read_contact_history(
        contact: ContactId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every event of one contact that is no call; a call's are at its own address."""
        stream = contact_stream(contact)
        return history(stream, host.history(stream, known_at), after, limit)


def _views(host: Host, entries: Iterable[Entry], known_at: datetime | None) -> Iterable[ContactView]:
    for entry in entries:
        if entry.stream.startswith(f"{CALL.name}-"):
            call = host.load(CALL, entry.stream, known_at).state
            if call is not None:
                yield contacts.of_call(call)
        else:
            contact = host.load(CONTACT, entry.stream, known_at).state
            if contact is not None:
                yield contacts.contact(contact)


def _told(loaded: Loaded[Contact], location: str | None = None) -> Response:
    assert loaded.state is not None
    return respond(loaded, contacts.contact(loaded.state), location=location)
