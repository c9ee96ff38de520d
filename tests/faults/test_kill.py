"""kill -9 of processes that write: what was acknowledged is there, nothing is there by halves, positions have no gap."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from stage import Station
from tiny import Receive, contact

from chassis.clock import SystemClock
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage

PROGRAM = Path(__file__).with_name("a_writer.py")


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the store is, as the killed process is told it."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    return f"{request.getfixturevalue('postgres_dsn')}#kill_{abs(hash(request.node.name)) % 10**8}"


@contextmanager
def store(where: str) -> Iterator[Storage]:
    dsn, _, schema = where.rpartition("#")
    storage: Storage = PostgresStorage(dsn, schema) if dsn else SqliteStorage(Path(where))
    yield storage
    storage.close()


def killed(where: str, name: str, after: int) -> int:
    """Let a process write until some of it is acknowledged, then kill it; returns the last it said was durable."""
    process = subprocess.Popen([sys.executable, PROGRAM, where, name], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line.split()[0]) >= after:
            process.send_signal(signal.SIGKILL)
            break
    rest = process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    return int(([line, *rest])[-1].split()[0])


def test_what_was_acknowledged_before_a_kill_is_there_and_whole(where: str) -> None:
    random = Random(7)
    acknowledged = {f"life{n}": killed(where, f"life{n}", random.randrange(1, 30)) for n in range(3)}
    with store(where) as storage:
        assert list(faults(contact(), storage)) == []
        events = storage.page(0, 100_000)
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        streams = {event.stream for event in events}
        for name, last in acknowledged.items():
            assert {f"call-{name}-{n}-{letter}" for n in range(last + 1) for letter in "abc"} <= streams
            assert [event.version for event in storage.stream(f"call-{name}-{last}-a")] == [1, 2]
        stems = [stream.rpartition("-")[0] for stream in streams]
        assert all(stems.count(stem) == 3 for stem in set(stems)), "a use case is there as a whole or not at all"


def test_a_store_that_was_killed_takes_the_next_event_at_the_next_position(where: str) -> None:
    killed(where, "first", 3)
    with store(where) as storage:
        last = storage.last_position()
        Station(contact(), storage, MemoryLog(), SystemClock()).do(Receive("after"))
        assert storage.last_position() == last + 1
