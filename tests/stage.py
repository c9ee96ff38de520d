"""A service's plumbing turn by turn in one thread, for tests that decide themselves what happens between two steps."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from chassis.clock import Clock
from chassis.flow import timers
from chassis.flow.commands import obey
from chassis.flow.inbox import Inbox, Limits, Progress
from chassis.flow.parking import Redriven, redrive
from chassis.flow.relay import Relay
from chassis.host import Context, Loaded, Service
from chassis.log.embedded import EmbeddedLog
from chassis.log.port import Partition, Record
from chassis.store.committer import Committer, Result, Work
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage, StoredEvent
from contracts.topics import TOPICS, partition

_numbers = itertools.count(1)


class Station:
    """One service at work. Thrown away and made again on the same store, it has been killed and restarted."""

    def __init__(self, service: Service, storage: Storage, log: EmbeddedLog, clock: Clock, limits: Limits | None = None) -> None:
        self.service = service
        self.storage = storage
        self.log = log
        self.clock = clock
        self.limits = limits
        self.committed: list[StoredEvent] = []
        self.committer = Committer(storage, clock, self.committed.extend)
        self.relay = Relay(service.name, storage)
        self.inbox = Inbox(service, storage, limits)
        names = [service.name, *service.hears]
        log.create_now([TOPICS[name] for name in names])
        partitions = [Partition(TOPICS[name].name, n) for name in service.hears for n in range(TOPICS[name].partitions)]
        self.offsets = {partition: self.inbox.begin(partition) for partition in partitions}

    def again(self, storage: Storage | None = None) -> "Station":
        """The process was killed and is started again."""
        return Station(self.service, storage or self.storage, self.log, self.clock, self.limits)

    def commit(self, work: Work) -> Any:
        """Run one use case; raises what it raised."""
        return _value(self.committer.commit([work])[0])

    def work(self, command: Any, cause: str = "", body: str | None = None, expected: int | None = None) -> Work:
        """The use case of a command. `body` makes it one with an idempotency key."""
        cause = cause or f"cause-{next(_numbers)}"
        return obey(self.service, command, Context(cause, "tester", cause, None, expected, body))

    def do(self, command: Any, cause: str = "", body: str | None = None, expected: int | None = None) -> Loaded[Any]:
        """Obey one command."""
        loaded: Loaded[Any] = self.commit(self.work(command, cause, body, expected))
        return loaded

    def publish(self, most: int = 500) -> int:
        """One turn of the relay."""
        pending = self.relay.pending()[:most]
        self.log.append_now([record for _, record in pending])
        self.relay.published(pending)
        return len(pending)

    def listen(self, limit: int = 500) -> list[Progress]:
        """One turn of the inbox over all partitions; a stopped one is left alone."""
        found = []
        for one in self.offsets:
            if one in self.inbox.stopped():
                continue
            records = self.log.read_now(one, self.offsets[one], limit)
            if records:
                found.append(self.take(one, records))
                self.offsets[one] = records[-1].offset + 1
        return found

    def take(self, one: Partition, records: Sequence[Record]) -> Progress:
        """Deal with some records of a partition."""
        return self.inbox.adopt(one, self.inbox.pass_by(one, records) or self.commit(self.inbox.take(one, records)))

    def settle(self) -> None:
        """Write the positions that moved without effects."""
        work = self.inbox.settle()
        if work is not None:
            self.inbox.settled(self.commit(work))

    def tick(self) -> list[Result]:
        """Fire what is due."""
        due = timers.due(self.storage, self.clock.now())
        return self.committer.commit([timers.fire(self.service, timer) for timer in due])

    def redrive(self, key: str, preview: bool = False, topic: str = "contact.events") -> Redriven:
        """Bring a parked key back."""
        done: Redriven = self.commit(redrive(self.service, topic, key, preview))
        return done


def _value(result: Result) -> Any:
    if result.error is not None:
        raise result.error
    return result.value


def home(stream: str, topic: str = "contact.events") -> Partition:
    """The partition of a stream."""
    return Partition(topic, partition(stream))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other tasks or processes bring about."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


def wait_until(condition: Callable[[], bool]) -> None:
    """The same where nothing else runs in this thread."""
    give_up = monotonic() + 30
    while not condition():
        assert monotonic() < give_up, "it never came about"
        sleep(0.005)


@dataclass
class Stores:
    """Opens stores by name; the same name is the same store, and what was durable is there each time."""

    make: Callable[[str], Storage]
    opened: list[Storage] = field(default_factory=list)

    def __call__(self, name: str = "one") -> Storage:
        self.opened.append(self.make(name))
        return self.opened[-1]

    def close(self) -> None:
        for storage in self.opened:
            storage.close()


def sqlite_stores(folder: Path) -> Stores:
    """Stores in files."""
    return Stores(lambda name: SqliteStorage(folder / f"{name}.sqlite"))


@pytest.fixture
def memory() -> Iterator[Stores]:
    """Stores in memory."""
    kept: dict[str, Storage] = {}
    yield Stores(lambda name: kept.get(name) or kept.setdefault(name, SqliteStorage()))
    for storage in kept.values():
        storage.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Stores]:
    """Stores in SQLite files."""
    stores = sqlite_stores(tmp_path)
    yield stores
    stores.close()


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Stores in SQLite files, and in schemas of a real PostgreSQL."""
    if request.param == "postgres":
        dsn, prefix = request.getfixturevalue("postgres_dsn"), f"stage_{next(_numbers)}"
        stores = Stores(lambda name: PostgresStorage(dsn, f"{prefix}_{name}"))
    else:
        stores = sqlite_stores(tmp_path)
    yield stores
    stores.close()
