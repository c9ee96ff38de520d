"""A process for test_kill: records calls as fast as it can and says each position only after it was acknowledged."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from stage import Station
from tiny import Queue, ReceiveAll, contact

from chassis.clock import SystemClock
from chassis.log.memory import MemoryLog
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.store.writer import Writer


def opened(where: str) -> Storage:
    if where.startswith("postgresql:"):
        dsn, _, schema = where.rpartition("#")
        return PostgresStorage(dsn, schema)
    return SqliteStorage(Path(where))


def main(where: str, name: str) -> None:
    desk = Station(contact(), opened(where), MemoryLog(), SystemClock())
    writer = Writer(desk.committer)
    for n in range(1_000_000):
        calls = tuple(f"{name}-{n}-{letter}" for letter in "abc")
        writer.run(desk.work(ReceiveAll(calls), cause=f"{name} receives {n}"))
        loaded = writer.run(desk.work(Queue(calls[0]), cause=f"{name} queues {n}"))
        sys.stdout.write(f"{n} {loaded.version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
