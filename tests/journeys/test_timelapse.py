"""Whole runs in time-lapse: the public files give their published totals, and one seed is one history."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.timelapse import app


def _run(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(result.stdout)
    return figures


def _shared(name: str) -> Path:
    beside = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("RINGBACK_SHARED_DATA", beside)) / name
    if not path.exists():
        pytest.skip("no ../shared/data beside the checkout")
    return path


def _chosen(figures: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in expected}


def test_a_january_of_the_bank(tmp_path: Path) -> None:
    expected = {
        "calls": 31359,
        "answered": 27060,
        "abandoned": 4299,
        "abandoned_in_queue": 3101,
        "abandoned_before_queue": 1198,
        "set_aside": 240,
        "mean_wait_answered_s": 35.03,
        "max_in_queue": 18,
        "hung_up_within_5s_of_queueing": 195,
        "reviews": 4299,
        "dispositions": 4299,
        "refusals": {},
        "violations": [],
    }
    figures = _run("bank-calls", str(_shared("calls/bank_1999_01.tsv")), "--data", str(tmp_path / "data"))
    assert _chosen(figures, expected) == expected
    episodes = figures["episodes"]
    assert (episodes["identified"], episodes["rang_again"]) == (1742, 714), "one of the 1,743 ids is 6.02E+11, and nobody's"
    assert 0 < episodes["rings_called_off"] <= episodes["called_off"] == figures["dispositions_by_kind"]["caller_rang_again"]


def test_a_week_of_the_fire_department(tmp_path: Path) -> None:
    expected = {
        "incidents": 3560,
        "units": 178,
        "assignments": 7704,
        "max_units_on_one_call": 23,
        "incidents_reached": 3429,
        "incidents_regraded": 154,
        "assignments_never_on_scene": 1554,
        "overlaps": 9,
        "median_first_arrival_s": 390,
        "set_aside": 0,
        "refusals": {},
    }
    figures = _run("fire-dispatch", str(_shared("dispatch/sffd_2017-01.csv")), "--data", str(tmp_path / "data"))
    assert _chosen(figures, expected) == expected


def test_one_seed_is_one_history_and_every_abandoned_call_is_seen_through(tmp_path: Path) -> None:
    first = _run("force-day", "--seed", "3", "--calls", "400", "--data", str(tmp_path / "first"))
    again = _run("force-day", "--seed", "3", "--calls", "400", "--data", str(tmp_path / "again"))
    other = _run("force-day", "--seed", "4", "--calls", "400", "--data", str(tmp_path / "other"))
    assert first["digest"] == again["digest"] != other["digest"]
    assert (first["calls"], first["violations"], first["refusals"]) == (400, [], {})
    assert first["reviews"] == first["abandoned_by_line"]["999"] == first["dispositions"] > 10
    assert first["incidents"] == first["incidents_closed"]
    assert sum(first["assignments_ended_by_release"].values()) == first["assignments"] > 50
    assert "<h1>A simulated day of a force</h1>" in (tmp_path / "first" / "report.html").read_text()
