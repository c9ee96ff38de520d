"""A process for test_lifecycle: says on standard output what happens to it, one word a line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from chassis import logs
from chassis.clock import SystemClock
from chassis.lifecycle import Beat, Lifecycle, Loop, Parts

TURN_S = 0.005


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def steady(stop: asyncio.Event, beat: Beat) -> None:
    while not stop.is_set():
        beat()
        await asyncio.sleep(TURN_S)
    say("steady stopped")


async def hanging(stop: asyncio.Event, beat: Beat) -> None:
    say("hanging")
    await asyncio.Event().wait()


async def last(stop: asyncio.Event, beat: Beat) -> None:
    await steady(stop, beat)
    say("last stopped")


class Crashing:
    """Fails once, then runs."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self, stop: asyncio.Event, beat: Beat) -> None:
        self.runs += 1
        if self.runs == 1:
            raise ValueError("the caller rang from 07700 900123")
        say("runs again")
        await steady(stop, beat)


LOOPS: dict[str, tuple[Loop, ...]] = {
    "steady": (Loop("steady", steady), Loop("last", last)),
    "crashing": (Loop("crashing", Crashing()),),
    "hanging": (Loop("hanging", hanging, stop_within_s=0.05), Loop("last", last)),
    "careless": (Loop("hanging", hanging, critical=False, stop_within_s=0.05),),
}


def app(process: Lifecycle) -> Callable[..., Awaitable[None]]:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        probes = {"/live": process.live, "/ready": process.ready, "/started": process.started}
        if scope["path"] == "/slow":
            say("in flight")
            while not process.ready():
                await asyncio.sleep(TURN_S)
            say("answered")
        reasons = probes[scope["path"]]() if scope["path"] in probes else []
        await send({"type": "http.response.start", "status": 503 if reasons else 200, "headers": []})
        await send({"type": "http.response.body", "body": "\n".join(reasons).encode()})

    return answer


def main(kind: str, port: int, prestop_s: float, silent_after_s: float) -> int:
    logs.configure("test", "0", "info", SystemClock())
    process = Lifecycle(
        "test",
        "127.0.0.1",
        port,
        drain_s=30,
        prestop_s=prestop_s,
        silent_after_s=silent_after_s,
        listening=lambda host, real: say(f"port {real}"),
    )

    async def close() -> None:
        say("closed")

    async def refuse_to_close() -> None:
        raise OSError("nobody there")

    async def build() -> Parts:
        say("built")
        return Parts(app(process), LOOPS[kind], (refuse_to_close, close))

    return process.run(build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
