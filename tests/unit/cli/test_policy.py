"""`ringback policy show`: nobody has to read code to know what a force has set, what it means and where it comes from."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.errors import PolicyRefused, PolicyUnknown
from cli.main import app
from contracts.topics import SERVICES
from services.callback.policy import default

SHIPPED = Path(default.__file__).with_suffix(".toml").read_text()


def shown(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["policy", "show", *arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    policies: list[dict[str, Any]] = json.loads(result.stdout)
    return policies


def number(policy: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in policy["numbers"] if one["key"] == key)


def test_every_number_of_every_service_has_words() -> None:
    policies = shown()
    assert {policy["service"] for policy in policies} == set(SERVICES)
    for policy in policies:
        assert policy["numbers"], policy["policy"]
        assert policy["sources"]
        assert all(one["meaning"] for one in policy["numbers"])


def test_every_number_of_ringing_back_has_its_source() -> None:
    policy = next(one for one in shown("callback") if one["policy"] == "default")
    assert {one["key"] for one in policy["numbers"] if not one["source"]} == set()
    assert number(policy, "attempt_delays_s") == {
        "key": "attempt_delays_s",
        "value": [0, 90, 300],
        "meaning": "Seconds from the opening of the review to each ring that counts against the caller.",
        "source": "design default",
    }
    assert number(policy, "gate_sounds")["source"] == "Northamptonshire 2011"


def test_a_force_sees_its_own_numbers_as_they_were_then(tmp_path: Path) -> None:
    edition = SHIPPED.split("[[policy]]", 1)[1]
    old = edition.replace("from = 1970-01-01T00:00:00Z", "from = 1970-01-01T00:00:00Z\nuntil = 2026-06-01T00:00:00Z")
    new = edition.replace("callback-default-1", "kent-2").replace("1970-01-01T00:00:00Z", "2026-06-01T00:00:00Z")
    (tmp_path / "callback.toml").write_text(f"[[policy]]{old}\n[[policy]]{new.replace('ring_s = 30', 'ring_s = 45')}")
    for at, version, ring_s in (("2026-05-31T23:59:59", "callback-default-1", 30), ("2026-06-01", "kent-2", 45)):
        policies = shown("callback", "--policy", str(tmp_path), "--at", at)
        policy = next(one for one in policies if one["policy"] == "default")
        assert (policy["version"], number(policy, "ring_s")["value"]) == (version, ring_s)
        assert policy["file"] == str(tmp_path / "callback.toml")


def test_people_read_a_table() -> None:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["policy", "show", "callback"], catch_exceptions=False)
    assert "callback, default: callback-default-1, from 1970-01-01 00:00 UTC until further notice" in result.stdout
    assert "IOPC to Hampshire, February 2023" in result.stdout


def test_what_cannot_be_shown_is_refused_in_words(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["policy", "show", "fire"])
    assert result.exit_code == 2
    with pytest.raises(PolicyUnknown, match="no edition is in force at 1960"):
        CliRunner().invoke(app, ["policy", "show", "callback", "--at", "1960-01-01"], catch_exceptions=False)
    (tmp_path / "callback.toml").write_text(SHIPPED.replace("ring_s = 30", "ring = 30"))
    with pytest.raises(PolicyRefused, match=r"unknown field `ring`: the unit is missing, write `ring_s` \(line \d+\)"):
        CliRunner().invoke(app, ["policy", "show", "callback", "--policy", str(tmp_path)], catch_exceptions=False)
