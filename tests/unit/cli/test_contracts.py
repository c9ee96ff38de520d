"""`ringback contracts`: what an integrator looks up on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.exits import Exit
from cli.contracts import app
from contracts import registry


def run(*arguments: str, code: int = Exit.OK) -> str:
    """What the command prints; it must end with this code."""
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.output


def test_the_list_names_every_type_with_its_topic_and_its_hearers() -> None:
    table = run("list")
    rows = {row["type"]: row for row in json.loads(run("list", "--json"))}
    assert list(rows) == [entry.name for entry in registry.all_types()]
    assert all(name in table for name in rows)
    abandoned = rows["ringback.contact.CallAbandoned.v1"]
    assert (abandoned["topic"], abandoned["heard_by"], abandoned["classification"]) == (
        "contact.events",
        "callback, incident",
        "personal",
    )


@pytest.mark.parametrize(
    "name", ["ringback.contact.CallAbandoned.v1", "contact.CallAbandoned.v1", "contact.CallAbandoned", "CallAbandoned"]
)
def test_a_type_is_found_under_its_full_and_its_short_names(name: str) -> None:
    table = run("show", name)
    assert "ringback.contact.CallAbandoned.v1" in table
    assert "list of Sound" in table and "location.address: address" in table
    assert json.loads(run("show", name, "--json"))["x-event-type"] == "ringback.contact.CallAbandoned.v1"


def test_an_unknown_type_is_wrong_usage_and_the_list_is_pointed_to() -> None:
    assert "ringback contracts list" in run("show", "CallLost", code=Exit.USAGE)


def test_every_personal_field_is_told_with_its_category() -> None:
    rows = json.loads(run("personal", "--json"))
    assert {"type": "ringback.callback.AttemptStarted.v1", "field": "number", "category": "telephone"} in rows
    assert {row["category"] for row in rows} >= {"telephone", "address", "narrative"}
    assert "location.address" in run("personal")


def test_writing_into_an_empty_checkout_makes_every_file_and_the_check_is_content(tmp_path: Path) -> None:
    assert "wrote contracts/asyncapi.yaml" in run("write", "--checkout", str(tmp_path))
    assert "nothing to write" in run("write", "--checkout", str(tmp_path))
    assert "compatible with all that came before" in run("check", "--checkout", str(tmp_path))


def test_a_golden_record_that_is_gone_fails_the_check_and_stops_the_writing(tmp_path: Path) -> None:
    run("write", "--checkout", str(tmp_path))
    gone = tmp_path / "contracts" / "samples" / "ringback.contact.CallEnded.v1.json"
    gone.unlink()
    for command in ("check", "write"):
        assert "its golden record is gone. Restore" in run(command, "--checkout", str(tmp_path), code=Exit.CHECK_FAILED)
    assert not gone.exists()


@pytest.mark.parametrize("command", ["list", "show", "personal", "write", "check"])
def test_each_command_has_an_example(command: str) -> None:
    assert f"Example: ringback contracts {command}" in run(command, "--help")
