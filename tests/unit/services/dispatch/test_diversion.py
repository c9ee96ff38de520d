from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import AssignmentEnded, Release, Status, UnitAssigned
from contracts.dispatch.waiting import JobReturned
from contracts.refusals import Invalid, Refused
from services.dispatch.domain.commands import Assign, BookOn, Command, Divert, EndAssignment, Override, ReportStatus, RequestJob
from services.dispatch.domain.job import Job
from services.dispatch.streams import JOB

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A1 = "unit-A1"

Obey = Callable[[Command], Sequence[str]]


def request(name: str, rank: int, minute: int, units: int = 1) -> RequestJob:
    at = NOON + minute * MINUTE
    return RequestJob(f"job-{name}", f"incident-{name}", units, f"grade {rank}", at, rank, at, attend_by=at + 60 * MINUTE)


def divert(to: str, override: Override | None = None) -> Divert:
    return Divert(f"job-{to}", A1, "dispatcher 4", "knife seen", override)


def job(transaction: MemoryTransaction, name: str) -> Job:
    state = transaction.load(JOB, f"job-{name}").state
    assert state is not None
    return state


@pytest.fixture(autouse=True)
def on_the_first(obey: Obey, transaction: MemoryTransaction) -> None:
    """Four jobs of rank 2, the oldest first, one of rank 1; A1 is on the second since ten past twelve."""
    for minute, name in enumerate(("old", "first", "third", "fourth")):
        obey(request(name, 2, minute))
    obey(request("urgent", 1, 5))
    obey(BookOn("A1"))
    transaction.now = NOON + 10 * MINUTE
    obey(Assign("job-first", A1, "dispatcher 3"))


def test_the_first_job_is_back_at_the_head_of_its_queue_with_its_own_clock_and_its_owner_is_told(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    said = obey(divert("urgent"))
    assert said == ["AssignmentEnded", "UnitAssigned", "JobUnitRemoved", "JobReturned", "JobUnitAdded"]
    (returned,) = transaction.said(JobReturned)
    assert (returned.job, returned.unit, returned.to) == ("job-first", A1, "job-urgent")
    assert (returned.owner, returned.by, returned.reason) == ("dispatcher 3", "dispatcher 4", "knife seen")
    assert (returned.reported_at, returned.attend_by) == (NOON + MINUTE, NOON + 61 * MINUTE)
    assert transaction.said(AssignmentEnded)[0].release is Release.DIVERTED
    queue = [stream for streams in transaction.index("wanting").values() for stream in streams]
    assert queue == ["job-first", "job-old", "job-third", "job-fourth"]
    assert list(transaction.index("returned").values()) == [["job-first"]]
    assert job(transaction, "first").reported_at == NOON + MINUTE


def test_a_returned_job_that_gets_a_unit_is_in_its_old_place_again(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(divert("urgent"))
    obey(BookOn("B2"))
    obey(Assign("job-first", "unit-B2", "dispatcher 3"))
    assert not job(transaction, "first").returned
    open_jobs = [stream for streams in transaction.index("open").values() for stream in streams]
    assert open_jobs == ["job-urgent", "job-old", "job-first", "job-third", "job-fourth"]


def test_nobody_works_for_the_first_and_that_is_said_in_time(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(divert("urgent"))
    assert ("job-first", "unresourced", NOON + 50 * MINUTE) in transaction.timers()


def test_a_job_that_still_has_all_its_units_is_not_returned(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("B2"))
    obey(Assign("job-first", "unit-B2", "dispatcher 3", override=Override("inspector 9", "two of them")))
    assert "JobReturned" not in obey(divert("urgent"))
    assert not job(transaction, "first").returned


def test_a_diverted_unit_holds_one_job(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(divert("urgent"))
    assert transaction.said(UnitAssigned)[-1].overlaps == ()
    assert transaction.said(UnitAssigned)[-1].reasons == ("diverted from incident-first",)
    assert obey(divert("urgent")) == []


def test_a_unit_leaves_for_what_is_as_urgent_only_if_it_is_deployable_or_a_named_person_says_so(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    with pytest.raises(Refused) as refused:
        obey(divert("third"))
    assert refused.value.code == "not-preemptible"
    assert refused.value.allowed == ("status 7", "another unit", "override with a name and a reason")
    obey(ReportStatus(A1, Status.COMMITTED_DEPLOYABLE, "device", transaction.now))
    assert "UnitAssigned" in obey(divert("third"))
    assert "UnitAssigned" in obey(divert("fourth", Override("inspector 9", "weapon")))


def test_a_unit_on_no_job_is_sent_and_not_diverted(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(EndAssignment("job-first", A1, Release.STOOD_DOWN))
    before = len(transaction.recorded)
    with pytest.raises(Refused) as refused:
        obey(divert("urgent"))
    assert (refused.value.code, refused.value.allowed, len(transaction.recorded)) == ("not-committed", ("assign",), before)


def test_nobody_is_released_as_diverted_without_the_job_going_back_to_the_head(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    before = len(transaction.recorded)
    with pytest.raises(Invalid) as refused:
        obey(EndAssignment("job-first", A1, Release.DIVERTED))
    assert (refused.value.code, refused.value.allowed) == ("divert-instead", ("divert", "cleared", "stood_down", "never_cleared"))
    assert len(transaction.recorded) == before


def test_a_unit_that_holds_several_by_another_rooms_report_is_released_before_it_is_diverted(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    """I5: inside, nothing ever overlaps unflagged."""
    obey(Assign("job-9", A1, "sffd", transaction.now, outside=True))
    with pytest.raises(Refused) as refused:
        obey(divert("urgent"))
    assert (refused.value.code, refused.value.allowed) == ("committed-twice", ("end job-first", "end job-9"))


def test_a_diversion_that_cannot_be_leaves_the_unit_where_it_is(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("B2"))
    obey(Assign("job-urgent", "unit-B2", "dispatcher 3"))
    before = len(transaction.recorded)
    with pytest.raises(Refused) as refused:
        obey(divert("urgent"))
    assert (refused.value.code, len(transaction.recorded)) == ("enough-units", before)
