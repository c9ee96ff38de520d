"""Recommendation over 5,000 units beside one vectorised distance pass over them; and 160 dispatchers racing for 20 units."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np

from chassis.clock import SystemClock
from chassis.flow.commands import obey
from chassis.host import Context, Loaded, Service
from chassis.store.committer import Committer
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.store.writer import Writer
from contracts.dispatch.deployment import Status
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Refused
from contracts.topics import HEARS
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import (
    Assign,
    BookOn,
    Position,
    Recommend,
    ReportStatus,
    RequestJob,
    TakePositions,
)
from services.dispatch.domain.recommendation import Recommendation
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, react
from services.dispatch.streams import COVER, JOB, UNIT
from services.dispatch.timers import on_timer
from tests.load.blocks import Compared, at_most, timed

UNITS = 5000
ASKED = 1000
DISPATCHERS, FREE = 160, 20
RACES = 5
GOAL_S = 0.010
_causes = itertools.count()


def service() -> Service:
    """Dispatch under the rules that ship."""
    return Service("dispatch", (UNIT, JOB, COVER), HEARS["dispatch"], Dispatch(load()).handle, react, on_timer, {}, HEEDS)


class Room:
    """A dispatch service on a store, obeying one command at a time."""

    def __init__(self, storage: Storage) -> None:
        self.service = service()
        self.committer = Committer(storage, SystemClock(), lambda _: None)

    def do(self, *commands: object) -> Loaded[object]:
        """Obey commands in one commit; gives what the last one led to."""
        works = [obey(self.service, command, _context()) for command in commands]
        results = self.committer.commit(works)
        for result in results:
            if result.error is not None:
                raise result.error
        loaded: Loaded[object] = results[-1].value
        return loaded


def _context() -> Context:
    cause = f"cause {next(_causes)}"
    return Context(cause, "bench", cause)


def somewhere(random: Random) -> Point:
    """A place in an area as large as Greater London."""
    return Point(latitude=51.3 + 0.4 * random.random(), longitude=-0.5 + 0.8 * random.random())


def force(room: Room, random: Random, units: int = UNITS) -> None:
    """Units on duty: two thirds free, the rest committed, some single-crewed, some trained."""
    for start in range(0, units, 250):
        tours = [
            BookOn(f"U{n}", ("taser",) if n % 3 else ("taser", "dog"), 1 + n % 2, somewhere(random))
            for n in range(start, min(start + 250, units))
        ]
        room.do(*tours)
    committed = [ReportStatus(f"unit-U{n}", Status.COMMITTED, "bench") for n in range(0, units, 3)]
    for start in range(0, len(committed), 250):
        room.do(*committed[start : start + 250])


def _wanted(n: int, random: Random) -> RequestJob:
    place = Location(source=LocationSource.SPOKEN, point=somewhere(random))
    skills = ("dog",) if n % 5 == 0 else ()
    return RequestJob(f"job-{n}", f"incident-{n}", 1, "Immediate", datetime.now(UTC), 1, skills=skills, location=place)


def recommendation(folder: Path) -> Iterator[Compared]:
    """p99 of a recommendation through the whole command path, while units report between any two."""
    random = Random(1)
    room = Room(SqliteStorage(folder / "recommending.sqlite"))
    force(room, random)
    room.do(*(_wanted(n, random) for n in range(50)))
    where = np.radians([(one.latitude, one.longitude) for one in (somewhere(random) for _ in range(UNITS))])
    room.do(Recommend("job-0"))
    room.do(Recommend("job-0"))
    took, worked, floors = [], [], []
    for n in range(ASKED):
        room.do(ReportStatus(f"unit-U{random.randrange(UNITS)}", Status.ON_PATROL, "bench", point=somewhere(random)))
        command = Recommend(f"job-{n % 50}")
        began, at_work = time.perf_counter(), time.thread_time()
        found = room.do(command)
        took.append(time.perf_counter() - began)
        worked.append(time.thread_time() - at_work)
        assert isinstance(found.state, Recommendation)
        assert found.state.candidates
        floors.append(timed(1, lambda: _pass(where, random)))
    for what, times in (("p99", took), ("p99 of processor time", worked)):
        p99 = statistics.quantiles(times, n=100)[98]
        yield Compared(f"recommendation, {UNITS} units, {what}", p99, GOAL_S, "goal", p99 / GOAL_S, "<= 1 x", p99 <= GOAL_S)
    median, floor = statistics.median(took), statistics.median(floors)
    yield Compared(f"recommendation, {UNITS} units, p50", median, floor, "one numpy distance pass", median / floor, "said", True)


def _pass(where: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", random: Random) -> float:
    to = somewhere(random)
    latitude, longitude = np.radians((to.latitude, to.longitude))
    chord = (
        np.sin((where[:, 0] - latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(where[:, 0]) * np.sin((where[:, 1] - longitude) / 2) ** 2
    )
    return float(np.min(2 * 6_371_008.8 * np.arcsin(np.sqrt(chord))))


def race(folder: Path) -> Iterator[Compared]:
    """Seconds for one answer when everybody wants the same units, beside everybody having a unit of his own."""
    contended, alone = [], []
    for n in range(RACES):
        storage = SqliteStorage(folder / f"race-{n}.sqlite")
        contended.append(_raced(storage, FREE))
        storage.close()
        storage = SqliteStorage(folder / f"apart-{n}.sqlite")
        alone.append(_raced(storage, DISPATCHERS))
        storage.close()
    ours, theirs = statistics.median(contended), statistics.median(alone)
    name = f"{DISPATCHERS} dispatchers racing for {FREE} units, an answer"
    yield at_most(name, ours, theirs, "each with a unit of his own", 1.5)


def _raced(storage: Storage, units: int) -> float:
    room = Room(storage)
    room.do(*(BookOn(f"U{n}") for n in range(units)))
    now = datetime.now(UTC)
    room.do(*(RequestJob(f"job-{n}", f"incident-{n}", 1, "Immediate", now, 1) for n in range(DISPATCHERS)))
    writer, start, won = Writer(room.committer), threading.Barrier(DISPATCHERS), []

    def dispatcher(n: int) -> None:
        start.wait()
        try:
            writer.run(obey(room.service, Assign(f"job-{n}", f"unit-U{n % units}", f"dispatcher {n}"), _context()))
        except Refused:
            return
        won.append(n)

    with ThreadPoolExecutor(DISPATCHERS) as room_full:
        began = time.perf_counter()
        list(room_full.map(dispatcher, range(DISPATCHERS)))
        seconds = time.perf_counter() - began
    writer.close()
    assert len(won) == units, f"{len(won)} assignments of {units} units"
    return seconds / DISPATCHERS


def positions(folder: Path) -> Iterator[Compared]:
    """Seconds for one position taken in batches of 170, beside recording each as an event."""
    random = Random(2)
    storage = SqliteStorage(folder / "positions.sqlite")
    room = Room(storage)
    force(room, random)
    before = storage.last_position()
    batches = [_batch(n, random) for n in range(100)]
    room.do(TakePositions(batches[0]))
    taken = timed(170 * 99, lambda: [room.do(TakePositions(batch)) for batch in batches[1:]])
    assert storage.last_position() == before, "positions were recorded"
    reports = [
        ReportStatus(f"unit-U{random.randrange(UNITS)}", Status.ON_PATROL, "bench", point=somewhere(random)) for _ in range(1700)
    ]
    recorded = timed(len(reports), lambda: [room.do(*reports[n : n + 170]) for n in range(0, len(reports), 170)])
    yield at_most("a vehicle position taken (batches of 170)", taken, recorded, "recorded as an event", 0.5)


def _batch(n: int, random: Random) -> tuple[Position, ...]:
    at = datetime.fromtimestamp(time.time() - 100 + n, UTC)
    places = ((random.randrange(UNITS), somewhere(random)) for _ in range(170))
    return tuple(Position(f"unit-U{unit}", at, place.latitude, place.longitude) for unit, place in places)


def compared(folder: Path) -> Iterator[Compared]:
    """All of them."""
    yield from recommendation(folder)
    yield from race(folder)
    yield from positions(folder)
