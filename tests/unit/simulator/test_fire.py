"""Another control room's rows as reports to incident and dispatch."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.dispatch.deployment import Release, Status
from services.dispatch.domain.commands import Assign, EndAssignment, ReportStatus
from services.incident.domain.commands import Close, Grade, OpenIncident, Regrade, RequestResources
from simulator.fire import FireDispatch
from simulator.fire_rows import FORMAT, fire_row
from simulator.script import Stimulus
from simulator.table import Table, Unreadable
from tests.unit.simulator.conftest import FIRE_HEADER, WriteFire, fire_line


def _played(path: Path, folder: Path) -> list[Stimulus]:
    with closing(FireDispatch(path, folder)) as script:
        return list(script.stimuli())


def _kinds(told: list[Stimulus]) -> list[type]:
    return [type(stimulus.command) for stimulus in told]


def test_one_unit_on_one_call(fire_file: WriteFire, tmp_path: Path) -> None:
    told = _played(fire_file(fire_line()), tmp_path)
    assert _kinds(told) == [
        *(OpenIncident, Grade, RequestResources, Assign, ReportStatus, ReportStatus, EndAssignment, Close),
    ]
    opened, assign = told[0].command, told[3].command
    assert isinstance(opened, OpenIncident) and isinstance(assign, Assign)
    assert opened.reported_at == datetime(2017, 1, 3, 17, tzinfo=UTC)
    assert opened.location is not None and opened.location.point is not None and opened.location.point.longitude < -122
    assert assign.outside
    assert [stimulus.at for stimulus in told] == sorted(stimulus.at for stimulus in told)


def test_units_sent_later_are_asked_for_when_they_are_sent(fire_file: WriteFire, tmp_path: Path) -> None:
    later = fire_line(unit="T12", dispatched="01/03/2017 09:04:00 AM")
    told = _played(fire_file(later, fire_line(), fire_line(unit="B03")), tmp_path)
    asked = [(one.at.minute, one.command.units) for one in told if isinstance(one.command, RequestResources)]
    assert asked == [(0, 2), (4, 3)]
    assert sum(isinstance(one.command, OpenIncident) for one in told) == 1


def test_a_changed_priority_is_a_regrade_just_before_the_closing(fire_file: WriteFire, tmp_path: Path) -> None:
    told = _played(fire_file(fire_line(original="E", final="3")), tmp_path)
    regrade, close = told[-2].command, told[-1].command
    assert isinstance(regrade, Regrade) and regrade.grade == "3"
    assert isinstance(close, Close) and close.closing_code == "Fire"


def test_a_unit_free_and_sent_anew_in_one_second_is_free_first(fire_file: WriteFire, tmp_path: Path) -> None:
    again = fire_line(call="170030002", dispatched="01/03/2017 09:30:00 AM", available="01/03/2017 10:00:00 AM")
    told = [one for one in _played(fire_file(fire_line(), again), tmp_path) if isinstance(one.command, Assign | EndAssignment)]
    assert _kinds(told) == [Assign, EndAssignment, Assign, EndAssignment]


def test_on_scene_in_the_second_of_clearing_is_told_before_it(fire_file: WriteFire, tmp_path: Path) -> None:
    told = _played(fire_file(fire_line(on_scene="01/03/2017 09:30:00 AM")), tmp_path)
    report = told[-3].command
    assert isinstance(report, ReportStatus) and report.status is Status.AT_SCENE
    assert isinstance(told[-2].command, EndAssignment)


def test_sent_on_scene_and_clear_in_one_second(fire_file: WriteFire, tmp_path: Path) -> None:
    at = "01/03/2017 09:01:00 AM"
    told = _played(fire_file(fire_line(at, at, at, at)), tmp_path)
    assert _kinds(told)[3:] == [Assign, ReportStatus, ReportStatus, EndAssignment, Close]


def test_a_unit_that_never_became_available_is_released_where_the_row_ends(fire_file: WriteFire, tmp_path: Path) -> None:
    told = _played(fire_file(fire_line(available="")), tmp_path)
    [end] = [one.command for one in told if isinstance(one.command, EndAssignment)]
    assert (end.release, end.at) == (Release.NEVER_CLEARED, datetime(2017, 1, 3, 17, 5, tzinfo=UTC))


def test_a_call_across_the_end_of_summer_time_takes_minutes(fire_file: WriteFire, tmp_path: Path) -> None:
    day = "11/05/2017"
    line = fire_line(*(f"{day} {at} AM" for at in ("01:55:00", "01:20:00", "01:56:00", "01:05:00", "01:54:00", "01:54:30")))
    told = _played(fire_file(line), tmp_path)
    assert told[-1].at - told[0].at == timedelta(minutes=25, seconds=30)


OTHER_YEARS = [
    FIRE_HEADER.replace("Neighborhood  District", "Neighborhooods - Analysis Boundaries"),
    FIRE_HEADER.replace(" ", "_").lower(),
    FIRE_HEADER.replace("DtTm", " dttm "),
    FIRE_HEADER.replace(",Location", ",case_location"),
]


@pytest.mark.parametrize("header", OTHER_YEARS)
def test_other_years_name_columns_otherwise(fire_file: WriteFire, tmp_path: Path, header: str) -> None:
    told = _played(fire_file(fire_line()), tmp_path / "a")
    assert _played(fire_file(fire_line(), header=header, end="\r\n"), tmp_path / "b") == told


def test_other_exports_write_times_and_places_otherwise(fire_file: WriteFire, tmp_path: Path) -> None:
    told = _played(fire_file(fire_line()), tmp_path / "a")
    here = '"(37.745858648581, -122.456664252061)"'
    line = fire_line(*(f"2017-01-03T09:{at}.000" for at in ("01:00", "30:00", "02:00", "05:00", "00:00", "00:30")))
    assert _played(fire_file(line.replace(here, "POINT (-122.456664252061 37.745858648581)")), tmp_path / "b") == told
    addressed = fire_line().replace(here, '"0 BALCETA AVE\nSan Francisco, CA 94127\n(37.745858648581, -122.456664252061)"')
    assert _played(fire_file(addressed), tmp_path / "c") == told


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (fire_line(dispatched=""), "no Dispatch DtTm"),
        (fire_line(unit=""), "no Unit ID"),
        (fire_line(received="yesterday"), "Received DtTm is not a time"),
        (fire_line(available="13/41/2017 01:00:00 AM"), "Available DtTm is not a time"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(fire_file: WriteFire, line: str, reason: str) -> None:
    table = Table(fire_file(line), FORMAT)
    [(number, fields)] = table
    assert number == 2
    assert not isinstance(fields, Unreadable)
    with pytest.raises(Unreadable, match=reason):
        fire_row(table, fields)


def test_the_same_row_twice_is_set_aside_and_the_same_file_gives_the_same_stimuli(fire_file: WriteFire, tmp_path: Path) -> None:
    path = fire_file(fire_line(), fire_line(unit="T12"), fire_line())
    with closing(FireDispatch(path, tmp_path / "a")) as script:
        assert [(row.line, row.reason) for row in script.set_aside.first] == [(4, "repeats an earlier row")]
        assert list(script.stimuli()) == _played(path, tmp_path / "b")
