"""`ringback contracts`: what an integrator looks up on the command line."""

import json

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


def test_the_check_fails_with_the_reasons_when_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.contract_files.drift.check_all", lambda _: ["CallEnded: talked_s: was taken out"])
    assert "talked_s: was taken out" in run("check", code=Exit.CHECK_FAILED)


def test_writing_refuses_with_the_reasons_when_an_event_would_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.contract_files.drift.write_all", lambda _: ([], ["CallEnded: talked_s: was taken out"]))
    assert "talked_s: was taken out" in run("write", code=Exit.CHECK_FAILED)


@pytest.mark.parametrize("command", ["list", "show", "personal", "write", "check"])
def test_each_command_has_an_example(command: str) -> None:
    assert f"Example: ringback contracts {command}" in run(command, "--help")
