from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.incident.policy.grades import NATIONAL, load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def test_the_national_set_holds_for_calls_of_any_year_on_record() -> None:
    grades = load().at(LONG_AGO)
    assert grades.names() == ("Immediate", "Priority", "Scheduled", "Resolution without deployment")
    priority = grades.standard("Priority")
    assert priority is not None
    assert priority.attend_by(NOON) == datetime(2026, 6, 5, 13, tzinfo=UTC)


def test_a_force_can_bring_its_own_set() -> None:
    grades = load(NATIONAL.parent.joinpath("examples", "met.toml")).at(NOON)
    assert grades.names() == ("I", "S", "E", "R")
    extended = grades.standard("E")
    assert extended is not None
    assert extended.attend_by(NOON) == datetime(2026, 6, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("units = 2\n", "", "'Immediate' deploys: it needs units"),
        ("units = 2\n", "units = 0\n", "'Immediate' deploys: it needs units"),
        ("units = 2\n", "units = -2\n", r"grades\[0\]\.units"),
        ("attend_within_min = 60", "attend_within = 60", "unknown field `attend_within`"),
        ("deploys = false", "deploys = false\nunits = 1", "does not deploy: it has no units"),
        ('name = "Priority"', 'name = "Immediate"', "two have the same name"),
        ('version = "national-1"', 'version = "outside"', "stands for what other control rooms report"),
        ("deploys = true\nallocate_within_min = 2\nattend_within_min = 15\nunits = 2", "deploys = false", "must deploy"),
    ],
)
def test_a_grade_set_that_is_not_whole_is_refused_with_file_key_and_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    broken = tmp_path / "grades.toml"
    text = NATIONAL.read_text()
    assert old in text
    broken.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyRefused, match=reason) as refused:
        load(broken)
    assert "grades.toml: policy[0]" in str(refused.value)
