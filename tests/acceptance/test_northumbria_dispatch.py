"""Northumbria: one delay code had two meanings, and nobody could tell which. One code, one meaning, for ever."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dispatching import ControlRoom

from chassis.errors import PolicyRefused
from contracts.dispatch.waiting import JobDelayed
from contracts.incident.incidents import ResourcesRequested
from contracts.refusals import Invalid
from services.dispatch.domain.commands import DelayJob
from services.dispatch.policy.deployment import DEFAULT, load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
NO_UNIT = '{ code = "no-unit", meaning = "no unit that fits is free" }'
SECOND = "2026-01-01T00:00:00Z"


@pytest.fixture
def room() -> Iterator[ControlRoom]:
    with closing(ControlRoom(NOON)) as room:
        yield room


def rules(folder: Path, first: str, later: str) -> Path:
    """Two editions that differ in what `no-unit` means."""
    file, text = folder / "dispatch.toml", DEFAULT.read_text()
    edition = text.replace(NO_UNIT, first).replace(
        "from = 1990-01-01T00:00:00Z", f"from = 1990-01-01T00:00:00Z\nuntil = {SECOND}"
    )
    following = text.replace(NO_UNIT, later).replace('"default-1"', '"default-2"').replace("1990-01-01T00:00:00Z", SECOND)
    file.write_text(edition + following)
    return file


def test_a_code_cannot_be_given_two_meanings_at_once(tmp_path: Path) -> None:
    both = f'{NO_UNIT}, {{ code = "No-Unit", meaning = "unit free, risk to be weighed" }}'
    with pytest.raises(PolicyRefused, match="two codes have the same code"):
        load(rules(tmp_path, both, NO_UNIT))


def test_two_codes_cannot_mean_the_same(tmp_path: Path) -> None:
    both = f'{NO_UNIT}, {{ code = "NU", meaning = "No unit that fits is free" }}'
    with pytest.raises(PolicyRefused, match="two codes have the same meaning"):
        load(rules(tmp_path, both, NO_UNIT))


def test_a_later_edition_cannot_give_a_code_another_meaning(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match="no-unit meant something else before; take a new code"):
        load(rules(tmp_path, NO_UNIT, '{ code = "no-unit", meaning = "unit free, risk to be weighed" }'))
    assert len(load(rules(tmp_path, NO_UNIT, NO_UNIT)).editions) == 2


def test_what_is_recorded_carries_the_meaning_it_had_and_an_unknown_code_is_refused_with_the_list(room: ControlRoom) -> None:
    room.hears(ResourcesRequested(at=NOON, incident="incident-1", units=1, grade="P", rank=2, reported_at=NOON))
    room.station.do(DelayJob("job-1", "no-unit", "dispatcher 3"))
    (delayed,) = room.said(JobDelayed)
    assert (delayed.code, delayed.meaning, delayed.policy) == ("no-unit", "no unit that fits is free", "default-1")
    with pytest.raises(Invalid) as refused:
        room.station.do(DelayJob("job-1", "NU", "dispatcher 3"))
    assert "risk-first" in refused.value.allowed
