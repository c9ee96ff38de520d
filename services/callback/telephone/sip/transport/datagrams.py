"""SIP over UDP: one socket for every trunk, so that an answer from any address of a carrier finds us."""

import asyncio
import socket
from collections.abc import Callable

from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.wire.address import Address, Carrier
from services.callback.telephone.sip.wire.message import Message, encoded
from services.callback.telephone.sip.wire.parsing import Malformed, parsed

Place = tuple[str, int]


class Datagrams(asyncio.DatagramProtocol):
    """The socket. `hear` gets each message with the way back; `malformed` why one could not be read."""

    def __init__(self, hear: Callable[[Message, Flow], None], malformed: Callable[[str], None]) -> None:
        self._hear, self._malformed = hear, malformed
        self._transport: asyncio.DatagramTransport | None = None
        self.here: Place = ("", 0)

    async def open(self, here: Place) -> None:
        """Listen; port 0 lets the system choose one."""
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=here)
        host, port = self._transport.get_extra_info("sockname")[:2]
        self.here = (f"[{host}]" if ":" in host else host, port)

    def close(self) -> None:
        """Listen no more."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Place) -> None:
        """Whatever came: a message, a keep-alive, or garbage."""
        if not data.strip(b"\r\n\0 "):
            return
        try:
            message = parsed(data)
        except Malformed as malformed:
            self._malformed(str(malformed))
            return
        self._hear(message, DatagramFlow(self, addr))

    def error_received(self, exc: Exception) -> None:
        """A datagram did not arrive: nothing says which, so the timers find out."""

    def send(self, message: Message, place: Place) -> None:
        """Send, or lose it."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(encoded(message), place)


class DatagramFlow:
    """The way to one address."""

    carrier = Carrier.UDP

    def __init__(self, socket: Datagrams, place: Place) -> None:
        self._socket, self._place = socket, place

    @property
    def here(self) -> Place:
        """Where we listen."""
        return self._socket.here

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        """Send; nothing tells us when it fails."""
        self._socket.send(message, self._place)


class NamedFlow:
    """The way to a host by its name, which is asked for again when it could not be found."""

    carrier = Carrier.UDP

    def __init__(self, socket: Datagrams, address: Address) -> None:
        self._socket, self._address = socket, address
        self._found: Place | None = None
        self._asking: set[asyncio.Task[None]] = set()

    @property
    def here(self) -> Place:
        """Where we listen."""
        return self._socket.here

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        """Send once the name is found."""
        if self._found is not None:
            self._socket.send(message, self._found)
            return
        asking = asyncio.get_running_loop().create_task(self._find_and_send(message, failed))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _find_and_send(self, message: Message, failed: Callable[[], None]) -> None:
        host, port = self._address.place
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        except OSError:
            failed()
            return
        self._found = (str(found[0][4][0]), port)
        self._socket.send(message, self._found)
