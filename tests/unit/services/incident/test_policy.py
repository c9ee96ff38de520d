from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.dated import Dated
from chassis.errors import PolicyRefused
from chassis.testing.memory import MemoryTransaction
from contracts.incident.incidents import Origin
from contracts.refusals import Invalid
from services.incident.application import Incidents
from services.incident.cases.room import Room
from services.incident.domain.commands import Grade, OpenIncident, Regrade, RequestResources
from services.incident.domain.standard import Grades
from services.incident.policy import codes, room
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


def _example(name: str) -> Dated[Grades]:
    return load(NATIONAL.parent / "examples" / f"{name}.toml")


@pytest.mark.parametrize(
    ("force", "grade", "attend"),
    [
        ("met", "S", 60),
        ("gmp", "Grade 1", 15),
        ("gmp", "Grade 2", 60),
        ("cleveland", "Scheduled", 480),
        ("dorset", "Prompt", 240),
    ],
)
def test_published_targets_of_forces(force: str, grade: str, attend: int) -> None:
    standard = _example(force).at(NOON).standard(grade)
    assert standard is not None
    assert standard.attend_within_min == attend


def test_dorset_had_three_grades_until_local_midnight_of_20_october_2020_and_five_after() -> None:
    dorset, midnight = _example("dorset"), datetime(2020, 10, 19, 23, tzinfo=UTC)
    assert len(dorset.at(midnight - timedelta(seconds=1)).names()) == 3
    assert len(dorset.at(midnight).names()) == 5


def test_the_country_has_its_own_target_and_a_policy_may_count_from_the_opening(tmp_path: Path) -> None:
    own = tmp_path / "incident.toml"
    own.write_text(NATIONAL.read_text().replace('version = "national-1"', 'version = "own-1"\nclock_start = "opening"', 1))
    town = load().at(NOON).standard("Immediate")
    opening = load(own).at(NOON).standard("Immediate")
    assert town is not None and opening is not None
    earlier = NOON - timedelta(minutes=10)
    assert town.promise(earlier, NOON).attend_by == NOON + timedelta(minutes=5)
    assert town.promise(earlier, NOON, rural=True).attend_by == NOON + timedelta(minutes=10)
    assert opening.promise(earlier, NOON).attend_by == NOON + timedelta(minutes=15)


def test_a_change_of_policy_in_mid_incident_keeps_the_promise_made() -> None:
    before = datetime(2020, 10, 19, 22, 30, tzinfo=UTC)
    incidents = Incidents(Room("dorset", _example("dorset"), room.load(), codes.load(), lambda kind, value: value))
    transaction = MemoryTransaction(before)
    incidents.handle(transaction, OpenIncident("incident-1", Origin.CALL, "call-1", "burglary"))
    promised = incidents.handle(transaction, Grade("incident-1", "Routine", "handler 7")).state
    transaction.now = before + timedelta(hours=1)
    incidents.handle(transaction, RequestResources("incident-1"))
    after = incidents.handle(transaction, Grade("incident-1", "Routine", "handler 8")).state
    assert (after.attend_by, after.policy) == (promised.attend_by, "dorset-3")
    assert after.attend_by == before + timedelta(minutes=2880)
    raised = incidents.handle(transaction, Regrade("incident-1", "Prompt", "sergeant 4", "it is going on")).state
    assert (raised.policy, raised.attend_by) == ("dorset-5", before + timedelta(minutes=240))
    with pytest.raises(Invalid) as refused:
        incidents.handle(transaction, Regrade("incident-1", "Routine", "sergeant 4", "it is over"))
    assert refused.value.allowed[2] == "Prompt"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('shift_changes = ["07:00"', 'shift_changes = ["7 o clock"', "zone and shift_changes"),
        ('zone = "Europe/London"', 'zone = "Europe/Londn"', "zone and shift_changes"),
        ("silence_min = 30\n", "", "missing required field `silence_min`"),
        ("none_known = 1\n", "", "weights: one for each"),
    ],
)
def test_rules_of_a_room_that_are_not_whole_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = room.DEFAULT.read_text()
    assert old in text
    own = tmp_path / "incident-room.toml"
    own.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyRefused, match=reason):
        room.load(own)
