"""The telephone on real sockets: garbage, shut and untrusted doors, permits shown twice or too late, a stop in the middle."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from adapters.sip import tls
from adapters.sip.desk import NUMBER, desk
from adapters.sip.peer import HOST, Peer
from stage import until

from chassis.metrics import ATTEMPTS, SIP_DROPPED, TRUNK_WORKING
from contracts.callback.reviews import AttemptStarted, Outcome
from services.callback.telephone.sip.wire.message import Request, answer, encoded
from services.callback.telephone.sip.wire.parsing import parsed

pytestmark = pytest.mark.anyio


@pytest.fixture
def peer() -> Iterator[Peer]:
    called = Peer()
    yield called
    called.close()


def shown(metrics: bytes, name: str) -> list[str]:
    return [line for line in metrics.decode().splitlines() if line.startswith(name)]


async def test_a_storm_of_garbage_is_counted_and_the_call_goes_on(peer: Peer, tmp_path: Path) -> None:
    peer.stage = "ringing"
    async with desk(tmp_path, (f"{HOST}:{peer.port}",)) as own:
        own.ring()
        await until(lambda: bool(peer.dials()))
        [invite] = peer.requests("INVITE")
        host, port = peer._places[invite.call_id]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for n in range(1, 50):
                stranger.sendto(b"SIP" + bytes(range(5 * n)) + b"\r\n\r\n", (host, port))
            stranger.sendto(b"\r\n\r\n", (host, port))
        with socket.create_connection((host, port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await asyncio.to_thread(connection.recv, 10) == b"", "what cannot be read is not read any further"
        peer.say(invite, 486)
        assert (await own.until(lambda one: one.outcome is not None)).outcome is Outcome.ENGAGED
        counted = shown(own.metrics.render(), SIP_DROPPED.name)
    assert sum(float(line.split()[-1]) for line in counted) == 50


async def test_a_door_that_is_shut_gives_way_to_the_next_trunk(peer: Peer, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind((HOST, 0))
        shut = f"sip:{HOST}:{door.getsockname()[1]};transport=tcp"
        async with desk(tmp_path, (shut, f"{HOST}:{peer.port}")) as own:
            own.ring()
            attempt = await own.until(lambda one: one.outcome is not None)
            working = shown(own.metrics.render(), TRUNK_WORKING.name)
    assert attempt.outcome is Outcome.ENGAGED
    assert peer.dials() == {attempt.attempt_id: 1}
    assert sorted(line.split()[-1] for line in working) == ["0.0", "1.0"]


async def test_no_trunk_at_all_is_a_failure_of_the_network(tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind((HOST, 0))
        async with desk(tmp_path, (f"sip:{HOST}:{door.getsockname()[1]};transport=tcp",)) as own:
            own.ring()
            attempt = await own.until(lambda one: one.outcome is not None)
    assert (attempt.outcome, attempt.final) == (Outcome.NETWORK_FAILURE, "could not be sent")


async def test_a_connection_that_broke_is_made_again(tmp_path: Path) -> None:
    visits: list[int] = []

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(len(visits))
        asked = parsed((await reader.readuntil(b"\r\n\r\n")).replace(b"Content-Length", b"X-Length"))
        assert isinstance(asked, Request)
        writer.write(encoded(answer(asked, 200 if asked.method == "OPTIONS" else 603, "peer")))
        writer.close()

    async with await asyncio.start_server(visited, HOST, 0) as trunk:
        port = trunk.sockets[0].getsockname()[1]
        async with desk(tmp_path, (f"sip:{HOST}:{port};transport=tcp",)) as own:
            await until(lambda: shown(own.metrics.render(), TRUNK_WORKING.name)[-1:] != [] and len(visits) == 1)
            await until(lambda: shown(own.metrics.render(), TRUNK_WORKING.name)[-1].endswith(" 1.0"))
            own.ring()
            attempt = await own.until(lambda one: one.outcome is not None)
    assert attempt.outcome is Outcome.DECLINED
    assert len(visits) == 2


@pytest.mark.parametrize("flaw", ["an authority we do not trust", "another name"])
async def test_a_trunk_that_cannot_prove_who_it_is_hears_nothing(flaw: str, tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    behind = await asyncio.start_server(visited, HOST, 0)
    name = "localhost" if flaw.startswith("an authority") else "elsewhere.example"
    async with tls.front(behind.sockets[0].getsockname()[1], tmp_path, name) as front:
        trust = {} if flaw.startswith("an authority") else {"ca_file": front.authority}
        async with desk(tmp_path, (f"sips:localhost:{front.port}",), **trust) as own:
            own.ring()
            attempt = await own.until(lambda one: one.outcome is not None)
    behind.close()
    assert (attempt.outcome, attempt.final) == (Outcome.NETWORK_FAILURE, "could not be sent")
    assert b"".join(heard) == b""


async def test_a_permit_shown_twice_rings_once_and_one_that_is_too_old_never(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, (f"{HOST}:{peer.port}",)) as own:
        own.ring()
        ring = own.station.service.effects[AttemptStarted]
        started = own.started[-1]
        ring(started)
        now = own.station.clock.now()
        late = AttemptStarted(
            at=now, review="r1", attempt=9, attempt_id="late", number=NUMBER, give_up_at=now - timedelta(seconds=1)
        )
        ring(replace(started, event=late))
        attempt = await own.until(lambda one: one.outcome is not None)
        await until(lambda: len(peer.requests("ACK")) > 0)
    assert peer.dials() == {attempt.attempt_id: 1}


async def test_a_hundred_calls_at_once_are_a_hundred_dials(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, (f"{HOST}:{peer.port}",)) as own:
        for n in range(100):
            own.ring(f"r{n}", f"+4477009{n:05}")
            await asyncio.sleep(0)
        wanted = f'{ATTEMPTS.name}{{outcome="engaged"}} 100.0'
        await until(lambda: wanted in own.metrics.render().decode())
    assert peer.dials() == {started.event.attempt_id: 1 for started in own.started if isinstance(started.event, AttemptStarted)}
    assert len(own.started) == 100


async def test_a_process_that_stops_takes_back_what_rings(peer: Peer, tmp_path: Path) -> None:
    peer.stage = "ringing"
    async with desk(tmp_path, (f"{HOST}:{peer.port}",)) as own:
        own.ring()
        await until(lambda: bool(peer.dials()))
    assert len({cancel.branch for cancel in peer.requests("CANCEL")}) == 1
