"""A small service in memory behind the real HTTP kit: calls that are noted, corrected, listed and watched."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from fastapi import APIRouter, FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.clock import VirtualClock
from chassis.errors import StoreUnavailable
from chassis.host import Context, Entry, Loaded
from chassis.http.app import create_app
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.dev_issuer import DevIssuer
from chassis.http.edge import Edge
from chassis.http.events import EventSourceResponse, LastEventId, happening
from chassis.http.known_at import KnownAt
from chassis.http.limits import LimitSettings, RateLimit
from chassis.http.paging import Listing, Paging
from chassis.http.parking import Change, Parked, Redriven, parking_router
from chassis.http.principal import Principal, Role
from chassis.http.tokens import open_tokens
from chassis.ids import DrawnIds
from chassis.store.aggregate import Aggregate
from contracts.envelope import Envelope, Event, Telephone
from contracts.refusals import Invalid, NotFound, PreconditionFailed, Refused

START = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


class Call(msgspec.Struct, frozen=True):
    """The state of the small service."""

    text: str
    closed: bool = False


CALLS = Aggregate("call", Call, {})


@dataclass(frozen=True)
class Note:
    """Note a call, or correct what was noted."""

    stream: str
    text: str


@dataclass(frozen=True)
class Close:
    """No more is said about a call."""

    stream: str


@dataclass
class MemoryHost:
    """A host over a dictionary of versions, which obeys an idempotency key once."""

    clock: VirtualClock
    streams: dict[str, list[tuple[datetime, Call]]] = field(default_factory=dict)
    outcomes: dict[str, tuple[str | None, Loaded[Any]]] = field(default_factory=dict)
    contexts: list[Context] = field(default_factory=list)
    broken: Exception | None = None

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        self.contexts.append(context)
        if self.broken is not None:
            raise self.broken
        if context.cause in self.outcomes:
            fingerprint, loaded = self.outcomes[context.cause]
            if fingerprint != context.fingerprint:
                raise Invalid("idempotency-key-reused", "Use a new key.")
            return loaded
        loaded = self._obey(command, context)
        self.outcomes[context.cause] = context.fingerprint, loaded
        return loaded

    def _obey(self, command: Any, context: Context) -> Loaded[Any]:
        versions = self.streams.setdefault(command.stream, [])
        if context.expected_version is not None and context.expected_version != len(versions):
            raise PreconditionFailed("changed-since", "Read it again.")
        if versions and versions[-1][1].closed:
            raise Refused("call-closed", "Nothing more is said about a closed call.", ("reopen",))
        text = command.text if isinstance(command, Note) else versions[-1][1].text
        versions.append((self.clock.now(), Call(text, isinstance(command, Close))))
        return Loaded(command.stream, versions[-1][1], len(versions))

    def load(self, aggregate: Aggregate[Any], stream: str, known_at: datetime | None = None) -> Loaded[Any]:
        if self.broken is not None:
            raise self.broken
        known = [call for at, call in self.streams.get(stream, []) if known_at is None or at <= known_at]
        if not known:
            raise NotFound("not-found", f"There is no {aggregate.name} of this id.")
        return Loaded(stream, known[-1], len(known))

    def history(self, stream: str, known_at: datetime | None = None) -> Sequence[Envelope[Event]]:
        raise NotFound("not-found", "This host keeps no history.")

    def find(
        self,
        name: str,
        value: str | None = None,
        *,
        known_at: datetime | None = None,
        after: Entry | None = None,
        limit: int = 100,
    ) -> Sequence[Entry]:
        known = {
            stream: [call.text for at, call in versions if known_at is None or at <= known_at]
            for stream, versions in self.streams.items()
        }
        entries = sorted(Entry(texts[-1], stream) for stream, texts in known.items() if texts)
        return [entry for entry in entries if (value in (None, entry.value)) and (after is None or entry > after)][:limit]


@dataclass
class Probes:
    """A health source whose troubles a test sets."""

    troubles: dict[str, list[str]] = field(default_factory=dict)

    def live(self) -> Sequence[str]:
        return self.troubles.get("live", [])

    def ready(self) -> Sequence[str]:
        return self.troubles.get("ready", [])

    def started(self) -> Sequence[str]:
        return self.troubles.get("started", [])


@dataclass
class MemoryDesk:
    """One parked key, and a note of what was redriven for good."""

    waiting: dict[tuple[str, str], Parked] = field(default_factory=dict)

    def parked(self) -> Sequence[Parked]:
        return list(self.waiting.values())

    def show(self, topic: str, key: str) -> Parked:
        try:
            return self.waiting[topic, key]
        except KeyError:
            raise NotFound("not-parked", "Nothing is parked under this key.") from None

    async def redrive(self, topic: str, key: str, *, preview: bool) -> Redriven:
        parked = self.show(topic, key)
        if not preview:
            del self.waiting[topic, key]
        events = [Change(stream=key, type="ringback.contact.CallReceived.v1")]
        return Redriven(topic=topic, key=key, preview=preview, records=parked.records, remaining=0, events=events)


class Place(Body):
    """A part of a body."""

    radius_m: Annotated[float, Field(ge=0)]


class NoteBody(Body):
    """The body of the commands."""

    text: Annotated[str, Field(max_length=200)]
    number: Telephone | None = None
    place: Place | None = None
    tags: dict[str, Annotated[str, Field(max_length=10)]] = Field(default_factory=dict)
    line: Role | None = None


class CallView(BaseModel):
    """What a reader of a call is told."""

    stream: str
    text: str


def view(loaded: Loaded[Any]) -> CallView:
    assert loaded.state is not None
    return CallView(stream=loaded.stream, text=loaded.state.text)


HANDLER = Role.CALL_HANDLER


def calls(host: MemoryHost) -> APIRouter:
    router = APIRouter(prefix="/calls")

    @router.put("/{name}", response_model=CallView, responses={201: {"model": CallView}})
    async def note(name: str, body: NoteBody, context: Annotated[Context, command(HANDLER)]) -> Response:
        loaded = await host.run(Note(f"call-{name}", body.text), context)
        return respond(loaded, view(loaded), location=f"/calls/{name}", status=201 if loaded.version == 1 else 200)

    @router.post("/{name}/close", response_model=CallView)
    async def close(name: str, context: Annotated[Context, command(HANDLER, Role.SUPERVISOR, must_match=True)]) -> Response:
        host.load(CALLS, f"call-{name}")
        loaded = await host.run(Close(f"call-{name}"), context)
        return respond(loaded, view(loaded))

    @router.get("/{name}", response_model=CallView)
    def read(name: str, known_at: KnownAt, _: Annotated[Principal, requires(HANDLER)]) -> Response:
        loaded = host.load(CALLS, f"call-{name}", known_at)
        return respond(loaded, view(loaded))

    @router.get("")
    def listed(
        page: Paging,
        known_at: KnownAt,
        _: Annotated[Principal, requires(HANDLER)],
        text: Annotated[str | None, Query(max_length=100)] = None,
    ) -> Listing[CallView]:
        found = page.read(host, "by_text", text, known_at)
        return Listing(items=[view(host.load(CALLS, entry.stream, known_at)) for entry in found.entries], next=found.next)

    return router


def feed() -> APIRouter:
    router = APIRouter()

    @router.get("/feed", response_class=EventSourceResponse)
    async def watch(after: LastEventId, _: Annotated[Principal, requires(HANDLER)]) -> AsyncIterator[Any]:
        for position in range((after or 0) + 1, 4):
            yield happening(position, "noted", CallView(stream=f"call-{position}", text="noted\nin two lines"))

    return router


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def host(clock: VirtualClock) -> MemoryHost:
    return MemoryHost(clock)


@pytest.fixture
def probes() -> Probes:
    return Probes()


@pytest.fixture
def desk() -> MemoryDesk:
    key = Parked(topic="contact.events", key="call-7", reason="no such type", records=3, first_offset=41, since=START)
    return MemoryDesk({("contact.events", "call-7"): key})


@pytest.fixture
def issuer(tmp_path: Path) -> DevIssuer:
    return DevIssuer.open(tmp_path / "issuer")


MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(issuer: DevIssuer, clock: VirtualClock, probes: Probes) -> MakeApp:
    """Makes an app of the given routers; `limits` and `settings` may be given."""

    def make(*routers: APIRouter, limits: LimitSettings | None = None, settings: Any = None) -> FastAPI:
        tokens = open_tokens(settings or issuer.settings(), clock)
        limit = RateLimit(limits or LimitSettings(), clock)
        return create_app(
            edge=Edge("contact", tokens, clock, DrawnIds(), limit),
            title="Calls",
            version="1.0.0",
            description="Calls that are noted.",
            routers=routers,
            health=probes,
            metrics=lambda: b"ringback_calls_total 3\n",
        )

    return make


@pytest.fixture
def routers(host: MemoryHost, desk: MemoryDesk) -> list[APIRouter]:
    return [calls(host), feed(), parking_router(desk)]


@pytest.fixture
def app(make_app: MakeApp, routers: list[APIRouter]) -> FastAPI:
    return make_app(*routers)


@pytest.fixture
def anonymous(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def bearer(issuer: DevIssuer, clock: VirtualClock) -> Callable[..., dict[str, str]]:
    """The Authorization header of somebody with these roles."""

    def header(*roles: Role, subject: str = "handler-1") -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.token(subject, roles, clock, lifetime=timedelta(hours=1))}"}

    return header


@pytest.fixture
def client(app: FastAPI, bearer: Callable[..., dict[str, str]]) -> Iterator[TestClient]:
    """A call handler's client."""
    with TestClient(app, headers=bearer(Role.CALL_HANDLER)) as client:
        yield client


@pytest.fixture
def unavailable(host: MemoryHost) -> None:
    host.broken = StoreUnavailable("the disk is full")
