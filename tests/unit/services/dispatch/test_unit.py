from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import AssignmentEnded, Release, Status, UnitStatusReported
from contracts.places import Point
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import Assign, BookOff, BookOn, Command, EndAssignment, ReportStatus, RequestJob
from services.dispatch.domain.unit import Unit
from services.dispatch.streams import UNIT

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
A1 = "unit-A1"

Obey = Callable[[Command], Sequence[str]]


def job(name: str) -> RequestJob:
    return RequestJob(f"job-{name}", f"incident-{name}", 1, "Immediate", NOON, 1)


def said(status: Status, at: datetime, incident: str | None = None) -> ReportStatus:
    return ReportStatus(A1, status, "device", at, incident)


def unit(transaction: MemoryTransaction) -> Unit:
    state = transaction.load(UNIT, A1).state
    assert state is not None
    return state


@pytest.fixture
def assigned(obey: Obey) -> None:
    """A1 is on duty and sent to incident 1 at noon."""
    obey(BookOn("A1", at=NOON - 60 * SECOND))
    obey(job("1"))
    obey(Assign("job-1", A1, "dispatcher 3", NOON))


def test_a_callsign_is_one_unit_however_it_is_spelt() -> None:
    assert {unit_of(callsign) for callsign in ("KM 204", "km-204", "KM/204", "unit-KM-204")} == {"unit-KM-204"}


@pytest.mark.parametrize("callsign", ["", "é1", "x" * 41, "\n1", "-"])
def test_what_cannot_be_said_on_the_radio_is_no_callsign(callsign: str) -> None:
    with pytest.raises(Invalid):
        unit_of(callsign)


def test_booking_on_twice_is_booking_on_once(obey: Obey) -> None:
    assert obey(BookOn("A1", ("taser",))) == ["UnitBookedOn"]
    assert obey(BookOn("A1", ("taser",))) == []
    with pytest.raises(Refused) as refused:
        obey(BookOn("A1", ("dog",)))
    assert (refused.value.code, refused.value.allowed) == ("on-duty-already", ("status", "off"))


def test_a_new_tour_of_duty_begins_with_what_was_booked_on(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", ("taser",), 2, Point(latitude=51, longitude=0)))
    assert obey(BookOff(A1)) == ["UnitBookedOff"]
    assert obey(BookOff(A1)) == []
    obey(BookOn("A1", ("dog",), 1))
    state = unit(transaction)
    assert (state.skills, state.crew, state.latitude, state.status) == (("dog",), 1, None, Status.ON_DUTY)


def test_a_unit_nobody_knows_is_not_found(obey: Obey) -> None:
    with pytest.raises(NotFound):
        obey(said(Status.ON_PATROL, NOON))
    with pytest.raises(NotFound):
        obey(BookOff(A1))


def test_an_older_device_time_is_recorded_and_never_overrides_a_newer_one(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", at=NOON))
    obey(said(Status.AT_STATION, NOON + 9 * SECOND))
    assert obey(said(Status.ON_PATROL, NOON + 5 * SECOND)) == ["UnitStatusReported"]
    assert (unit(transaction).status, unit(transaction).status_at) == (Status.AT_STATION, NOON + 9 * SECOND)


def test_a_repeated_report_is_one_report_even_after_others(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", at=NOON))
    obey(said(Status.ON_PATROL, NOON))
    obey(said(Status.AT_STATION, NOON))
    assert obey(said(Status.ON_PATROL, NOON)) == []
    assert obey(said(Status.AT_STATION, NOON)) == []
    assert len(transaction.said(UnitStatusReported)) == 2


def test_what_is_remembered_of_reports_is_bounded(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", at=NOON))
    for n in range(50):
        obey(said(Status.ON_PATROL, NOON + n * SECOND))
    assert len(unit(transaction).heard) == 8


@pytest.mark.usefixtures("assigned")
def test_a_report_without_an_incident_belongs_to_the_assignment(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(said(Status.EN_ROUTE, NOON + SECOND))
    obey(said(Status.REFRESHMENTS, NOON + 2 * SECOND))
    route, meal = transaction.said(UnitStatusReported)
    assert (route.incident, meal.incident) == ("incident-1", None)


@pytest.mark.usefixtures("assigned")
@pytest.mark.parametrize("device_time", [NOON, NOON + 5 * SECOND, NOON - SECOND])
def test_at_scene_makes_the_assignment_reached_in_whatever_order_it_comes(
    obey: Obey, transaction: MemoryTransaction, device_time: datetime
) -> None:
    obey(said(Status.EN_ROUTE, NOON + 9 * SECOND))
    obey(said(Status.AT_SCENE, device_time))
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 20 * SECOND))
    (ended,) = transaction.said(AssignmentEnded)
    assert ended.reached
    assert transaction.said(UnitStatusReported)[-1].incident == "incident-1"


@pytest.mark.usefixtures("assigned")
def test_en_route_alone_reaches_nothing(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(said(Status.EN_ROUTE, NOON + SECOND))
    obey(EndAssignment("job-1", A1, Release.STOOD_DOWN, NOON + 20 * SECOND))
    (ended,) = transaction.said(AssignmentEnded)
    assert not ended.reached


@pytest.mark.usefixtures("assigned")
def test_a_late_at_scene_belongs_to_the_incident_the_unit_was_on_then(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 10 * SECOND))
    obey(job("2"))
    obey(Assign("job-2", A1, "dispatcher 3", NOON + 20 * SECOND))
    obey(said(Status.AT_SCENE, NOON + 5 * SECOND))
    assert transaction.said(UnitStatusReported)[-1].incident == "incident-1"
    assert not unit(transaction).held[0].reached


@pytest.mark.usefixtures("assigned")
def test_a_released_unit_is_free_again_unless_it_is_at_its_meal(obey: Obey, transaction: MemoryTransaction) -> None:
    assert transaction.index("free") == {}
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 10 * SECOND))
    assert transaction.index("free") == {"2": [A1]}
    obey(job("2"))
    obey(Assign("job-2", A1, "dispatcher 3", NOON + 20 * SECOND))
    obey(said(Status.REFRESHMENTS, NOON + 25 * SECOND))
    obey(EndAssignment("job-2", A1, Release.CLEARED, NOON + 30 * SECOND))
    assert transaction.index("free") == {"4": [A1]}


@pytest.mark.usefixtures("assigned")
def test_nobody_goes_off_duty_with_a_live_assignment(obey: Obey) -> None:
    for command in (BookOff(A1), said(Status.OFF_DUTY, NOON + SECOND)):
        with pytest.raises(Refused) as refused:
            obey(command)
        assert (refused.value.code, refused.value.allowed) == ("assigned", ("end job-1",))


@pytest.mark.usefixtures("assigned")
def test_another_control_rooms_unit_goes_off_duty_when_it_says_so(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(BookOff(A1, NOON + SECOND, outside=True)) == ["UnitBookedOff"]
    assert [held.job for held in unit(transaction).held] == ["job-1"]


def test_off_duty_a_unit_is_heard_for_its_tour_and_for_the_emergency_button(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", at=NOON))
    obey(BookOff(A1, NOON + 9 * SECOND))
    assert obey(said(Status.AT_SCENE, NOON + 5 * SECOND, "incident-9")) == ["UnitStatusReported"]
    assert obey(said(Status.EMERGENCY_BUTTON, NOON + 60 * SECOND)) == ["UnitStatusReported", "EmergencyPressed"]
    with pytest.raises(Refused) as refused:
        obey(said(Status.ON_PATROL, NOON + 61 * SECOND))
    assert (refused.value.code, refused.value.allowed) == ("off-duty", ("book on",))
    assert transaction.index("on_duty") == {}


def test_a_status_of_another_control_rooms_unit_books_it_on(obey: Obey, transaction: MemoryTransaction) -> None:
    command = ReportStatus("unit-E39", Status.AT_SCENE, "sffd", NOON, "incident-1", outside=True)
    assert obey(command) == ["UnitBookedOn", "UnitStatusReported"]
    assert obey(command) == []
    assert transaction.index("on_duty") == {"E39": ["unit-E39"]}


def test_another_control_rooms_unit_that_goes_off_duty_was_on_duty(obey: Obey) -> None:
    command = ReportStatus("unit-E39", Status.OFF_DUTY, "sffd", NOON, outside=True)
    assert obey(command) == ["UnitBookedOn", "UnitBookedOff"]
    assert obey(command) == []
