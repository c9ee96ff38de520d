"""The call handler's screen with a million earlier contacts stored, beside the same app answering with a constant."""

import socket
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from chassis import process
from chassis.clock import SystemClock
from chassis.host import Host
from chassis.http.auth import requires
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Principal, Role
from chassis.ids import derived, event_id
from chassis.process import Wiring
from chassis.references import Keyer, telephone
from chassis.settings import Settings
from chassis.store.codec import Head, encode, encode_event
from chassis.store.fold import follow, replay
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Changes, LookupChange, NewEvent, StoredEvent
from contracts import registry
from contracts.callers import AddressAssociated, NumberAssociated, PersonAssociated, SubjectKind, SubjectMarked
from contracts.contact import Abandonment, CallAbandoned, Line, Marker, MarkerPlaced
from contracts.envelope import Event
from services.contact.api import routers
from services.contact.numbers import Numbers
from services.contact.streams import CALL, CALLER, call_stream, caller_stream
from services.contact.wiring import WIRING
from tests.load.blocks import Compared, at_most
from tests.load.posting import Door, serving

STORED = 1_000_000
NUMBERS = 250_000
WATCHED = 500
"""Numbers with markers, a person and an address on record; these are asked for."""
ROUNDS, EACH = 10, 150
NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)


def constant(_: Host) -> APIRouter:
    """The floor: a route of the same app, behind the same guards, that looks nothing up."""
    routes = APIRouter(prefix="/constant")

    @routes.get("")
    def answer(_: Annotated[Principal, requires(Role.CALL_HANDLER)]) -> Response:
        """Nothing but an answer."""
        return Response(b'{"call":"constant"}', media_type="application/json")

    return routes


class Made:
    """A million calls and the records of some numbers, written as the service would have written them."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage
        self._changes = Changes()
        self._reference = Keyer(Settings.model_fields["reference_key"].default.get_secret_value().encode()).reference
        self._numbers = Numbers(telephone, self._reference)
        self._count = 0

    def fill(self) -> list[str]:
        """Store everything; the newest call of each watched number."""
        draw = Random(1)
        newest = [self._watched(n) for n in range(WATCHED)]
        for _ in range(STORED - WATCHED):
            self._call(draw.randrange(NUMBERS), NOW - timedelta(seconds=draw.randrange(60, 30_000_000)))
        self._flush()
        return newest

    def _watched(self, n: int) -> str:
        number = _number(n)
        ref = self._numbers.reference("tel", number)
        person, home = self._numbers.person(f"record {n}"), self._numbers.address(f"{n} Mill Lane")
        said = {"author": "sgt-4", "evidence": "log 3"}
        marked = {"review_by": NOW + timedelta(days=90), **said}
        kinds = {"tel": SubjectKind.NUMBER, "person": SubjectKind.PERSON, "address": SubjectKind.ADDRESS}
        since = NOW - timedelta(days=1)
        about = {one: {"at": since, "subject": one, "kind": kinds[one.split(":")[0]]} for one in (ref, person, home)}
        self._append(
            caller_stream(ref),
            [
                MarkerPlaced(at=since, number_ref=ref, marker=Marker.USEFUL, **marked),
                PersonAssociated(person_ref=person, person=f"record {n}", **about[ref], **said),
            ],
        )
        self._append(
            caller_stream(person),
            [
                NumberAssociated(number_ref=ref, number=number, **about[person], **said),
                SubjectMarked(marker=Marker.VULNERABLE, **about[person], **marked),
                AddressAssociated(address_ref=home, address=f"{n} Mill Lane", **about[person], **said),
            ],
        )
        self._append(caller_stream(home), [SubjectMarked(marker=Marker.HOSTAGE, **about[home], **marked)])
        return self._call(n, NOW)

    def _call(self, n: int, at: datetime) -> str:
        call = derived("call", "bench", self._count)
        number = _number(n)
        ref = self._numbers.reference("tel", number)
        gone = CallAbandoned(
            at=at,
            call=call,
            line=Line.EMERGENCY,
            abandonment=Abandonment.IN_QUEUE,
            waited_s=12.0,
            number=number,
            number_ref=ref,
            queue="999",
        )
        self._append(call_stream(call), [gone])
        return call

    def _append(self, stream: str, events: Sequence[Event]) -> None:
        self._count += 1
        cause, aggregate = derived("bench", self._count), CALL if stream.startswith("call-") else CALLER
        stored = []
        for version, event in enumerate(events, 1):
            id_ = event_id(cause, version)
            head = Head(id_, event.at, cause, cause, "bench", msgspec.Raw(encode_event(event)))
            new = NewEvent(stream, version, registry.of(event).name, encode(head), id_)
            self._changes.events.append(new)
            stored.append(StoredEvent(0, stream, version, new.type, new.state))
        live = follow(aggregate, replay(aggregate, stored), len(stored))
        self._changes.lookups += [LookupChange(True, name, value, stream, NOW) for name, value in live.entries]
        if len(self._changes.events) >= 20_000:
            self._flush()

    def _flush(self) -> None:
        self._storage.append(self._changes)
        self._changes = Changes()


def _number(n: int) -> str:
    return f"+447{n:09d}"


class Asking:
    """One kept-alive connection, with as little client as possible."""

    def __init__(self, door: Door, bearer: str) -> None:
        self._socket = socket.create_connection(door)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = f" HTTP/1.1\r\nHost: {door.host}\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode()

    def seconds(self, path: str) -> float:
        """How long the answer took; anything but success ends the measurement."""
        began = time.perf_counter()
        self._socket.sendall(b"GET " + path.encode() + self._rest)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._socket.recv(65_536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._socket.recv(65_536)
        took = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(body.decode())
        return took

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()


def compared(folder: Path) -> Iterator[Compared]:
    """The slowest hundredth, and the middle, of both."""
    path = folder / "screen.sqlite"
    storage = SqliteStorage(path, batch=100)
    began = time.perf_counter()
    try:
        calls = Made(storage).fill()
    finally:
        storage.close()
    print(f"{STORED:,} calls stored in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    bearer = DevIssuer.open(folder / "issuer").token("h7", [Role.CALL_HANDLER], SystemClock())
    screens, constants = [], []
    with serving("tests.load.screen", folder, RINGBACK_STORE=str(path)) as door, closing(Asking(door, bearer)) as asking:
        draw = Random(2)
        for _ in range(ROUNDS + 1):
            screens.append([asking.seconds(f"/calls/{draw.choice(calls)}/screen") for _ in range(EACH)])
            constants.append([asking.seconds("/constant") for _ in range(EACH)])
    for name, pick in (("p50", 50), ("p99", 99)):
        ours, floor = (_quantile(blocks, pick) for blocks in (screens, constants))
        yield at_most(f"screen {name}, {STORED:,} calls stored", ours, floor, "the same app, a constant", 2.0)


def _quantile(blocks: Sequence[Sequence[float]], percent: int) -> float:
    """Over all but the first block, which warms up."""
    return statistics.quantiles([seconds for block in blocks[1:] for seconds in block], n=100)[percent - 1]


if __name__ == "__main__":
    process.main(
        Wiring(WIRING.name, WIRING.title, WIRING.description, WIRING.build, lambda host: (*routers(host), constant(host)))
    )
