"""The call handler's screen with a million earlier contacts stored, beside the same app answering with a constant."""

import socket
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
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
from chassis.ids import derived
from chassis.references import Keyer, telephone
from chassis.settings import Settings
from chassis.store.codec import Head, encode, encode_event
from chassis.store.reading import text
from chassis.store.sqlite import SqliteStorage
from contracts import registry
from contracts.contact.callers import AddressAssociated, NumberAssociated, PersonAssociated, SubjectKind, SubjectMarked
from contracts.contact.calls import Abandonment, CallAbandoned, Line, Marker, MarkerPlaced
from contracts.envelope import Event
from contracts.topics import PARTITIONS
from services.contact.api import routers
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.call import index as call_index
from services.contact.streams import call_stream, caller_stream
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
    """Records of some numbers, and a million calls, in the form in which the service would have stored them."""

    def __init__(self, path: Path) -> None:
        SqliteStorage(path).close()
        self._file = sqlite3.connect(path)
        self._file.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        key = Settings.model_fields["reference_key"].default.get_secret_value().encode()
        self._numbers = Numbers(telephone, Keyer(key).reference)
        self._refs = [self._numbers.reference("tel", _number(n)) for n in range(NUMBERS)]
        self._rows, self._names = count(1), count(1)

    def fill(self) -> list[str]:
        """Store everything, in the order of the index; the newest call of each watched number."""
        draw = Random(1)
        for n in range(WATCHED):
            self._watched(n)
        newest: list[str] = []
        part: list[tuple[int, datetime]] = []
        for n in sorted(range(NUMBERS), key=self._refs.__getitem__):
            part += [(n, NOW)] if n < WATCHED else []
            part += [(n, NOW - timedelta(seconds=draw.randrange(60, 30_000_000))) for _ in range(STORED // NUMBERS)]
            if len(part) >= 20_000:
                newest += self._calls(part)
                part = []
        newest += self._calls(part)
        self._told()
        self._file.close()
        return newest

    def _told(self) -> None:
        """All of it is on the log already: what is measured is no service that catches up."""
        last = next(self._rows) - 1
        self._file.executemany("INSERT INTO relayed VALUES (?,?)", [(n, last) for n in range(PARTITIONS)])
        self._file.commit()

    def _watched(self, n: int) -> None:
        """A number, its person and their home, each with a marker."""
        ref, since = self._refs[n], NOW - timedelta(days=1)
        person, home = self._numbers.person(f"record {n}"), self._numbers.address(f"{n} Mill Lane")
        said = {"at": since, "author": "sgt-4", "evidence": "log 3"}
        marked = {"review_by": NOW + timedelta(days=90), **said}
        of = {"kind": SubjectKind.PERSON, "subject": person}
        at_home = {"kind": SubjectKind.ADDRESS, "subject": home}
        of_number = {"kind": SubjectKind.NUMBER, "subject": ref}
        self._record(
            ref,
            MarkerPlaced(number_ref=ref, marker=Marker.USEFUL, **marked),
            PersonAssociated(person_ref=person, person=f"record {n}", **of_number, **said),
        )
        self._record(
            person,
            NumberAssociated(number_ref=ref, number=_number(n), **of, **said),
            SubjectMarked(marker=Marker.VULNERABLE, **of, **marked),
            AddressAssociated(address_ref=home, address=f"{n} Mill Lane", **of, **said),
        )
        self._record(home, SubjectMarked(marker=Marker.HOSTAGE, **at_home, **marked))

    def _record(self, ref: str, *events: Event) -> None:
        stream = caller_stream(ref)
        stored = [(stream, version, registry.of(event).name, _stored(event)) for version, event in enumerate(events, 1)]
        self._write(stored, [])

    def _calls(self, part: Sequence[tuple[int, datetime]]) -> list[str]:
        """Those of this moment."""
        name, events, entries, newest = registry.of(CallAbandoned).name, [], [], []
        for n, at in part:
            call = derived("call", "bench", next(self._names))
            values = {b"CALL": call, b"NUMBER": _number(n), b"REF": self._refs[n], b"2026-06-05T12:00:00Z": text(at)}
            state = _SAMPLE
            for placeholder, value in values.items():
                state = state.replace(placeholder, value.encode())
            stream, known = call_stream(call), Call(call, at, number_ref=self._refs[n], abandoned_at=at)
            events.append((stream, 1, name, state))
            entries += [(entry, value, stream) for entry, value in call_index(known)]
            newest += [call] if at == NOW else []
        self._write(events, entries)
        return newest

    def _write(self, events: Sequence[tuple[str, int, str, bytes]], entries: Sequence[tuple[str, str, str]]) -> None:
        rows = [(next(self._rows), *event) for event in events]
        insert = "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) VALUES (?,?,?,?,?)"
        self._file.executemany(insert, rows)
        self._file.executemany(
            "INSERT INTO event_ids (id, position) VALUES (?,?)", [(f"bench {row[0]:09d}", row[0]) for row in rows]
        )
        self._file.executemany(f"INSERT INTO lookups_now VALUES (?,?,?,'{text(NOW)}')", sorted(entries))
        self._file.commit()


def _stored(event: Event) -> bytes:
    return encode(Head("bench", event.at, "bench", "bench", "bench", msgspec.Raw(encode_event(event))))


_SAMPLE = _stored(
    CallAbandoned(
        at=NOW,
        call="CALL",
        line=Line.EMERGENCY,
        abandonment=Abandonment.IN_QUEUE,
        waited_s=12.0,
        number="NUMBER",
        number_ref="REF",
        queue="999",
    )
)


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
    began = time.perf_counter()
    calls = Made(path).fill()
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
    process.main(replace(WIRING, routers=lambda host: (*routers(host), constant(host))))
