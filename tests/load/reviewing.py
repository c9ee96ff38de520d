"""P1: from a call that broke off to its decided review, through two processes and a broker, beside disk and broker bare."""

import asyncio
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis.ids import DrawnIds
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from contracts.topics import TOPICS, Topic
from services.contact.streams import call_id
from tests.load.blocks import Compared
from tests.load.posting import Door, Line, fact, serving, token

PER_SECOND = 50
CALLS = 100
ROUNDS = 5
BARE = 60
QUIET_S = 0.2
RINGS = 25
"""How many other calls are presented before a caller hangs up: half a second, so that facts come one by one."""


def compared(folder: Path, servers: str) -> Iterator[Compared]:
    """Blocks of calls and of bare work in turn; the median of the blocks' quantiles."""
    bearer = token(folder)
    kafka = {"RINGBACK_LOG": f"kafka://{servers}"}
    with ExitStack() as running:
        contact = running.enter_context(serving("services.contact", folder, RINGBACK_STORE=str(folder / "p1c.sqlite"), **kafka))
        running.enter_context(serving("services.callback", folder, RINGBACK_STORE=str(folder / "p1b.sqlite"), **kafka))
        ours, bare = asyncio.run(_blocks(contact, bearer, servers, folder))
    for name, quantile, most in (("p50", 0.50, 1.25), ("p99", 0.99, 1.5)):
        mine = statistics.median(_quantile(block, quantile) for block in ours)
        floor = statistics.median(_quantile(block, quantile) for block in bare)
        yield Compared(
            f"P1 abandoned to review decided, {PER_SECOND} calls/s, {name}", mine, floor, "2 fdatasync + 2 broker hops",
            mine / floor, f"<= {most} x", mine <= most * floor,
        )  # fmt: skip


def _quantile(values: list[float], quantile: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]


async def _blocks(contact: Door, bearer: str, servers: str, folder: Path) -> tuple[list[list[float]], list[list[float]]]:
    bare = Bare(servers, folder)
    await bare.open()
    observer = Observer(servers)
    await observer.open()
    await _calls(contact, bearer, observer)
    ours, floors = [], []
    for _ in range(ROUNDS):
        floors.append(await bare.block())
        ours.append(await _calls(contact, bearer, observer))
    await observer.close()
    await bare.close()
    return ours, floors


async def _calls(contact: Door, bearer: str, observer: "Observer") -> list[float]:
    """One block at a steady rate: seconds from the recorded abandonment to its review being readable on the topic."""
    ids = DrawnIds()
    lines = [Line(contact, bearer) for _ in range(4)]
    await asyncio.gather(*(line.open() for line in lines))
    calls = [ids.new() for _ in range(CALLS)]
    wanted = {call_id("bench", call) for call in calls}
    seen = asyncio.create_task(observer.reviews(wanted))
    facts = [*((n, "presented") for n in range(CALLS)), *((n + RINGS, "hung_up") for n in range(CALLS))]
    schedule = sorted((at + (0.5 if what == "hung_up" else 0), n % CALLS, what) for n, (at, what) in enumerate(facts))
    began = time.perf_counter()
    for at, n, what in schedule:
        await asyncio.sleep(max(0.0, began + at / PER_SECOND - time.perf_counter()))
        await lines[n % len(lines)].post(fact(calls[n], what))
    latencies = await asyncio.wait_for(seen, 30)
    for line in lines:
        line.close()
    await asyncio.sleep(QUIET_S)
    return latencies


class Observer:
    """Reads contact's and callback's topics: when each abandonment was recorded, and when its review was there."""

    def __init__(self, servers: str) -> None:
        self._consumer = AIOKafkaConsumer(
            TOPICS["contact"].name,
            TOPICS["callback"].name,
            bootstrap_servers=servers,
            auto_offset_reset="latest",
            fetch_max_wait_ms=100,
        )

    async def open(self) -> None:
        """From now on."""
        await self._consumer.start()
        await self._consumer.seek_to_end()

    async def close(self) -> None:
        """Enough seen."""
        await self._consumer.stop()

    async def reviews(self, wanted: set[str]) -> list[float]:
        """Seconds for each wanted call, once all have been seen."""
        abandoned: dict[str, float] = {}
        reviewed: dict[str, float] = {}
        while wanted - abandoned.keys() or wanted - reviewed.keys():
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                now = time.time()
                for record in records:
                    headers = dict(record.headers)
                    kind, call = headers["ce_type"].decode(), record.key.decode().split("-", 1)[1]
                    if kind.startswith("ringback.contact.CallAbandoned."):
                        abandoned[call] = datetime.fromisoformat(headers["ce_recordedtime"].decode()).timestamp()
                    elif kind.startswith("ringback.callback.ReviewAssessed."):
                        reviewed.setdefault(call, now)
        return [reviewed[call] - abandoned[call] for call in wanted]


class Bare:
    """The floor: what two durable writes and two trips through the broker cost with nothing of ours in between."""

    def __init__(self, servers: str, folder: Path) -> None:
        self._servers = servers
        self._topic = f"bare-{uuid.uuid4()}"
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by `close`

    async def open(self) -> None:
        """A topic of its own, with one partition."""
        log = KafkaLog(KafkaSettings(servers=self._servers))
        await log.create([BareTopic(self._topic, 1)])
        await log.close()
        self._producer = AIOKafkaProducer(bootstrap_servers=self._servers, acks="all", enable_idempotence=True, linger_ms=0)
        self._consumer = AIOKafkaConsumer(self._topic, bootstrap_servers=self._servers, fetch_max_wait_ms=100)
        await self._producer.start()
        await self._consumer.start()
        await self._consumer.seek_to_end()
        await self._hop()

    async def close(self) -> None:
        """Let go."""
        await self._producer.stop()
        await self._consumer.stop()
        self._file.close()

    async def block(self) -> list[float]:
        """Seconds of each, at the pace of the calls."""
        found = []
        for _ in range(BARE):
            began = time.perf_counter()
            for _ in range(2):
                self._write()
                await self._hop()
            found.append(time.perf_counter() - began)
            await asyncio.sleep(1 / PER_SECOND)
        return found

    def _write(self) -> None:
        self._file.write(b"x" * 4096)
        self._file.flush()
        os.fdatasync(self._file.fileno())

    async def _hop(self) -> None:
        await self._producer.send(self._topic, b"x" * 600)
        while not await self._consumer.getmany(timeout_ms=1000):
            pass


class BareTopic(Topic):
    """A topic that is no service's."""

    @property
    def name(self) -> str:
        return self.service
