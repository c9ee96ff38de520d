"""`ringback callback` and `ringback simulate` on a data folder: whatever a carrier sends, nothing of it is lost or done twice."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stage import Station
from typer.testing import CliRunner

from chassis.clock import VirtualClock
from chassis.exits import Exit
from chassis.log.memory import MemoryLog
from cli.composition import idle_service, reference
from cli.folder import DataFolder
from cli.main import app
from contracts.contact.calls import Abandonment
from contracts.topics import SERVICES
from services.callback.domain.commands import CloseReview, OpenReview
from simulator.script import InputRefused

REVIEW = "1f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"
OTHER = "2f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a stopped installation."""
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    folder.mark("live", "running")
    for name in SERVICES:
        folder.storage(name).close()
    return folder.path


def run(*arguments: str, code: int = Exit.OK) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--json"], env={"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def written(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


FORMS = ("07700 900123", "+447700900123", "0044 7700 900123", "(07700) 900-123", "+44 (0)7700 900123", "447700900123")


def test_one_caller_however_the_number_is_written(tmp_path: Path, data: Path) -> None:
    rows = "\n".join(f"{number},2023-06-25 06:{n + 24}:00" for n, number in enumerate(FORMS))
    told = run("callback", "harvest", written(tmp_path, f"number,attempted_at\n{rows}\n"), "--data", str(data))
    assert (told["attempts"], told["callers"], told["opened"]) == (len(FORMS), 1, 1)


@pytest.mark.parametrize(
    ("head", "row", "encoding"),
    [
        ("Calling Number;Start Time;Ref", "07700 900123;25/06/2023 06:24:10;x1", "cp1252"),
        ("CLI\tDate\tTime", "07700 900123\t25-Jun-2023\t06:24", "utf-16"),
        ("\ufeffA-Number|Timestamp", "07700 900123|2023-06-25T05:24:10Z", "utf-8"),
        ('"MSISDN","Attempt time"', '"=""07700900123""","1687670650"', "utf-8"),
    ],
)
def test_headings_separators_encodings_and_clocks_of_any_usual_kind(
    tmp_path: Path, data: Path, head: str, row: str, encoding: str
) -> None:
    told = run("callback", "harvest", written(tmp_path, f"{head}\r\n{row}\r\n", encoding), "--data", str(data))
    assert (told["opened"], told["set_aside"], told["without_number"]) == (1, 0, 0)


def test_what_cannot_be_read_is_set_aside_with_line_and_reason_and_nothing_is_lost(tmp_path: Path, data: Path) -> None:
    lines = [
        "number,at",
        "07700900123,2023-06-25 06:24",
        "07700900124,yesterday",
        "07700900125,2999-01-01 00:00",
        "4.4770E+11,2023-06-25 06:24",
        "07700900126,2023-06-25 06:24,x,y",
        "withheld,2023-06-25 06:24",
        "withheld,2023-06-25 06:24",
        ",2023-06-25 06:25",
        "",
        "☎" * 41 + ",2023-06-25 06:25",
    ]
    out = tmp_path / "aside.tsv"
    file = written(tmp_path, "\n".join(lines))
    arguments = ("callback", "harvest", file, "--data", str(data), "--set-aside", str(out))
    told = run(*arguments, code=Exit.CHECK_FAILED)
    assert [(one["line"], one["reason"][:20]) for one in told["lines"]] == [
        (3, "the time cannot be r"),
        (4, "the time lies in the"),
        (5, "the number lost its "),
        (6, "more columns than th"),
        (11, "the number is longer"),
    ]
    assert (told["attempts"], told["opened"], told["without_number"]) == (4, 4, 3)
    assert len(out.read_text().splitlines()) == 6
    again = run(*arguments, code=Exit.CHECK_FAILED)
    assert (again["opened"], again["known"]) == (0, 4)


def test_a_longer_list_of_the_same_outage_only_adds(tmp_path: Path, data: Path) -> None:
    head, first = "number,at\n", "07700900123,2023-06-25 06:24\n"
    run("callback", "harvest", written(tmp_path, head + first), "--data", str(data))
    longer = head + first + "07700900123,2023-06-25 06:40\n07700900124,2023-06-25 06:41\n"
    told = run("callback", "harvest", written(tmp_path, longer), "--data", str(data))
    assert (told["opened"], told["extended"], told["known"]) == (1, 1, 0)
    next_year = head + "07700900123,2024-06-25 06:24\n"
    assert run("callback", "harvest", written(tmp_path, next_year), "--data", str(data))["opened"] == 1


@pytest.mark.parametrize("text", ["", "\n\n", "who,what\na,b\n", "number,colour\n07700900123,blue\n", "at\n2023-06-25\n"])
def test_what_is_no_list_of_attempts_is_refused(tmp_path: Path, data: Path, text: str) -> None:
    with pytest.raises(InputRefused):
        run("callback", "harvest", written(tmp_path, text), "--data", str(data))


def test_the_simulated_list_has_the_published_figures(tmp_path: Path, data: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    for path in (one, two):
        CliRunner().invoke(
            app, ["simulate", "harvest", "--seed", "5", "--attempts", "140", "--callers", "124", "--out", str(path)]
        )
    assert one.read_text() == two.read_text(), "one seed is one list"
    told = run("callback", "harvest", str(one), "--data", str(data))
    assert (told["attempts"], told["callers"], told["opened"]) == (140, 124, 124)


@pytest.fixture
def reviewed(data: Path) -> Path:
    """Two reviews of the hour from 12, one of them over."""
    now = datetime(2017, 6, 1, 12, 30, tzinfo=UTC)
    storage = DataFolder(data).storage("callback")
    station = Station(idle_service("callback"), storage, MemoryLog(), VirtualClock(now))
    for review, number, minute in ((REVIEW, "+447700900123", 1), (OTHER, "+447700900124", 2)):
        station.do(
            OpenReview(
                review=review,
                abandonment=Abandonment.IN_QUEUE,
                abandoned_at=now.replace(minute=minute),
                number=number,
                number_ref=reference("tel", number),
            )
        )
    station.do(CloseReview(review=REVIEW, by="insp-1", reason="seen"))
    storage.close()
    return data


def test_a_carriers_hours_equal_reviewed_and_open(tmp_path: Path, reviewed: Path) -> None:
    same = written(tmp_path, "hour,count\n2017-06-01 13:00,2\n")  # by the clock of London, in summer
    told = run("callback", "reconcile", same, "--data", str(reviewed))
    assert told["hours"] == [{"hour": "2017-06-01T12:00:00+00:00", "carrier": 2, "reviewed": 1, "open": 1, "missing": 0}]
    more = written(tmp_path, "hour;calls\n2017-06-01T12:00:00Z;3\n2017-06-01T14:00:00Z;1\n")
    told = run("callback", "reconcile", more, "--data", str(reviewed), code=Exit.CHECK_FAILED)
    assert ([row["missing"] for row in told["hours"]], told["missing"]) == ([1, 1], 2)


def test_a_carriers_calls_are_found_by_number_and_time(tmp_path: Path, reviewed: Path) -> None:
    head = "number,at,ref\n07700 900123,2017-06-01T12:01:30Z,a\n07700 900124,2017-06-01T12:01:40Z,b\n"
    told = run("callback", "reconcile", written(tmp_path, head), "--data", str(reviewed))
    assert (told["missing"], told["unreviewed"]) == (0, [])
    longer = written(tmp_path, head + "07700 900125,2017-06-01T12:05:00Z,c\n07700 900124,2017-06-01T12:55:00Z,d\n")
    told = run("callback", "reconcile", longer, "--data", str(reviewed), code=Exit.CHECK_FAILED)
    assert [one["reference"] for one in told["unreviewed"]] == ["c", "d"]
