"""All the sockets of the client: opened together, closed together."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial

from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transport.datagrams import Datagrams, NamedFlow
from services.callback.telephone.sip.transport.streams import Answering, StreamFlow, listen
from services.callback.telephone.sip.wire.address import Address, Carrier
from services.callback.telephone.sip.wire.message import Message

Place = tuple[str, int]


class Ports:
    """One UDP and one TCP port of the same number, where the system allows, and a way out to each address."""

    def __init__(
        self, hear: Callable[[Message, Flow], None], malformed: Callable[[str], None], trust: ssl.SSLContext, connect_s: float
    ) -> None:
        self._hear, self._malformed, self._trust, self._connect_s = hear, malformed, trust, connect_s
        self._datagrams = Datagrams(hear, malformed)
        self._door: asyncio.Server | None = None
        self._out: list[StreamFlow] = []
        self._in: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> None:
        """Listen on both; OSError when a port is taken."""
        self._door = await asyncio.start_server(self._visited, host, port)
        await self._datagrams.open((host, port or self._door.sockets[0].getsockname()[1]))

    def flow(self, address: Address) -> Flow:
        """The way to an address."""
        if address.carrier is Carrier.UDP:
            return NamedFlow(self._datagrams, address)
        out = StreamFlow(address, lambda: self._datagrams.here, self._trust, self._connect_s, self._hear, self._malformed)
        self._out.append(out)
        return out

    async def close(self) -> None:
        """Close everything."""
        for out in self._out:
            out.close()
        self._datagrams.close()
        if self._door is not None:
            self._door.close()
        for visit in tuple(self._in):
            visit.cancel()

    def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back = Answering(Carrier.TCP, self._datagrams.here, writer)
        visit = asyncio.get_running_loop().create_task(listen(reader, writer, back, self._hear, self._malformed))
        self._in.add(visit)
        visit.add_done_callback(partial(self._in.discard))


async def facing(address: Address) -> str:
    """Our own host as an address sees it."""
    host, port = address.place
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, port))
    try:
        return str(transport.get_extra_info("sockname")[0])
    finally:
        transport.close()
