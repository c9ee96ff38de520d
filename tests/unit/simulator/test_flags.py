"""What carries a flag is listed once with every flag it has; what carries none is not listed, and nothing is dropped."""

from datetime import UTC, datetime, timedelta

from contracts.dispatch.deployment import AssignmentEnded, Release, UnitAssigned
from contracts.envelope import Event
from contracts.incident.incidents import IncidentRegraded
from simulator.flags import Fact, Flag, flagged

NOON = datetime(2017, 1, 3, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def facts(*events: Event) -> list[Fact]:
    return [(type(event), event) for event in events]


def assigned(unit: str, incident: str, overlaps: tuple[str, ...] = ()) -> UnitAssigned:
    return UnitAssigned(
        at=at(0), unit=unit, assignment=f"{unit}-{incident}", incident=incident, job="j", by="b", overlaps=overlaps
    )


def ended(unit: str, incident: str, *, reached: bool) -> AssignmentEnded:
    return AssignmentEnded(
        at=at(9), unit=unit, assignment=f"{unit}-{incident}", incident=incident, job="j", release=Release.CLEARED, reached=reached
    )


def regraded(incident: str) -> IncidentRegraded:
    return IncidentRegraded(at=at(5), incident=incident, previous="3", grade="2", policy="p", by="b", rationale="r")


def test_each_flag_and_all_at_once() -> None:
    dispatch = [
        *(assigned("e1", "plain"), ended("e1", "plain", reached=True)),
        *(assigned("e2", "fire"), assigned("e2", "crash", ("fire",))),
        *(ended("e2", "fire", reached=False), ended("e2", "crash", reached=False)),
        assigned("e3", "still-there", ("fire",)),
    ]
    found = {
        (one.unit, one.incident): one.flags for one in flagged(facts(regraded("crash"), regraded("unsent")), facts(*dispatch))
    }
    assert found == {
        ("e2", "fire"): (Flag.NEVER_ON_SCENE,),
        ("e2", "crash"): (Flag.OVERLAP, Flag.NEVER_ON_SCENE, Flag.REGRADED),
        ("e3", "still-there"): (Flag.OVERLAP,),
        (None, "unsent"): (Flag.REGRADED,),
    }


def test_a_listed_regrade_says_from_what_to_what() -> None:
    [one] = flagged(facts(regraded("i"), regraded("i")), facts(assigned("e", "i"), ended("e", "i", reached=True)))
    assert one.regrades == ("3 to 2", "3 to 2")
