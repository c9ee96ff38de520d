"""Published numbers are found again in the events of whole runs, each under its named definition."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.timelapse import app


def _compared(tmp_path: Path, scenario: str, scale: int) -> dict[str, Any]:
    arguments = ["published", "--scenario", scenario, "--scale", str(scale), "--data", str(tmp_path / "data"), "--json"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(result.stdout)
    assert figures["violations"] == []
    return figures


@pytest.mark.parametrize(
    ("scenario", "scale", "expected"),
    [
        ("kent-2013", 100, {"abandoned 999 calls in 2013": 23}),
        ("kent-2016", 100, {"abandoned 999 calls in 2016": -5, "seconds to answer, on average": 0}),
        (
            "hampshire-2016",
            500,
            {"999 calls abandoned in June 2017, %": 1, "101 calls abandoned in June 2017, %": 0, "101 calls abandoned": -345},
        ),
        ("two-numbers", 100, {"abandoned, % (every call that broke off)": 0, "abandoned, % (lost in the queue)": 0}),
        ("bt-2023", 50, {"attempts that reached nobody": 0, "different callers among them": 8}),
        ("forces-2016", 500, {"Suffolk": -219, "Cambridgeshire": 79, "all 21 forces": -900}),
        ("met-2024", 1000, {"abandoned, %": 0, "handler-hours of risk assessment, 15 minutes each": 0}),
    ],
)
def test_the_differences_are_those_of_rounding_to_the_scale(
    tmp_path: Path, scenario: str, scale: int, expected: dict[str, float]
) -> None:
    compared = _compared(tmp_path, scenario, scale)["published"]
    differences = {one["says"]: one["difference"] for one in compared["numbers"]}
    assert {says: differences[says] for says in expected} == expected
    assert "Published, and counted from the events" in (tmp_path / "data" / "report.html").read_text()


def test_the_same_calls_under_another_definition_give_the_other_number(tmp_path: Path) -> None:
    compared = _compared(tmp_path, "kent-2016", 100)["published"]
    assert {one["definition"]: one["abandoned"] for one in compared["others"]} == {
        "every-broken-call": 3400,
        "lost-in-queue": 2100,
    }
