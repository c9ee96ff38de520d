"""The picture finds whom a look at every unit would find, after whatever happened, in this process or another."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import dispatching
import msgspec
import pytest
from stage import Station

from chassis.clock import VirtualClock
from chassis.dated import Dated
from chassis.flow.reads import Reads
from chassis.store.sqlite import SqliteStorage
from contracts.dispatch.deployment import Officer, Release, Skill, Status
from contracts.places import Location, LocationSource, Point
from services.dispatch.application import Taken
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    EndAssignment,
    Position,
    Recommend,
    ReportStatus,
    RequestJob,
    TakePositions,
)
from services.dispatch.domain.recommendation import Known, Recommendation, recommend
from services.dispatch.policy.deployment import load
from services.dispatch.streams import JOB, UNIT

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
RULES = load().at(NOON)


def process(storage: SqliteStorage, clock: VirtualClock, weighs: int = RULES.weighs) -> Station:
    """A process of dispatch, with a picture of its own."""
    edition = load().editions[0]
    rules = Dated((dataclasses.replace(edition, rules=msgspec.structs.replace(edition.rules, weighs=weighs)),))
    return dispatching.station(storage, clock, rules)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def storage() -> Iterator[SqliteStorage]:
    storage = SqliteStorage()
    yield storage
    storage.close()


@pytest.fixture
def room(storage: SqliteStorage, clock: VirtualClock) -> Station:
    room = process(storage, clock)
    place = Location(source=LocationSource.SPOKEN, point=Point(latitude=51.5, longitude=-0.1))
    for n, skills in enumerate([(), ("dog",), ("boat",), ("dog", "boat")]):
        room.do(RequestJob(f"job-{n}", f"incident-{n}", 2, "Immediate", NOON, 1, skills=skills, location=place))
    return room


def found(room: Station, job: str = "job-0") -> list[str]:
    state = room.do(Recommend(job)).state
    assert isinstance(state, Recommendation)
    return [one.callsign for one in state.candidates]


def east(degrees: float) -> Point:
    return Point(latitude=51.5, longitude=-0.1 + degrees)


def test_it_follows_what_happens(room: Station) -> None:
    room.do(BookOn("NEAR", point=east(0.01)))
    room.do(BookOn("FAR", point=east(0.2)))
    assert found(room) == ["NEAR", "FAR"]
    room.do(Assign("job-1", "unit-NEAR", "dispatcher 3"))
    assert found(room) == ["FAR"]
    room.do(EndAssignment("job-1", "unit-NEAR", Release.STOOD_DOWN))
    room.do(ReportStatus("unit-FAR", Status.ON_PATROL, "device", point=east(0.001)))
    assert found(room) == ["FAR", "NEAR"]
    room.do(BookOff("unit-FAR"))
    assert found(room) == ["NEAR"]
    room.do(BookOn("LATE", point=east(0.0)))
    assert found(room) == ["LATE", "NEAR"]


def test_it_follows_what_other_processes_record(room: Station, storage: SqliteStorage, clock: VirtualClock) -> None:
    room.do(BookOn("A", point=east(0.01)))
    other = process(storage, clock)
    assert found(room) == found(other) == ["A"]
    other.do(Assign("job-1", "unit-A", "dispatcher 4"))
    assert found(room) == []
    other.do(EndAssignment("job-1", "unit-A", Release.STOOD_DOWN))
    assert found(room) == ["A"]


def test_a_restart_rebuilds_it_and_forgets_positions_alone(room: Station, storage: SqliteStorage, clock: VirtualClock) -> None:
    for n in range(3):
        room.do(BookOn(f"U{n}", point=east(0.1 * (n + 1))))
    room.do(TakePositions((Position("unit-U2", NOON, 51.5, -0.1),)))
    assert found(room) == ["U2", "U0", "U1"]
    assert found(process(storage, clock)) == ["U0", "U1", "U2"]


def test_a_position_counts_while_it_is_fresh_and_the_newest_wins(room: Station, clock: VirtualClock) -> None:
    room.do(BookOn("A", point=east(0.1)))
    room.do(BookOn("B", point=east(0.2)))
    newer, older = NOON + timedelta(seconds=60), NOON + timedelta(seconds=30)
    clock.move_to(NOON + timedelta(seconds=60))
    batch = (Position("unit-B", newer, 51.5, -0.1), Position("unit-B", older, 51.5, 3.0), Position("unit-Z", newer, 51.5, 0.0))
    assert room.do(TakePositions(batch)).state == Taken(1, 2)
    assert found(room) == ["B", "A"]
    clock.move_to(newer + timedelta(seconds=RULES.position_lasts_s + 1))
    assert found(room) == ["A", "B"]


def test_old_positions_do_not_hide_who_is_nearer(room: Station, storage: SqliteStorage, clock: VirtualClock) -> None:
    few = process(storage, clock, weighs=1)
    for n in range(4):
        room.do(BookOn(f"U{n}", point=east(0.1 * (n + 1))))
    few.do(TakePositions(tuple(Position(f"unit-U{n}", NOON, 51.5, -0.1) for n in (2, 3))))
    assert found(few) == ["U2", "U3"]
    clock.move_to(NOON + timedelta(seconds=RULES.position_lasts_s + 1))
    assert found(few) == ["U0", "U1"]


def test_where_the_nearest_do_not_fit_after_all_others_are_looked_at(
    room: Station, storage: SqliteStorage, clock: VirtualClock
) -> None:
    """What the columns know of skills is not when they expire."""
    few = process(storage, clock, weighs=1)
    for n in range(9):
        skill = Skill(name="dog", expires=NOON + timedelta(seconds=1 if n > 6 else -1))
        room.do(BookOn(f"U{n}", officers=(Officer(officer=str(n), skills=(skill,)),), point=east(0.01 * n)))
    state = few.do(Recommend("job-1")).state
    assert isinstance(state, Recommendation)
    assert [one.callsign for one in state.best()] == ["U7", "U8"]


def test_a_position_of_the_future_is_ignored(room: Station) -> None:
    room.do(BookOn("A"))
    assert room.do(TakePositions((Position("unit-A", NOON + timedelta(hours=1), 51.5, -0.1),))).state == Taken(0, 1)


def test_positions_leave_nothing_in_the_log_but_an_arrival(room: Station, storage: SqliteStorage, clock: VirtualClock) -> None:
    room.do(BookOn("A", point=east(0.1)))
    room.do(Assign("job-0", "unit-A", "dispatcher 3"))
    before = storage.last_position()
    clock.move_to(NOON + timedelta(minutes=5))
    for second, degrees in ((0, 0.05), (30, 0.01)):
        room.do(TakePositions((Position("unit-A", NOON + timedelta(seconds=second), 51.5, -0.1 + degrees),)))
    assert storage.last_position() == before
    for second in (60, 90):
        room.do(TakePositions((Position("unit-A", NOON + timedelta(seconds=second), 51.5, -0.1005),)))
    said = [event.type.split(".")[2] for event in storage.page(before, 10)]
    assert said == ["AtSceneInferred", "JobUnitArrived"]


def test_a_unit_is_found_where_it_is_across_the_date_line(room: Station) -> None:
    place = Location(source=LocationSource.SPOKEN, point=Point(latitude=-17.0, longitude=179.99))
    room.do(RequestJob("job-9", "incident-9", 1, "Immediate", NOON, 1, location=place))
    room.do(BookOn("EAST", point=Point(latitude=-17.0, longitude=-179.99)))
    room.do(BookOn("WEST", point=Point(latitude=-17.0, longitude=179.0)))
    assert found(room, "job-9") == ["EAST", "WEST"]


@pytest.mark.parametrize("weighs", [4, 100])
def test_it_finds_whom_a_look_at_every_unit_finds(
    room: Station, storage: SqliteStorage, clock: VirtualClock, weighs: int
) -> None:
    random, few = Random(weighs), process(storage, clock, weighs)
    for n in range(260):
        expires = NOON + timedelta(seconds=random.choice([-60, 60]))
        skills = (Skill(name=random.choice(["dog", "boat"]), expires=expires), Skill(name=random.choice(["dog", "taser"])))
        officers = (Officer(officer=str(n), skills=skills),)
        point = east(random.uniform(-1, 1)) if random.random() < 0.9 else None
        room.do(BookOn(f"U{n}", officers=officers, point=point))
        status = random.choice([Status.ON_PATROL, Status.COMMITTED_DEPLOYABLE, Status.COMMITTED, Status.REFRESHMENTS])
        room.do(ReportStatus(f"unit-U{n}", status, "device"))
    reads = Reads("dispatch", room.storage)
    units = [unit for n in range(260) if (unit := reads.load(UNIT, f"unit-U{n}").state) is not None]
    for n in range(4):
        state, job = few.do(Recommend(f"job-{n}")).state, reads.load(JOB, f"job-{n}").state
        assert isinstance(state, Recommendation)
        assert job is not None
        whole = recommend(job, units, RULES, Known(NOON))
        assert state.best() == whole.best() != ()
        assert state.missing == whole.missing
