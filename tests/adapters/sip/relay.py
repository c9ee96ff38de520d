"""A bad network between us and SIPp: whatever is said is lost the first time, and arrives twice when it is said again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

Place = tuple[str, int]


class _Side(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.said: set[bytes] = set()
        self.other: _Side | None = None
        self.to: Place | None = None
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Place) -> None:
        self.to = self.to or addr
        if data not in self.said:
            self.said.add(data)
            return
        other = self.other
        if other is not None and other.transport is not None and other.to is not None:
            for _ in range(2):
                other.transport.sendto(data, other.to)


@asynccontextmanager
async def relay(behind: int) -> AsyncIterator[int]:
    """The port in front of the one behind."""
    loop = asyncio.get_running_loop()
    front, back = _Side(), _Side()
    front.other, back.other = back, front
    back.to = ("127.0.0.1", behind)
    before, _ = await loop.create_datagram_endpoint(lambda: front, local_addr=("127.0.0.1", 0))
    after, _ = await loop.create_datagram_endpoint(lambda: back, local_addr=("127.0.0.1", 0))
    try:
        yield before.get_extra_info("sockname")[1]
    finally:
        before.close()
        after.close()
