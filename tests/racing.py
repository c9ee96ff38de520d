"""Dispatchers in a process of their own who all want units at once; it prints what they were answered."""

import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import dispatching
from stage import Station

from chassis.clock import SystemClock
from chassis.errors import VersionConflict
from chassis.store.postgres import PostgresStorage
from chassis.store.writer import Writer
from contracts.refusals import Refused
from services.dispatch.domain.commands import Assign


def room(dsn: str, schema: str) -> Station:
    """A process of dispatch on a shared database."""
    return dispatching.station(PostgresStorage(dsn, schema), SystemClock())


def main(dsn: str, schema: str, process: int, dispatchers: int, units: int, jobs: int) -> None:
    """Each dispatcher tries every unit in an order of his own, for a job of his own or (one job) for the same one."""
    station = room(dsn, schema)
    writer = Writer(station.committer)
    answers: Counter[str] = Counter()
    start = threading.Barrier(dispatchers)

    def dispatcher(n: int) -> None:
        number = process * dispatchers + n
        order = list(range(units))
        Random(number).shuffle(order)
        start.wait()
        for unit in order:
            answer = asked(Assign(f"job-{number % jobs}", f"unit-U{unit}", f"dispatcher {number}"), f"{number}/{unit}")
            answers[answer] += 1
            if answer in ("sent", "enough-units"):
                return

    def asked(command: Assign, cause: str) -> str:
        while True:
            try:
                writer.run(station.work(command, cause=cause))
            except Refused as refused:
                return refused.code
            except VersionConflict:
                continue
            return "sent"

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(dispatchers) as everybody:
        list(everybody.map(dispatcher, range(dispatchers)))
    writer.close()
    station.storage.close()
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(number) for number in sys.argv[3:]))
