"""160 dispatchers in four processes on one PostgreSQL: the key of a stream's version decides, and not luck."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import racing
from stage import Station

from chassis.store.codec import reader
from cli.invariants import broken
from contracts.dispatch.crews import OfficerBookedOn
from contracts.dispatch.deployment import UnitAssigned, UnitBookedOn
from contracts.envelope import Event
from services.dispatch.domain.commands import BookOn, RequestJob

PROCESSES, DISPATCHERS = 4, 40
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


class Raced(NamedTuple):
    """What the dispatchers were answered, what was recorded, and every broken invariant."""

    told: Counter[str]
    recorded: list[tuple[type[Event], Any]]
    wrong: list[str]

    def said(self, kind: type[Event]) -> list[Any]:
        """Every recorded event of a type."""
        return [event for model, event in self.recorded if model is kind]


def sent(dsn: str, schema: str, units: int, jobs: int, wanted: int) -> Raced:
    """Everybody wants units for jobs that want so many."""
    station = racing.room(dsn, schema)
    for n in range(units):
        station.do(BookOn(f"U{n}"))
    for n in range(jobs):
        station.do(RequestJob(f"job-{n}", f"incident-{n}", wanted, "Immediate", NOON, 1))
    return raced("send", station, dsn, schema, units, jobs)


def booked(want: str, dsn: str, things: int) -> Raced:
    """Everybody books on with what others want too."""
    schema = f"race_{want}"
    return raced(want, racing.room(dsn, schema), dsn, schema, things, 1)


def raced(want: str, station: Station, dsn: str, schema: str, things: int, jobs: int) -> Raced:
    """All processes at once on one database."""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    processes = [
        subprocess.Popen(
            [sys.executable, racing.__file__, want, dsn, schema, *map(str, (n, DISPATCHERS, things, jobs))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=here,
        )
        for n in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = Counter[str]()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        told.update(json.loads(out.splitlines()[-1]))
    stored = station.storage.page(0, 100_000)
    recorded = [(model, read(event.state)) for event in stored for model, read in [reader(event.type)]]
    empty = {"contact": _Empty(), "callback": _Empty(), "incident": _Empty(), "dispatch": station.storage}
    wrong = list(broken(empty, NOON, complete=False, progress=lambda _: None))  # type: ignore[arg-type]
    station.storage.close()
    return Raced(told, recorded, wrong)


class _Empty:
    """A store that holds nothing."""

    def page(self, after: int, limit: int) -> list[object]:
        return []

    def streams(self, after: str, limit: int) -> list[str]:
        return []


def test_no_unit_is_in_two_places(postgres_dsn: str) -> None:
    """I5: 160 want 20 units, each for a job of his own."""
    race = sent(postgres_dsn, "race_units", units=20, jobs=160, wanted=1)
    told, assigned = race.told, race.said(UnitAssigned)
    assert (told["done"], set(told), told["committed"] >= 140 * 20) == (20, {"done", "committed"}, True)
    assert Counter(one.unit for one in assigned) == {f"unit-U{n}": 1 for n in range(20)}
    assert len({one.job for one in assigned}) == 20
    assert all(one.overlaps == () for one in assigned)
    assert race.wrong == []


def test_no_more_units_go_than_were_asked_for(postgres_dsn: str) -> None:
    """I6: 160 send units to one job that wants 20, out of 200. To send one that was sent there already changes nothing."""
    race = sent(postgres_dsn, "race_job", units=200, jobs=1, wanted=20)
    assigned = race.said(UnitAssigned)
    assert len(assigned) == 20
    assert race.told["enough-units"] == DISPATCHERS * PROCESSES - race.told["done"]
    assert len({one.assignment for one in assigned}) == len({one.unit for one in assigned}) == 20
    assert race.wrong == []


def test_no_officer_is_on_two_tours(postgres_dsn: str) -> None:
    """160 want crews of two out of 21 officers, each for a callsign of his own: a crew goes out as a whole or not at all."""
    race = booked("man", postgres_dsn, things=20)
    tours = race.said(UnitBookedOn)
    out = Counter(one.officer for tour in tours for one in tour.officers)
    assert set(out.values()) == {1}
    assert len(tours) == race.told["done"] >= 7
    assert set(race.told) == {"done", "officer-on-duty"}
    claims = {(one.officer, one.unit) for one in race.said(OfficerBookedOn)}
    assert claims == {(one.officer, tour.unit) for tour in tours for one in tour.officers}
    assert race.wrong == []


def test_no_vehicle_is_on_two_tours(postgres_dsn: str) -> None:
    """160 want 20 vehicles, each for a callsign of his own."""
    race = booked("drive", postgres_dsn, things=20)
    assert Counter(one.vehicle for one in race.said(UnitBookedOn)) == {f"KX{n:02d} ABC": 1 for n in range(20)}
    assert (race.told["done"], set(race.told)) == (20, {"done", "vehicle-on-duty"})
    assert race.told["vehicle-on-duty"] >= 140 * 20
    assert race.wrong == []


def test_no_callsign_is_on_two_tours(postgres_dsn: str) -> None:
    """160 officers want 20 callsigns: who did not get one is on no tour."""
    race = booked("call", postgres_dsn, things=20)
    tours = race.said(UnitBookedOn)
    assert Counter(tour.callsign for tour in tours) == {f"U{n}": 1 for n in range(20)}
    assert (race.told["done"], set(race.told)) == (20, {"done", "on-duty-already"})
    assert race.told["on-duty-already"] >= 140 * 20
    assert {one.officer for one in race.said(OfficerBookedOn)} == {one.officer for tour in tours for one in tour.officers}
    assert race.wrong == []
