"""Death at random times: services and the broker killed with -9 and started again at once, by a seed."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random

from journeys.fleet import Fleet

from cli.local import kafka, process
from contracts.topics import SERVICES

KAFKA = "kafka"
GONE_WITHIN_S = 20.0


def schedule(seed: int, kills: int, within_s: float) -> list[tuple[float, str]]:
    """Each service so many times, the broker once, at random moments of the given time."""
    random = Random(seed)
    deaths = [(random.uniform(0.05, 1) * within_s, name) for name in SERVICES for _ in range(kills)]
    return sorted([*deaths, (random.uniform(0.3, 0.7) * within_s, KAFKA)])


async def strike(fleet: Fleet, broker: Path, deaths: Sequence[tuple[float, str]]) -> None:
    """Kill as scheduled, and start again at once; each victim serves again before the next one dies."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for at_s, victim in deaths:
        await asyncio.sleep(max(0.0, began + at_s - loop.time()))
        if victim == KAFKA:
            pid = kafka.status(broker).pid
            assert pid is not None
            await asyncio.to_thread(process.end, pid, (signal.SIGKILL,), GONE_WITHIN_S)
            await asyncio.to_thread(kafka.start, broker)
        else:
            fleet.kill(victim)
            fleet.start(victim)
            await asyncio.to_thread(fleet.await_ready, victim)
