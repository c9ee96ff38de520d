"""`ringback figures` over a stored day: text, JSON, CSV, and the calls behind a figure."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.figures import _harmless, figures_command
from cli.timelapse import app as timelapse
from tests.unit.simulator.conftest import BANK_HEADER, bank_line

app = typer.Typer()
app.command()(figures_command)
QUEUED = ("9:00:10", "9:00:30")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three calls of a bank: answered, given up in the queue, given up before it."""
    folder = tmp_path_factory.mktemp("figures")
    rows = [
        bank_line(call="1", queue=QUEUED, service=("9:00:30", "9:05:00")),
        bank_line(call="2", queue=QUEUED, outcome="HANG", customer="77"),
        bank_line(call="3", outcome="HANG"),
    ]
    file = folder / "bank.tsv"
    file.write_bytes("\r\n".join((BANK_HEADER, *rows, "")).encode())
    played = CliRunner().invoke(timelapse, ["bank-calls", str(file), "--data", str(folder / "data"), "--json"])
    assert played.exit_code == 0, played.output
    return folder / "data"


def run(day: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--data", str(day)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def total(day: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(day, *arguments, "--json"))["total"]
    return found


def test_two_definitions_over_one_store(day: Path) -> None:
    wide, narrow = (total(day, "--definition", name) for name in ("answering-999", "lost-in-queue"))
    assert (wide["answered"], wide["abandoned"], wide["whole"]) == (1, 2, 3)
    assert (narrow["answered"], narrow["abandoned"], narrow["whole"]) == (1, 1, 2)
    assert wide["answered_after"]["presented"]["mean_s"] == 30
    assert wide["answered_after"]["queued"]["mean_s"] == 20


def test_a_table_names_definition_edition_and_source(day: Path) -> None:
    said = run(day, "--definition", "answering-999", "--by", "queue")
    assert "edition answering-999-1" in said
    assert "source: " in said
    assert "never queued" in said


def test_comma_separated_values_have_a_row_a_group(day: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(day, "--definition", "answering-999", "--by", "day", "--csv"))))
    assert [(row["group"], row["abandoned"]) for row in rows] == [("all", "2"), ("1999-01-05", "2")]
    assert rows[0]["answered_after_presented_band_1"] == "1"


def test_a_figure_opens_to_its_calls(day: Path) -> None:
    opened = [
        json.loads(line) for line in run(day, "--definition", "answering-999", "--open", "abandoned", "--json").splitlines()
    ]
    assert sorted(call["abandonment"] for call in opened) == ["before_queue", "in_queue"]
    one = run(day, "--definition", "answering-999", "--open", "abandoned", "--by", "queue", "--group", "999")
    assert one.endswith("1 calls. Read one with: ringback history call-...\n")


def test_a_span_by_date_is_local(day: Path) -> None:
    assert total(day, "--definition", "answering-999", "--from", "1999-01-05", "--to", "1999-01-06")["whole"] == 3
    assert total(day, "--definition", "answering-999", "--from", "1999-01-06")["whole"] == 0


def test_an_edition_can_be_asked_for_whatever_the_date(day: Path) -> None:
    assert total(day, "--definition", "kent-abandoned-999")["whole"] == 0
    assert total(day, "--definition", "kent-abandoned-999@kent-abandoned-999-1")["abandoned"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--definition", "nobodys"),
        ("--definition", "answering-999", "--from", "yesterday"),
        ("--definition", "answering-999", "--from", "1999-01-05T09:00:00"),
        ("--definition", "answering-999", "--from", "1999-01-06", "--to", "1999-01-05"),
        ("--definition", "answering-999", "--json", "--csv"),
        ("--definition", "answering-999", "--group", "999"),
    ],
)
def test_wrong_usage_is_said(day: Path, arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*arguments, "--data", str(day)])
    assert result.exit_code == 2


def test_the_list_says_what_is_a_reading(day: Path) -> None:
    listed = json.loads(run(day, "--list", "--json"))
    assert listed["met-abandoned-999"][0]["reading"] is True
    assert listed["answering-999"][0]["sources"]


def test_a_queue_with_the_name_of_a_formula_is_harmless_in_a_spreadsheet() -> None:
    assert [_harmless(text) for text in ("=1+1", "@cmd", "-x", "+44 7700 900123", "-3", 5)] == [
        "'=1+1",
        "'@cmd",
        "'-x",
        "+44 7700 900123",
        "-3",
        5,
    ]
