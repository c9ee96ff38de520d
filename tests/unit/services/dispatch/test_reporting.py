from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import (
    AtSceneInferred,
    EmergencyPressed,
    JobUnitArrived,
    MessageCode,
    Release,
    Status,
    UnitMessageSent,
    UnitStatusReported,
)
from contracts.places import Point
from contracts.refusals import Invalid, Refused
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    EndAssignment,
    ReportStatus,
    RequestJob,
    SendMessage,
)
from services.dispatch.domain.job import Job
from services.dispatch.domain.unit import Unit
from services.dispatch.streams import JOB, UNIT

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
A1 = "unit-A1"

Obey = Callable[[Command], Sequence[str]]


def said(status: Status, at: datetime | None = None, incident: str | None = None, source: str = "device") -> ReportStatus:
    return ReportStatus(A1, status, source, at, incident)


def unit(transaction: MemoryTransaction) -> Unit:
    state = transaction.load(UNIT, A1).state
    assert state is not None
    return state


def job(transaction: MemoryTransaction) -> Job:
    state = transaction.load(JOB, "job-1").state
    assert state is not None
    return state


@pytest.fixture
def assigned(obey: Obey, transaction: MemoryTransaction) -> None:
    """A1 came on duty at eleven, was sent to incident 1 at noon; it is ten past twelve."""
    obey(BookOn("A1", at=NOON - 60 * MINUTE))
    obey(RequestJob("job-1", "incident-1", 1, "Immediate", NOON - MINUTE, 1))
    obey(Assign("job-1", A1, "dispatcher 3", NOON))
    transaction.now = NOON + 10 * MINUTE


@pytest.mark.usefixtures("assigned")
def test_the_job_knows_when_each_unit_was_there_by_the_earliest_word(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(said(Status.AT_SCENE, NOON + 5 * MINUTE)) == ["UnitStatusReported", "JobUnitArrived"]
    assert obey(said(Status.AT_SCENE, NOON + 6 * MINUTE)) == ["UnitStatusReported"]
    assert obey(said(Status.AT_SCENE, NOON + 4 * MINUTE)) == ["UnitStatusReported", "JobUnitArrived"]
    (leg,) = job(transaction).legs
    assert (leg.sent_at, leg.arrived_at, leg.inferred_at) == (NOON, NOON + 4 * MINUTE, None)


@pytest.mark.usefixtures("assigned")
def test_a_missing_at_scene_is_inferred_when_the_job_is_cleared_and_marked_as_such(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(said(Status.EN_ROUTE, NOON + MINUTE))
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 9 * MINUTE))
    (inferred,), (arrived,) = transaction.said(AtSceneInferred), transaction.said(JobUnitArrived)
    assert (inferred.at, inferred.basis, inferred.assignment) == (NOON + 9 * MINUTE, "cleared", "1.1")
    assert (arrived.inferred, arrived.basis) == (True, "cleared")


@pytest.mark.usefixtures("assigned")
def test_committed_after_en_route_means_that_it_arrived_in_between(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(said(Status.COMMITTED, NOON + MINUTE))
    assert transaction.said(AtSceneInferred) == []
    obey(said(Status.EN_ROUTE, NOON + 2 * MINUTE))
    obey(said(Status.COMMITTED_DEPLOYABLE, NOON + 7 * MINUTE))
    obey(said(Status.COMMITTED, NOON + 8 * MINUTE))
    obey(EndAssignment("job-1", A1, Release.CLEARED))
    (inferred,) = transaction.said(AtSceneInferred)
    assert (inferred.at, inferred.basis) == (NOON + 7 * MINUTE, "status 7 after en route")


@pytest.mark.usefixtures("assigned")
def test_what_is_said_later_stands_beside_the_inference_and_overwrites_nothing(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 9 * MINUTE))
    obey(said(Status.AT_SCENE, NOON + 3 * MINUTE))
    (leg,) = job(transaction).legs
    assert (leg.arrived_at, leg.inferred_at, leg.there_at()) == (NOON + 3 * MINUTE, NOON + 9 * MINUTE, NOON + 3 * MINUTE)


@pytest.mark.usefixtures("assigned")
@pytest.mark.parametrize("release", [Release.STOOD_DOWN, Release.NEVER_CLEARED])
def test_who_was_not_there_is_not_inferred_to_have_been(obey: Obey, transaction: MemoryTransaction, release: Release) -> None:
    obey(said(Status.EN_ROUTE, NOON + MINUTE))
    obey(EndAssignment("job-1", A1, release))
    assert transaction.said(AtSceneInferred) == []


@pytest.mark.usefixtures("assigned")
def test_who_said_so_is_not_inferred(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(said(Status.EN_ROUTE, NOON + MINUTE))
    obey(said(Status.AT_SCENE, NOON + 2 * MINUTE))
    obey(said(Status.COMMITTED, NOON + 3 * MINUTE))
    obey(EndAssignment("job-1", A1, Release.CLEARED))
    assert transaction.said(AtSceneInferred) == []


def test_another_control_rooms_clearing_infers_nothing(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(Assign("job-9", "unit-E39", "sffd", NOON, outside=True))
    obey(EndAssignment("job-9", "unit-E39", Release.CLEARED))
    assert transaction.said(AtSceneInferred) == []


@pytest.mark.usefixtures("assigned")
def test_two_statuses_of_one_time_contradict_each_other_and_both_are_kept(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(said(Status.EN_ROUTE, NOON + MINUTE))
    obey(said(Status.AT_STATION, NOON + MINUTE, source="controller"))
    first, second = transaction.said(UnitStatusReported)
    assert (first.contradicts, second.contradicts) == (None, "status 5 of the same time")
    assert unit(transaction).status is Status.AT_STATION


@pytest.mark.usefixtures("assigned")
def test_at_scene_of_an_incident_it_was_not_sent_to_is_kept_and_said_to_contradict(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(said(Status.AT_SCENE, NOON + MINUTE, "incident-7"))
    assert transaction.said(UnitStatusReported)[0].contradicts == "the unit was not sent to that incident"


@pytest.mark.usefixtures("assigned")
def test_at_scene_just_after_the_release_is_kept_and_later_it_cannot_follow(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(EndAssignment("job-1", A1, Release.STOOD_DOWN))
    transaction.now += MINUTE
    obey(said(Status.AT_SCENE))
    assert transaction.said(UnitStatusReported)[0].contradicts == "released from incident-1 before"
    transaction.now += 60 * MINUTE
    with pytest.raises(Refused) as refused:
        obey(said(Status.AT_SCENE))
    assert refused.value.code == "status-cannot-follow"
    assert {"name the incident", "status 2"} <= set(refused.value.allowed)
    assert "status 6" not in refused.value.allowed


def test_en_route_to_nothing_cannot_follow_and_leaves_nothing(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1"))
    for status in (Status.EN_ROUTE, Status.AT_SCENE):
        with pytest.raises(Refused):
            obey(said(status))
    assert transaction.said(UnitStatusReported) == []


@pytest.mark.usefixtures("assigned")
@pytest.mark.parametrize(
    ("at", "code"),
    [(NOON + 13 * MINUTE, "time-in-the-future"), (NOON - 61 * MINUTE, "before-the-tour")],
)
def test_a_time_from_the_future_or_before_the_tour_is_refused_with_what_is_allowed(
    obey: Obey, transaction: MemoryTransaction, at: datetime, code: str
) -> None:
    before = len(transaction.recorded)
    for command in (said(Status.ON_PATROL, at), SendMessage(A1, MessageCode.MESSAGE_12, "device", at)):
        with pytest.raises(Invalid) as refused:
            obey(command)
        assert (refused.value.code, refused.value.allowed[0][:6]) == (code, "a time")
    assert len(transaction.recorded) == before


@pytest.mark.usefixtures("assigned")
def test_a_device_may_be_a_little_ahead(obey: Obey) -> None:
    assert obey(said(Status.EN_ROUTE, NOON + 12 * MINUTE)) == ["UnitStatusReported"]


@pytest.mark.usefixtures("assigned")
def test_a_release_before_the_assignment_or_in_the_future_is_refused(obey: Obey, transaction: MemoryTransaction) -> None:
    for at, code in ((NOON - SECOND, "before-the-assignment"), (NOON + 60 * MINUTE, "time-in-the-future")):
        with pytest.raises(Invalid) as refused:
            obey(EndAssignment("job-1", A1, Release.CLEARED, at))
        assert refused.value.code == code
    assert unit(transaction).held


@pytest.mark.usefixtures("assigned")
def test_an_incident_that_was_over_before_the_unit_was_sent_stands_it_down_all_the_same(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    assert obey(CloseJob("job-1", "incident closed", NOON - 5 * MINUTE)) == ["AssignmentEnded", "JobUnitRemoved", "JobClosed"]


def test_a_message_is_recorded_with_its_one_meaning_and_changes_no_status(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1"))
    assert obey(SendMessage(A1, MessageCode.MESSAGE_13, "device", NOON)) == ["UnitMessageSent"]
    assert obey(SendMessage(A1, MessageCode.MESSAGE_13, "device", NOON)) == []
    (message,) = transaction.said(UnitMessageSent)
    assert (message.code, message.meaning, message.policy) == (13, "message 13", "default-1")
    assert unit(transaction).status is Status.ON_DUTY


@pytest.mark.usefixtures("assigned")
def test_the_emergency_button_says_who_where_and_on_which_incident(obey: Obey, transaction: MemoryTransaction) -> None:
    point = Point(latitude=51.5, longitude=-0.1)
    assert obey(ReportStatus(A1, Status.EMERGENCY_BUTTON, "device", NOON + MINUTE, point=point)) == [
        "UnitStatusReported",
        "EmergencyPressed",
    ]
    (pressed,) = transaction.said(EmergencyPressed)
    assert (pressed.unit, pressed.press, pressed.point, pressed.incident) == (A1, "unit-A1.1", point, "incident-1")


@pytest.mark.usefixtures("assigned")
def test_a_button_that_repeats_itself_is_one_press_and_another_emergency_is_another(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    for second in (1, 1, 2, 3):
        obey(said(Status.EMERGENCY_BUTTON, NOON + second * SECOND))
    obey(said(Status.ON_PATROL, NOON + MINUTE))
    obey(said(Status.EMERGENCY_BUTTON, NOON + 2 * MINUTE))
    assert [event.press for event in transaction.said(EmergencyPressed)] == ["unit-A1.1"] * 3 + ["unit-A1.2"]


def test_the_emergency_button_is_never_refused(obey: Obey, transaction: MemoryTransaction) -> None:
    """Not for a unit nobody knows, not off duty, not with a clock that is wrong."""
    assert obey(said(Status.EMERGENCY_BUTTON)) == ["EmergencyPressed"]
    assert obey(said(Status.EMERGENCY_BUTTON)) == []
    obey(BookOn("A1"))
    obey(BookOff(A1))
    transaction.now += MINUTE
    assert "EmergencyPressed" in obey(said(Status.EMERGENCY_BUTTON, NOON + 600 * MINUTE))
    assert transaction.said(EmergencyPressed)[-1].at == transaction.now
