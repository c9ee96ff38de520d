"""Whole runs in time-lapse: the public files give their published totals, and one seed is one history."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app as main
from cli.timelapse import app
from services.dispatch.domain.travel import distance_m
from simulator.london.tables import Tables


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
    assert 0 < episodes["rings_called_off"] <= episodes["called_off"] <= figures["dispositions_by_kind"]["caller_rang_again"]
    assert episodes["called_off"] + episodes["over_already"] <= episodes["rang_again"]


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
    listed = CliRunner().invoke(main, ["flags", "--data", str(tmp_path / "data")], catch_exceptions=False)
    assert "never on scene 1,554, overlap 9, regraded 408 (154 incidents)" in listed.stdout.splitlines()[-1]


BY_HAND = {
    ("235138081", "H271"): 1714.2,
    ("2091", "A341"): 725.9,
    ("3091", "G232"): 325.0,
    ("5091", "A311"): 1178.1,
    ("15091", "G392"): 3999.1,
}
"""Metres from the station to the incident, worked out by hand from the degrees both are published with, on the ellipsoid."""


def test_an_hour_of_the_london_fire_brigade(tmp_path: Path) -> None:
    names = ("incidents_2009-01", "mobilisations_2009-01", "stations_2021-06")
    files = [str(_shared(f"dispatch/lfb_{name}.csv")) for name in names]
    figures = _run("lfb", *files, "--data", str(tmp_path / "data"))
    expected = {"incidents": 20, "assignments": 20, "units": 20, "set_aside": 0, "refusals": {}, "overlaps": 0}
    assert _chosen(figures, expected) == expected
    assert figures["statuses_by_kind"] == {"at_station": 40, "at_scene": 20, "en_route": 17}, (
        "mobilised and returned; arrived; mobile"
    )
    assert figures["assignments_ended_by_release"] == {"cleared": 20}
    assert (figures["incidents_reached"], figures["incidents_closed"]) == (16, 20)


def test_ways_from_stations_to_incidents_are_as_long_as_by_hand(tmp_path: Path) -> None:
    files = [_shared(f"dispatch/lfb_{name}.csv") for name in ("incidents_2009-01", "mobilisations_2009-01", "stations_2021-06")]
    tables, checked = Tables(files, tmp_path), 0
    for incident, mobilised in tables:
        assert incident.location is not None
        to = incident.location.point
        for sent in mobilised:
            expected = BY_HAND.get((incident.number, sent.callsign))
            if expected is not None:
                assert to is not None
                begins = tables.stations[sent.station.casefold()]
                found = distance_m((begins.latitude, begins.longitude), (to.latitude, to.longitude))
                assert found == pytest.approx(expected, rel=0.005), "a sphere and the ellipsoid differ by half a percent at most"
                checked += 1
    tables.close()
    assert checked == len(BY_HAND)


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


def test_in_a_week_of_too_few_units_nobody_is_forgotten(tmp_path: Path) -> None:
    figures = _run("force-week", "--days", "2", "--calls", "250", "--units", "0.5", "--data", str(tmp_path / "data"))
    backlog = figures["backlog"]
    assert figures["violations"] == []
    assert figures["incidents"] == figures["incidents_closed"]
    assert backlog["past_target"] > 20, "more jobs than units"
    assert backlog["without_escalation"] == backlog["unanswered"] == 0, "each was told of, and answered or stands at the top"
    assert backlog["acknowledged"] > backlog["climbed"] > 0
    assert 0 < backlog["vulnerable_past_target"] <= backlog["vulnerable"]
    immediate = backlog["by_grade"]["Immediate"]
    assert immediate["past_attend"] <= immediate["attend_due"]
    assert "Promises by grade" in (tmp_path / "data" / "report.html").read_text()
