"""The life of a process: it starts, keeps its loops running, drains and ends with a code that says how.

The one module that may catch every error: whatever happens below must end in a restarted loop or in one plain sentence.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from chassis import exits
from chassis.errors import LogUnavailable, StoreUnavailable
from chassis.exits import Exit
from chassis.heartbeats import Heartbeats
from chassis.server import Server, listen

Beat = Callable[[], None]
Run = Callable[[asyncio.Event, Beat], Awaitable[None]]
"""A loop: runs until the event is set, and calls `beat` at every turn, also when there is nothing to do."""

SILENT_AFTER_S = 30.0
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 10.0
STEADY_AFTER_S = 60.0
CLOSE_WITHIN_S = 5.0
_DEPENDENCY = (LogUnavailable, StoreUnavailable)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that runs for as long as the process. Liveness watches the critical ones."""

    name: str
    run: Run
    critical: bool = True
    stop_within_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a composition root made. Loops are stopped in this order, then `close` is called in this order.

    `ready` says at once, without asking anybody, why no request should come: the own store, never the log.
    """

    app: Callable[..., Any]
    loops: Sequence[Loop] = ()
    close: Sequence[Callable[[], Awaitable[None]]] = ()
    ready: Callable[[], Sequence[str]] = lambda: ()


@dataclass(slots=True)
class _Running:
    """A loop, and what keeps it going."""

    loop: Loop
    beat: Beat
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Lifecycle:
    """One process: an HTTP server with loops beside it. It is also what the health addresses ask."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        drain_s: float,
        prestop_s: float = 0,
        silent_after_s: float = SILENT_AFTER_S,
        listening: Callable[[str, int], None] = lambda host, port: None,
    ) -> None:
        self._name, self._host, self._port = name, host, port
        self._drain_s, self._prestop_s, self._silent_after_s = drain_s, prestop_s, silent_after_s
        self._listening = listening
        self._log = structlog.get_logger()
        self._heartbeats: Heartbeats | None = None
        self._ready: Callable[[], Sequence[str]] = lambda: ()
        self._started = False
        self._draining = False

    def live(self) -> list[str]:
        """Why this process should be restarted: a critical loop hangs, or fails again and again."""
        return self._heartbeats.silent() if self._heartbeats else []

    def ready(self) -> list[str]:
        """Why no request should come here now."""
        own = ["draining: this process is about to stop"] if self._draining else self.started()
        return [*own, *self._ready()]

    def started(self) -> list[str]:
        """What the start still waits for."""
        return [] if self._started else ["starting"]

    def run(self, build: Callable[[], Awaitable[Parts]]) -> int:
        """Open the door, build the parts, serve until a signal comes, drain; returns the exit code of the process."""
        try:
            with listen(self._host, self._port) as door:
                return asyncio.run(self._live(build, door))
        except BaseException as error:  # noqa: BLE001  whatever it is, the process ends here and says why
            code, sentence = exits.of(error)
            if code is Exit.INTERNAL:
                self._log.critical("ended by a defect", exc_info=error)
            sys.stderr.write(f"ringback {self._name}: {sentence}\n")
            return code

    async def _live(self, build: Callable[[], Awaitable[Parts]], door: socket.socket) -> int:
        stopping = self._on_signals()
        parts = await _unless(stopping, asyncio.ensure_future(build()))
        if parts is None:
            return Exit.OK
        self._ready = parts.ready
        server = Server(parts.app, self._drain_s)
        serving = asyncio.create_task(server.serve([door]), name="server")
        running = self._start(parts.loops)
        await _first(serving, server.opened)
        if not serving.done():
            self._started = True
            host, port = door.getsockname()[:2]
            self._log.info("serving", address=host, port=port)
            self._listening(host, port)
            await _first(serving, stopping)
        failed = serving.done()
        await self._drain(server, serving, running, parts)
        if failed:
            serving.result()
            raise RuntimeError("the HTTP server ended by itself")
        return Exit.OK

    def _on_signals(self) -> asyncio.Event:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ask(number: signal.Signals) -> None:
            if stopping.is_set():
                self._log.warning("ended at once by a second signal", signal=number.name)
                os._exit(128 + number)
            self._log.info("stopping", signal=number.name)
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ask, number)
        return stopping

    def _start(self, loops: Sequence[Loop]) -> list[_Running]:
        self._heartbeats = heartbeats = Heartbeats(asyncio.get_running_loop().time, self._silent_after_s)

        def beating(loop: Loop) -> Beat:
            return (lambda: heartbeats.beat(loop.name)) if loop.critical else lambda: None

        running = [_Running(loop, beating(loop)) for loop in loops]
        for one in running:
            one.beat()
            one.task = asyncio.create_task(keep(one.loop, one.stop, one.beat), name=one.loop.name)
        return running

    async def _drain(self, server: Server, serving: asyncio.Task[None], running: Sequence[_Running], parts: Parts) -> None:
        self._draining = True
        if not serving.done():
            server.ask_to_leave()
            await asyncio.sleep(self._prestop_s)
        server.should_exit = True
        await asyncio.wait({serving}, timeout=self._drain_s + CLOSE_WITHIN_S)
        for one in running:
            await self._stop(one)
        for close in parts.close:
            await self._close(close)
        self._log.info("stopped")

    async def _stop(self, one: _Running) -> None:
        one.stop.set()
        assert one.task is not None
        _, pending = await asyncio.wait({one.task}, timeout=one.loop.stop_within_s)
        if pending:
            self._log.warning("a loop did not stop in time and was cut off", loop=one.loop.name, seconds=one.loop.stop_within_s)
            one.task.cancel()
            await asyncio.wait({one.task}, timeout=1)
        if self._heartbeats:
            self._heartbeats.forget(one.loop.name)

    async def _close(self, close: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await close()
        except Exception as error:  # noqa: BLE001  what cannot be closed must not keep the rest from being closed
            self._log.error("closing failed", exc_info=error)


async def keep(loop: Loop, stop: asyncio.Event, beat: Beat) -> None:
    """Run a loop until it is told to stop, and start it again whenever it fails, at growing intervals.

    A dependency that does not answer is a sign of life: only a loop that hangs, or fails by a defect, falls silent.
    """
    log = structlog.get_logger().bind(loop=loop.name)
    delay = FIRST_DELAY_S
    now = asyncio.get_running_loop().time
    while not stop.is_set():
        began = now()
        try:
            await loop.run(stop, beat)
            if not stop.is_set():
                log.error("a loop ended by itself; it is started again", seconds=delay)
        except _DEPENDENCY as unavailable:
            beat()
            log.warning("a loop waits for what does not answer", seconds=delay, exc_info=unavailable)
        except Exception as error:
            log.error("a loop failed; it is started again", seconds=delay, exc_info=error)
        await _wait(stop, delay)
        delay = FIRST_DELAY_S if now() - began > STEADY_AFTER_S else min(2 * delay, LONGEST_DELAY_S)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    await asyncio.wait({waiting := asyncio.ensure_future(event.wait())}, timeout=seconds)
    waiting.cancel()


async def _first(task: asyncio.Future[Any], event: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _unless(stopping: asyncio.Event, building: asyncio.Future[Parts]) -> Parts | None:
    """What is being built, or None when a signal came first."""
    await _first(building, stopping)
    if not building.done():
        building.cancel()
        await asyncio.wait({building})
        return None
    return building.result()
