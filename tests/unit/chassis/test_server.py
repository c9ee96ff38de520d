"""Nobody holds the door open by being slow, and what cannot be listened on is named."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing

import anyio
import pytest

from chassis.errors import PortInUse, SettingsRefused
from chassis.server import PatientProtocol, Server, listen

ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
Send = Callable[[object], Awaitable[None]]


class Hasty(PatientProtocol):
    headers_within_s = 0.05
    headers_most = 4096


async def app(scope: dict[str, object], receive: object, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


async def talk(protocol: type[PatientProtocol], *parts: bytes) -> bytes:
    """What a client hears that sends these parts, each after an answer to the one before, until the server closes."""
    with listen("127.0.0.1", 0) as door:
        server = Server(app, 1, protocol)
        serving = asyncio.create_task(server.serve([door]))
        await server.opened.wait()
        reader, writer = await asyncio.open_connection(*door.getsockname())
        heard = b""
        for part in parts:
            writer.write(part)
            if part.endswith(b"\r\n\r\n"):
                heard += await reader.readuntil(b"ok")
        heard += await reader.read()
        writer.close()
        server.should_exit = True
        await serving
        return heard


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"GET / HTTP/1.1\r\nHost: a",),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHo"),
    ],
    ids=["says nothing", "half a request", "half a second request"],
)
def test_a_client_that_does_not_finish_its_headers_is_hung_up_on(parts: tuple[bytes, ...]) -> None:
    heard = anyio.run(talk, Hasty, *parts)
    assert heard.count(b"200 OK") == len(parts) - 1


def test_headers_without_end_are_hung_up_on() -> None:
    heard = anyio.run(talk, Hasty, b"GET / HTTP/1.1\r\n" + b"X-A: " + b"a" * 8192)
    assert b"200" not in heard


class Busy(Server):
    """In the very turn in which it shuts the door somebody knocks, and soon after a guest speaks who was quiet so far."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        self.late = socket.create_connection(sockets[0].getsockname())
        self.late.sendall(ASK)
        asyncio.get_running_loop().call_later(0.2, self.quiet.write, ASK)
        await super().shutdown(sockets)


def test_whoever_is_at_the_door_when_it_shuts_is_answered_and_asked_to_leave() -> None:
    async def stop() -> list[bytes]:
        with listen("127.0.0.1", 0) as door:
            server = Busy(app, 1)
            serving = asyncio.create_task(server.serve([door]))
            await server.opened.wait()
            reader, server.quiet = await asyncio.open_connection(*door.getsockname())
            server.should_exit = True
            await serving
            heard = [await reader.read(), server.late.recv(1000)]
            server.quiet.close()
            server.late.close()
            return heard

    for heard in anyio.run(stop):
        assert b"200 OK" in heard and b"connection: close" in heard.lower()


def test_the_server_does_not_say_what_it_is() -> None:
    assert b"server:" not in anyio.run(talk, PatientProtocol, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").lower()


def test_a_port_in_use_is_named() -> None:
    with closing(listen("127.0.0.1", 0)) as door, pytest.raises(PortInUse, match=f"port {door.getsockname()[1]} on 127.0.0.1"):
        listen("127.0.0.1", door.getsockname()[1])


@pytest.mark.parametrize("host", ["192.0.2.1", "no..where"])
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(SettingsRefused, match=f"RINGBACK_HOST: {host} is no address of this machine"):
        listen(host, 0)
