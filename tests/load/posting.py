"""P6: a durable POST at 32 connections, beside the same app with nothing behind it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from chassis.clock import SystemClock
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Role
from chassis.ids import DrawnIds
from tests.load.blocks import Compared, at_least, medians

CONNECTIONS = 32
EACH = 40
AT = "2026-06-05T12:00:00Z"


class Door(NamedTuple):
    """Where a service listens."""

    host: str
    port: int


@contextmanager
def serving(module: str, folder: Path, **settings: str) -> Iterator[Door]:
    """A service as a process of its own, until the end of the block."""
    environment = {
        **os.environ,
        "RINGBACK_PORT": "0",
        "RINGBACK_LOG": str(folder / "log"),
        "RINGBACK_AUTH_DEV_FOLDER": str(folder / "issuer"),
        "RINGBACK_RATE_PER_SECOND": "100000",
        "RINGBACK_LOG_LEVEL": "error",
        **settings,
    }
    with subprocess.Popen([sys.executable, "-m", module], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        host, port = address.removeprefix("http://").split(":")
        try:
            yield Door(host, int(port))
        finally:
            process.terminate()
            process.wait(30)


def token(folder: Path) -> str:
    """A telephony service's token."""
    return DevIssuer.open(folder / "issuer").token("bench", [Role.SERVICE], SystemClock())


def fact(call: str, what: str, **more: str) -> bytes:
    """A telephony fact as a body."""
    return json.dumps({"fact": what, "switch": "bench", "call": call, "at": AT, **more}).encode()


class Line:
    """One kept-alive connection, with as little client as possible."""

    def __init__(self, door: Door, bearer: str) -> None:
        self._door = door
        self._head = (
            f"POST /telephony/facts HTTP/1.1\r\nHost: {door.host}\r\nAuthorization: Bearer {bearer}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(*self._door)

    async def post(self, body: bytes) -> None:
        """Send and wait for the answer; anything but success ends the measurement."""
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(answer.decode())

    def close(self) -> None:
        """Disconnect."""
        self._writer.close()


def posting(door: Door, bearer: str) -> float:
    """Seconds for one POST when 32 connections post new calls."""

    async def run() -> float:
        ids = DrawnIds()
        lines = [Line(door, bearer) for _ in range(CONNECTIONS)]
        await asyncio.gather(*(line.open() for line in lines))

        async def talk(line: Line) -> None:
            for _ in range(EACH):
                call = ids.new()
                await line.post(fact(call, "presented", number=f"+4477{int(call[:8], 16) % 10**8:08d}"))

        began = time.perf_counter()
        await asyncio.gather(*(talk(line) for line in lines))
        seconds = time.perf_counter() - began
        for line in lines:
            line.close()
        return seconds / (CONNECTIONS * EACH)

    return asyncio.run(run())


def compared(folder: Path, dsn: str) -> Iterator[Compared]:
    """On PostgreSQL and on SQLite."""
    bearer = token(folder)
    with ExitStack() as running:
        doors = {
            "nothing": running.enter_context(serving("tests.load.storeless", folder, RINGBACK_STORE=str(folder / "none.sqlite"))),
            "PostgreSQL": running.enter_context(serving("services.contact", folder, RINGBACK_STORE=dsn)),
            "SQLite": running.enter_context(serving("services.contact", folder, RINGBACK_STORE=str(folder / "contact.sqlite"))),
        }
        found = medians({name: lambda door=door: posting(door, bearer) for name, door in doors.items()})  # type: ignore[misc]
    for name in ("PostgreSQL", "SQLite"):
        one = at_least(
            f"P6 durable POST, {CONNECTIONS} connections, {name}", found[name], found["nothing"], "the same app, no store", 0.7
        )
        yield one
