"""Northumbria: one delay code was used with two meanings."""

from pathlib import Path

import pytest
from acceptance.incident_room import ONE, incident_room

from chassis.errors import PolicyRefused
from contracts.refusals import Invalid
from services.incident.domain.commands import RecordDelay
from services.incident.policy import codes


def test_a_code_that_is_given_twice_is_refused_before_anybody_uses_it(tmp_path: Path) -> None:
    again = '\n[[policy.delays]]\ncode = "no unit available"\nmeaning = "the caller was not at home"\n'
    own = tmp_path / "incident-codes.toml"
    own.write_text(codes.STANDARD.read_text() + again)
    with pytest.raises(PolicyRefused, match="given twice: no unit available; one code has one meaning"):
        codes.load(own)


def test_a_code_that_is_not_in_the_list_is_refused_with_the_list() -> None:
    with incident_room() as room:
        room.opened()
        with pytest.raises(Invalid) as refused:
            room.do(RecordDelay(ONE, "busy", "dispatcher 3"))
        assert "no unit available" in refused.value.allowed
        assert room.do(RecordDelay(ONE, "no unit available", "dispatcher 3")).delay == "no unit available"
