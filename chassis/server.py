"""The HTTP server of a process: its door is opened before anything else starts, held open by nobody, and shut on nobody."""

import asyncio
import contextlib
import ctypes
import errno
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from chassis.errors import PortInUse, SettingsRefused

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as _Protocol
else:
    _Protocol = AutoHTTPProtocol

BACKLOG = 2048
_LEAVE = (b"connection", b"close")
_SO_ATTACH_FILTER = 26
_LAST_IN_S = 0.05


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises PortInUse, or SettingsRefused for what cannot be listened on."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise SettingsRefused(f"RINGBACK_HOST: {host} is no address of this machine") from None
    door = socket.socket(family, kind, proto)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(BACKLOG)
    except OSError as closed:
        door.close()
        raise _refused(closed, host, port) from None
    return door


def _refused(closed: OSError, host: str, port: int) -> Exception:
    match closed.errno:
        case errno.EADDRINUSE:
            return PortInUse(
                f"port {port} on {host} is in use: stop the process that listens there, or choose another with RINGBACK_PORT"
            )
        case errno.EACCES:
            return SettingsRefused(f"RINGBACK_PORT: this user may not listen on port {port}; choose one above 1023")
        case errno.EADDRNOTAVAIL:
            return SettingsRefused(f"RINGBACK_HOST: {host} is no address of this machine")
        case _:
            return closed


def _hide(door: socket.socket) -> None:
    """Let nobody new connect while the last ones are let in: Linux drops the first packet, and clients send it again.

    Whoever connected just before the door is closed would find the connection reset; after this it is refused, or taken
    by the process that listens here next.
    """
    if sys.platform == "linux":
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
        door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(drop_all)))


class PatientProtocol(_Protocol):
    """uvicorn's own protocol, which waits for ever for the headers of a request; this one closes after a while."""

    headers_within_s = 10.0
    headers_most = 64 * 1024
    last_words_within_s = 0.5
    _deadline: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_headers(0)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_headers(len(data))
        else:
            self._headers_came()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_came()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Asked to close: a connection without a request is left open for a moment, for one may be on its way to us."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(self.last_words_within_s, self._hang_up)
        else:
            super().shutdown()

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def _wait_for_headers(self, count: int) -> None:
        self._received += count
        if self._received > self.headers_most:
            self.transport.close()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.headers_within_s, self.transport.close)

    def _headers_came(self) -> None:
        self._received = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Server(uvicorn.Server):
    """A uvicorn that leaves signals to the process, and says when it is open."""

    def __init__(self, app: Callable[..., Any], drain_s: float, protocol: type[PatientProtocol] = PatientProtocol) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                loop="none",
                workers=1,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                h11_max_incomplete_event_size=protocol.headers_most,
                timeout_graceful_shutdown=ceil(drain_s),
            )
        )
        self.opened = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            raise RuntimeError("the app did not start") from None
        self.opened.set()

    def ask_to_leave(self) -> None:
        """Close each connection with its next answer: whoever asks again connects anew, and so finds the process after this."""
        self.config.encoded_headers = [*self.config.encoded_headers, _LEAVE]
        self.server_state.default_headers = [*self.server_state.default_headers, _LEAVE]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut the door, but not on those who knocked already: they are let in first, and answered."""
        for door in sockets or []:
            _hide(door)
        self.ask_to_leave()
        await asyncio.sleep(_LAST_IN_S)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
