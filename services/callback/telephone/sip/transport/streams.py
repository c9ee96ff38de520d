"""SIP over TCP and TLS: one connection to each trunk, made when it is needed and made again when it broke."""

import asyncio
import ssl
from collections.abc import Callable

from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.wire.address import Address, Carrier
from services.callback.telephone.sip.wire.message import Message, encoded
from services.callback.telephone.sip.wire.parsing import Framer, Malformed

Place = tuple[str, int]
Hear = Callable[[Message, Flow], None]
Complain = Callable[[str], None]
PIECE = 16 * 1024


class StreamFlow:
    """The connection to one trunk. What is sent while it is being made waits for it."""

    def __init__(
        self,
        address: Address,
        here: Callable[[], Place],
        trust: ssl.SSLContext | None,
        connect_s: float,
        hear: Hear,
        malformed: Complain,
    ) -> None:
        self.carrier = address.carrier
        self._address, self._here, self._trust, self._connect_s = address, here, trust, connect_s
        self._hear, self._malformed = hear, malformed
        self._waiting: list[tuple[Message, Callable[[], None]]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._life: asyncio.Task[None] | None = None

    @property
    def here(self) -> Place:
        """Where we listen for connections of the other side."""
        return self._here()

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        """Send over the connection there is, or make one."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encoded(message))
            return
        self._waiting.append((message, failed))
        if self._life is None:
            self._life = asyncio.get_running_loop().create_task(self._live())

    def close(self) -> None:
        """Let the connection go."""
        if self._life is not None:
            self._life.cancel()

    async def _live(self) -> None:
        host, port = self._address.place
        secure = self._trust if self.carrier is Carrier.TLS else None
        try:
            async with asyncio.timeout(self._connect_s):
                reader, writer = await asyncio.open_connection(host, port, ssl=secure, server_hostname=host if secure else None)
        except (OSError, TimeoutError, ssl.SSLError):
            waiting, self._waiting, self._life = self._waiting, [], None
            for _, failed in waiting:
                failed()
            return
        self._writer = writer
        waiting, self._waiting = self._waiting, []
        for message, _ in waiting:
            writer.write(encoded(message))
        await listen(reader, writer, self, self._hear, self._malformed)
        self._writer = self._life = None
        waiting, self._waiting = self._waiting, []
        for message, failed in waiting:
            self.send(message, failed)


class Answering:
    """The way back over a connection that the other side made."""

    def __init__(self, carrier: Carrier, here: Place, writer: asyncio.StreamWriter) -> None:
        self.carrier = carrier
        self.here = here
        self._writer = writer

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        """Send, or lose it with the connection."""
        if not self._writer.is_closing():
            self._writer.write(encoded(message))


async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flow: Flow, hear: Hear, malformed: Complain) -> None:
    """Hear what comes until the connection ends, or what comes cannot be read."""
    framer = Framer()
    try:
        while data := await reader.read(PIECE):
            for message in framer.feed(data):
                hear(message, flow)
    except Malformed as found:
        malformed(str(found))
    except (OSError, ssl.SSLError):
        pass
    finally:
        writer.close()
