from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import AssignmentEnded, JobClosed, JobRequested, JobUnitAdded, Release, Status, UnitAssigned
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    EndAssignment,
    Override,
    RegradeJob,
    ReportStatus,
    RequestJob,
)
from services.dispatch.domain.job import Job
from services.dispatch.streams import JOB, UNIT

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A1, B2 = "unit-A1", "unit-B2"

Obey = Callable[[Command], Sequence[str]]


def request(name: str, units: int = 1, outside: bool = False, rank: int = 1, age: int = 0) -> RequestJob:
    return RequestJob(f"job-{name}", f"incident-{name}", units, "Immediate", NOON, rank, NOON - age * MINUTE, outside=outside)


def send(job: str, unit: str, override: Override | None = None, outside: bool = False, at: datetime = NOON) -> Assign:
    return Assign(f"job-{job}", unit, "dispatcher 3", at, ("nearest",), override, outside)


def job(transaction: MemoryTransaction, name: str) -> Job:
    state = transaction.load(JOB, f"job-{name}").state
    assert state is not None
    return state


@pytest.fixture(autouse=True)
def on_duty(obey: Obey) -> None:
    """A1 and B2 are on duty; jobs 1 and 2 want a unit each."""
    for command in (BookOn("A1", at=NOON), BookOn("B2", at=NOON), request("1"), request("2")):
        obey(command)


def test_sending_a_unit_is_recorded_by_the_unit_and_by_the_job(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(send("1", A1)) == ["UnitAssigned", "JobUnitAdded"]
    assert obey(send("1", A1)) == []
    (sent,), (added,) = transaction.said(UnitAssigned), transaction.said(JobUnitAdded)
    assert (sent.assignment, sent.incident, sent.by, sent.reasons) == ("1.1", "incident-1", "dispatcher 3", ("nearest",))
    assert (added.assignment, added.unit) == ("1.1", A1)


def test_a_unit_has_one_live_assignment(obey: Obey) -> None:
    obey(send("1", A1))
    with pytest.raises(Refused) as refused:
        obey(send("2", A1))
    assert (refused.value.code, refused.value.allowed) == ("committed", ("end job-1", "divert from job-1", "another unit"))


def test_nobody_off_duty_is_sent(obey: Obey) -> None:
    obey(BookOff(A1))
    with pytest.raises(Refused) as refused:
        obey(send("1", A1))
    assert (refused.value.code, refused.value.allowed) == ("off-duty", ("book on", "another unit"))


def test_no_more_units_than_asked_unless_a_named_person_says_so(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(send("1", A1))
    with pytest.raises(Refused) as refused:
        obey(send("1", B2))
    assert refused.value.code == "enough-units"
    assert refused.value.allowed == ("override with a name and a reason", "request more units")
    with pytest.raises(Invalid):
        obey(send("1", B2, Override("inspector 9", " ")))
    assert obey(send("1", B2, Override("inspector 9", "crowd growing"))) == ["UnitAssigned", "JobUnitAdded"]
    assert transaction.said(UnitAssigned)[-1].override == "inspector 9: crowd growing"


def test_a_later_request_for_more_stands_in_place_of_the_earlier(obey: Obey) -> None:
    obey(send("1", A1))
    assert obey(request("1", units=2)) == ["JobRequested"]
    assert obey(request("1", units=2)) == []
    assert obey(send("1", B2)) == ["UnitAssigned", "JobUnitAdded"]


def test_only_what_is_held_is_released_and_only_once(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(send("1", A1))
    with pytest.raises(Refused) as refused:
        obey(EndAssignment("job-2", A1, Release.CLEARED))
    assert (refused.value.code, refused.value.allowed) == ("not-held", ("end job-1",))
    assert obey(EndAssignment("job-1", A1, Release.CLEARED)) == [
        "AtSceneInferred",
        "AssignmentEnded",
        "JobUnitArrived",
        "JobUnitRemoved",
    ]
    assert obey(EndAssignment("job-1", A1, Release.CLEARED)) == []
    assert job(transaction, "1").wanting == 1


def test_a_unit_that_comes_back_to_a_job_has_a_new_assignment(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(send("1", A1))
    obey(EndAssignment("job-1", A1, Release.STOOD_DOWN))
    obey(send("1", A1))
    assert [event.assignment for event in transaction.said(UnitAssigned)] == ["1.1", "1.2"]


def test_what_nobody_knows_cannot_be_sent_or_released(obey: Obey) -> None:
    for command in (send("9", A1), send("1", "unit-C3"), EndAssignment("job-9", A1, Release.CLEARED)):
        with pytest.raises(NotFound):
            obey(command)


def test_the_end_of_an_incident_stands_its_units_down(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request("1", units=2))
    obey(send("1", A1))
    obey(send("1", B2))
    close = CloseJob("job-1", "incident closed: arrest", NOON + MINUTE)
    assert sorted(obey(close)) == ["AssignmentEnded", "AssignmentEnded", "JobClosed", "JobUnitRemoved", "JobUnitRemoved"]
    assert obey(close) == []
    assert {event.release for event in transaction.said(AssignmentEnded)} == {Release.STOOD_DOWN}
    assert job(transaction, "1").working == ()
    assert transaction.index("free") == {"2": [A1, B2]}
    with pytest.raises(Refused) as refused:
        obey(send("1", A1))
    assert refused.value.code == "job-closed"


def test_the_end_of_an_incident_without_a_job_is_nothing_to_dispatch(obey: Obey) -> None:
    assert obey(CloseJob("job-9", "closed", NOON)) == []
    assert obey(RegradeJob("job-9", "Priority", NOON, 2)) == []


def test_a_request_after_the_end_asks_for_nothing(obey: Obey) -> None:
    obey(CloseJob("job-1", "closed", NOON))
    assert obey(request("1", units=5)) == []


def test_the_queue_is_ranked_by_grade_then_by_the_age_of_the_report(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request("3", rank=2, age=30))
    obey(request("4", rank=1, age=30))
    obey(RegradeJob("job-2", "Scheduled", NOON, 3))
    obey(send("1", A1))
    queue = [stream for streams in transaction.index("open").values() for stream in streams]
    wanting = [stream for streams in transaction.index("wanting").values() for stream in streams]
    assert queue == ["job-4", "job-1", "job-3", "job-2"]
    assert wanting == ["job-4", "job-3", "job-2"]


def test_an_overlap_that_another_control_room_reports_is_recorded_and_flagged(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request("3", outside=True))
    assert obey(send("1", A1, outside=True)) == ["UnitAssigned", "JobUnitAdded"]
    assert obey(send("3", A1, outside=True, at=NOON + MINUTE)) == ["UnitAssigned", "JobUnitAdded"]
    assert transaction.said(UnitAssigned)[-1].overlaps == ("incident-1",)
    state = transaction.load(UNIT, A1).state
    assert state is not None
    assert [held.job for held in state.held] == ["job-1", "job-3"]
    obey(ReportStatus(A1, Status.AT_SCENE, "sffd", NOON + 2 * MINUTE, "incident-1", outside=True))
    transaction.now = NOON + 10 * MINUTE
    obey(EndAssignment("job-3", A1, Release.CLEARED, NOON + 3 * MINUTE))
    obey(EndAssignment("job-1", A1, Release.CLEARED, NOON + 9 * MINUTE))
    assert [(event.incident, event.reached) for event in transaction.said(AssignmentEnded)] == [
        ("incident-3", False),
        ("incident-1", True),
    ]


def test_a_unit_that_was_never_cleared_does_not_overlap_its_next_dispatch(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(send("1", A1, outside=True))
    obey(EndAssignment("job-1", A1, Release.NEVER_CLEARED, NOON + MINUTE))
    obey(send("2", A1, outside=True, at=NOON + MINUTE))
    assert transaction.said(UnitAssigned)[-1].overlaps == ()


def test_another_control_room_may_speak_of_units_and_jobs_nobody_told_us_of(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(send("9", "unit-E39", outside=True)) == ["UnitBookedOn", "UnitAssigned", "JobRequested", "JobUnitAdded"]
    assert obey(send("9", "unit-E40", outside=True)) == ["UnitBookedOn", "UnitAssigned", "JobUnitAdded"]
    assert obey(request("9", units=4, outside=True)) == ["JobRequested"]
    assert transaction.said(JobRequested)[-1].units == 4
    assert len(job(transaction, "9").working) == 2


def test_another_control_rooms_units_are_not_ours_to_stand_down(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request("3", outside=True))
    obey(send("3", A1, outside=True))
    assert obey(CloseJob("job-3", "closed", NOON + MINUTE)) == ["JobClosed"]
    assert obey(send("3", B2, outside=True, at=NOON + MINUTE)) == ["UnitAssigned", "JobUnitAdded"]
    assert obey(EndAssignment("job-3", A1, Release.CLEARED, NOON + 2 * MINUTE)) == ["AssignmentEnded", "JobUnitRemoved"]
    assert len(transaction.said(JobClosed)) == 1
