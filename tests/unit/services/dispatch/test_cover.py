import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from chassis.dated import Dated
from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import Release, Status
from contracts.dispatch.tours import CoverGapClosed, CoverGapOpened, StandbyOrdered
from contracts.places import Point
from contracts.refusals import Invalid, Refused
from services.dispatch.application import Areas, Dispatch
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    Command,
    EndAssignment,
    LookAtCover,
    OrderStandby,
    Recommend,
    ReportStatus,
    RequestJob,
)
from services.dispatch.domain.deployment import Area
from services.dispatch.domain.recommendation import Recommendation
from services.dispatch.policy.deployment import load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
NORTH, SOUTH = Area("north", 2, (51.5, -0.2, 51.6, 0.0)), Area("south", 1, (51.4, -0.2, 51.5, 0.0))


Obey = Callable[[Command], Sequence[str]]


@pytest.fixture
def answers() -> list[object]:
    """What each command led to."""
    return []


@pytest.fixture
def obey(transaction: MemoryTransaction, answers: list[object]) -> Obey:
    """Under rules with two areas, the north with a minimum of two units, the south of one."""
    edition = load().editions[0]
    rules = msgspec.structs.replace(edition.rules, areas=(NORTH, SOUTH))
    dispatch = Dispatch(Dated((dataclasses.replace(edition, rules=rules),)))

    def run(command: Command) -> Sequence[str]:
        before = len(transaction.recorded)
        found = dispatch.handle(transaction, command)
        answers.append(found.state)
        return [type(event).__name__ for _, event in transaction.recorded[before:]]

    return run


@pytest.fixture(autouse=True)
def booked_on(obey: Obey) -> None:
    for n in range(2):
        obey(BookOn(f"N{n}", area="north", point=Point(latitude=51.55, longitude=-0.1)))
    for n in range(3):
        obey(BookOn(f"S{n}", area="south", point=Point(latitude=51.49 - n / 100, longitude=-0.1)))
    obey(RequestJob("job-1", "incident-1", 1, "Immediate", NOON, 1))


def test_a_gap_opens_once_and_closes_once(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(Assign("job-1", "unit-N0", "dispatcher 3")) == ["UnitAssigned", "CoverGapOpened", "JobUnitAdded"]
    assert obey(ReportStatus("unit-N1", Status.AT_STATION, "device")) == ["UnitStatusReported"]
    assert obey(ReportStatus("unit-N1", Status.COURT, "device")) == ["UnitStatusReported"]
    assert obey(EndAssignment("job-1", "unit-N0", Release.STOOD_DOWN)) == ["AssignmentEnded", "JobUnitRemoved"]
    assert obey(ReportStatus("unit-N1", Status.ON_PATROL, "device")) == ["UnitStatusReported", "CoverGapClosed"]
    (opened,), (closed,) = transaction.said(CoverGapOpened)[1:], transaction.said(CoverGapClosed)[1:]
    assert (opened.area, opened.available, opened.minimum) == ("north", 1, 2)
    assert (closed.available, closed.minimum) == (2, 2)


def test_whoever_comes_on_duty_first_finds_a_gap_until_the_minimum_is_there(transaction: MemoryTransaction) -> None:
    (opened,), (closed,) = transaction.said(CoverGapOpened), transaction.said(CoverGapClosed)
    assert (opened.area, opened.available, closed.available) == ("north", 1, 2)


def test_units_that_can_be_spared_are_named_the_nearest_first(obey: Obey, answers: list[object]) -> None:
    obey(BookOff("unit-N0"))
    obey(LookAtCover())
    found = answers[-1]
    assert isinstance(found, Areas)
    assert [(one.area, one.available, one.minimum, one.gap) for one in found.areas] == [
        ("north", 1, 2, True),
        ("south", 3, 1, False),
    ]
    assert [(move.callsign, move.leaves) for move in found.moves["north"]] == [("S0", "south"), ("S1", "south"), ("S2", "south")]


def test_a_unit_that_stands_by_counts_there_until_it_is_sent(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOff("unit-N0"))
    order = OrderStandby("unit-S0", "north", "dispatcher 3", "gap in the north")
    assert obey(order) == ["StandbyOrdered", "CoverGapClosed"]
    assert obey(order) == []
    assert transaction.said(StandbyOrdered)[0].reason == "gap in the north"
    assert obey(Assign("job-1", "unit-S0", "dispatcher 3")) == ["UnitAssigned", "CoverGapOpened", "JobUnitAdded"]


def test_who_is_not_free_stands_by_nowhere_and_nobody_somewhere_unknown(obey: Obey) -> None:
    obey(Assign("job-1", "unit-S0", "dispatcher 3"))
    with pytest.raises(Refused) as refused:
        obey(OrderStandby("unit-S0", "north", "dispatcher 3", "gap"))
    assert refused.value.code == "not-free"
    for command in (OrderStandby("unit-S1", "west", "dispatcher 3", "gap"), BookOn("W1", area="west")):
        with pytest.raises(Invalid) as unknown:
            obey(command)
        assert (unknown.value.code, unknown.value.allowed) == ("area-unknown", ("north", "south"))


def test_the_recommendation_says_which_cover_would_drop(obey: Obey, answers: list[object]) -> None:
    obey(Recommend("job-1"))
    found = answers[-1]
    assert isinstance(found, Recommendation)
    below = {one.callsign: one.below_cover for one in found.candidates}
    assert below == {"N0": "north", "N1": "north", "S0": None, "S1": None, "S2": None}
