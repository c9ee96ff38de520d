"""160 dispatchers in four processes on one PostgreSQL: the key of a stream's version decides, and not luck."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import racing

from chassis.store.codec import reader
from cli.invariants import broken
from contracts.dispatch.deployment import UnitAssigned
from services.dispatch.domain.commands import BookOn, RequestJob

PROCESSES, DISPATCHERS = 4, 40
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def raced(dsn: str, schema: str, units: int, jobs: int, wanted: int) -> tuple[Counter[str], list[UnitAssigned], list[str]]:
    """What the dispatchers were answered, what was recorded, and every broken invariant."""
    station = racing.room(dsn, schema)
    for n in range(units):
        station.do(BookOn(f"U{n}"))
    for n in range(jobs):
        station.do(RequestJob(f"job-{n}", f"incident-{n}", wanted, "Immediate", NOON, 1))
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    processes = [
        subprocess.Popen(
            [sys.executable, racing.__file__, dsn, schema, *map(str, (n, DISPATCHERS, units, jobs))],
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
    stored = [event for event in station.storage.page(0, 100_000) if event.type.endswith("UnitAssigned.v1")]
    read = reader("ringback.dispatch.UnitAssigned.v1")[1]
    empty = {"contact": _Empty(), "callback": _Empty(), "dispatch": station.storage}
    wrong = list(broken(empty, NOON, complete=False, progress=lambda _: None))  # type: ignore[arg-type]
    station.storage.close()
    return told, [read(event.state) for event in stored], wrong


class _Empty:
    """A store that holds nothing."""

    def page(self, after: int, limit: int) -> list[object]:
        return []

    def streams(self, after: str, limit: int) -> list[str]:
        return []


def test_no_unit_is_in_two_places(postgres_dsn: str) -> None:
    """I5: 160 want 20 units, each for a job of his own."""
    told, sent, wrong = raced(postgres_dsn, "race_units", units=20, jobs=160, wanted=1)
    assert (told["sent"], set(told), told["committed"] >= 140 * 20) == (20, {"sent", "committed"}, True)
    assert Counter(one.unit for one in sent) == {f"unit-U{n}": 1 for n in range(20)}
    assert len({one.job for one in sent}) == 20
    assert all(one.overlaps == () for one in sent)
    assert wrong == []


def test_no_more_units_go_than_were_asked_for(postgres_dsn: str) -> None:
    """I6: 160 send units to one job that wants 20, out of 200. To send one that was sent there already changes nothing."""
    told, sent, wrong = raced(postgres_dsn, "race_job", units=200, jobs=1, wanted=20)
    assert len(sent) == 20
    assert told["enough-units"] == DISPATCHERS * PROCESSES - told["sent"]
    assert len({one.assignment for one in sent}) == len({one.unit for one in sent}) == 20
    assert wrong == []
