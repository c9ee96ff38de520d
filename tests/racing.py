"""Dispatchers in a process of their own who all want the same at once; it prints what they were answered."""

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
from contracts.dispatch.deployment import Officer
from contracts.refusals import Refused
from services.dispatch.domain.commands import Assign, BookOn, Command


def room(dsn: str, schema: str) -> Station:
    """A process of dispatch on a shared database."""
    return dispatching.station(PostgresStorage(dsn, schema), SystemClock())


def send(number: int, unit: int, jobs: int) -> Command:
    """A unit, for a job of his own or (one job) for the same one."""
    return Assign(f"job-{number % jobs}", f"unit-U{unit}", f"dispatcher {number}")


def man(number: int, officer: int, _: int) -> Command:
    """An officer and the next one and a vehicle, for a callsign of his own."""
    return BookOn(f"N{number}", officers=(Officer(officer=f"{officer}"), Officer(officer=f"{officer + 1}")))


def drive(number: int, vehicle: int, _: int) -> Command:
    """A vehicle, for a callsign of his own."""
    return BookOn(f"N{number}", vehicle=f"KX{vehicle:02d} ABC")


def call(number: int, callsign: int, _: int) -> Command:
    """A callsign, for an officer of his own."""
    return BookOn(f"U{callsign}", officers=(Officer(officer=f"{number}"),))


WANTS = {want.__name__: want for want in (send, man, drive, call)}


def main(want: str, dsn: str, schema: str, process: int, dispatchers: int, things: int, jobs: int) -> None:
    """Each dispatcher tries everything there is in an order of his own, until he has what he wants."""
    station = room(dsn, schema)
    writer = Writer(station.committer)
    answers: Counter[str] = Counter()
    start = threading.Barrier(dispatchers)

    def dispatcher(n: int) -> None:
        number = process * dispatchers + n
        order = list(range(things))
        Random(number).shuffle(order)
        start.wait()
        for thing in order:
            answer = asked(WANTS[want](number, thing, jobs), f"{number}/{thing}")
            answers[answer] += 1
            if answer in ("done", "enough-units"):
                return

    def asked(command: Command, cause: str) -> str:
        while True:
            try:
                writer.run(station.work(command, cause=cause))
            except Refused as refused:
                return refused.code
            except VersionConflict:
                continue
            return "done"

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(dispatchers) as everybody:
        list(everybody.map(dispatcher, range(dispatchers)))
    writer.close()
    station.storage.close()
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], *(int(number) for number in sys.argv[4:]))
