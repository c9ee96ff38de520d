"""Waiting, in loops that must also stop: until something happens, or a while."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Bell:
    """Wakes the one task that waits for it, in the next turn of the event loop: every turn more is latency of every event."""

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake whoever waits; if nobody does, the next one to wait does not."""
        self._rung = True
        if self._waiter is not None:
            _wake(self._waiter)

    def clear(self) -> None:
        """Forget earlier rings."""
        self._rung = False

    async def wait(self, wait_s: float) -> None:
        """Return at a ring since the last `clear`, at the latest after `wait_s` seconds."""
        if self._rung:
            return
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()
        late = loop.call_later(wait_s, _wake, waiter)
        try:
            await waiter
        finally:
            late.cancel()
            self._waiter = None

    @contextmanager
    def rung_by(self, stop: asyncio.Event) -> Iterator[None]:
        """Inside the block, `stop` rings as well."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self.ring())
        try:
            yield
        finally:
            stopping.cancel()


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


async def pause(stop: asyncio.Event, wait_s: float) -> None:
    """Wait, unless told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await stop.wait()
