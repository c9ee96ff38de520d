from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.host import Timer
from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import Release
from contracts.dispatch.waiting import JobDelayed, JobUnresourced, JobUnresourcedAcknowledged
from contracts.refusals import Invalid, Refused
from services.dispatch.domain.commands import (
    AcknowledgeAlarm,
    Assign,
    BookOn,
    CloseJob,
    Command,
    DelayJob,
    EndAssignment,
    RegradeJob,
    ReopenJob,
    RequestJob,
)
from services.dispatch.domain.job import Job
from services.dispatch.streams import JOB
from services.dispatch.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Obey = Callable[[Command], Sequence[str]]


def request(rank: int = 2, units: int = 1, at: datetime = NOON, outside: bool = False) -> RequestJob:
    return RequestJob("job-1", "incident-1", units, f"grade {rank}", at, rank, at, outside=outside)


def job(transaction: MemoryTransaction) -> Job:
    state = transaction.load(JOB, "job-1").state
    assert state is not None
    return state


def fire(obey: Obey, transaction: MemoryTransaction) -> Sequence[str]:
    (timer,) = transaction.timers()
    transaction.now = timer.due
    said = obey(on_timer(timer))
    assert timer not in transaction.timers(), "fired and still owed"
    return said


def test_nobody_is_sent_and_it_climbs_to_the_top_of_the_ladder_and_stands_there(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(request())
    for _ in range(3):
        assert fire(obey, transaction) == ["JobUnresourced"]
    said = transaction.said(JobUnresourced)
    assert [(event.level, event.role, event.at - NOON) for event in said] == [
        (1, "sergeant", 40 * MINUTE),
        (2, "supervisor", 60 * MINUTE),
        (3, "duty inspector", 120 * MINUTE),
    ]
    assert transaction.timers() == []
    assert list(transaction.index("unresourced").values()) == [["job-1"]]
    assert said[-1].reported_at == NOON


def test_acknowledged_is_not_acted_upon_and_the_alarm_comes_back(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request())
    with pytest.raises(Refused) as refused:
        obey(AcknowledgeAlarm("job-1", "sergeant 5"))
    assert refused.value.code == "no-alarm"
    fire(obey, transaction)
    assert obey(AcknowledgeAlarm("job-1", "sergeant 5")) == ["JobUnresourcedAcknowledged"]
    assert obey(AcknowledgeAlarm("job-1", "sergeant 5")) == []
    assert transaction.said(JobUnresourcedAcknowledged)[0].next_at == NOON + 80 * MINUTE
    fire(obey, transaction)
    fire(obey, transaction)
    assert [event.level for event in transaction.said(JobUnresourced)] == [1, 1, 2]


def test_whoever_is_sent_ends_the_alarm_and_when_the_last_one_leaves_it_begins_again(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(request(1, units=2))
    fire(obey, transaction)
    obey(BookOn("A1"))
    obey(Assign("job-1", "unit-A1", "dispatcher 3"))
    assert (transaction.timers(), transaction.index("unresourced")) == ([], {})
    transaction.now += 30 * MINUTE
    obey(EndAssignment("job-1", "unit-A1", Release.STOOD_DOWN))
    assert transaction.timers() == [Timer("job-1", "unresourced", transaction.now + timedelta(seconds=120))]


def test_a_higher_grade_brings_the_alarm_forward_and_a_lower_one_never_puts_it_off(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(request(2))
    transaction.now += MINUTE
    obey(RegradeJob("job-1", "grade 1", NOON + MINUTE, 1))
    assert transaction.timers()[0].due == NOON + 3 * MINUTE
    obey(RegradeJob("job-1", "grade 3", NOON + 2 * MINUTE, 3))
    assert transaction.timers()[0].due == NOON + 3 * MINUTE


def test_asking_again_does_not_put_the_alarm_off(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request(2))
    obey(request(2, units=2, at=NOON + 30 * MINUTE))
    assert transaction.timers()[0].due == NOON + 40 * MINUTE


def test_a_later_request_never_makes_the_report_younger(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request())
    obey(request(units=2, at=NOON + 30 * MINUTE))
    assert job(transaction).reported_at == NOON


def test_another_control_rooms_job_raises_no_alarm_here(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request(1, outside=True))
    assert transaction.timers() == []


def test_a_delay_has_a_code_of_the_list_and_stops_no_clock(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request())
    assert obey(DelayJob("job-1", "risk-first", "dispatcher 3")) == ["JobDelayed"]
    assert obey(DelayJob("job-1", "risk-first", "dispatcher 3")) == []
    (delayed,) = transaction.said(JobDelayed)
    assert (delayed.meaning, delayed.policy) == ("a unit is free and waits until the risk to it is understood", "default-1")
    assert transaction.timers()[0].due == NOON + 40 * MINUTE
    with pytest.raises(Invalid) as refused:
        obey(DelayJob("job-1", "busy", "dispatcher 3"))
    assert refused.value.code == "delay-unknown"
    assert {"no-unit", "risk-first"} <= set(refused.value.allowed)


def test_what_waits_for_nobody_is_not_delayed(obey: Obey) -> None:
    obey(request())
    obey(BookOn("A1"))
    obey(Assign("job-1", "unit-A1", "dispatcher 3"))
    with pytest.raises(Refused) as refused:
        obey(DelayJob("job-1", "no-unit", "dispatcher 3"))
    assert refused.value.code == "nothing-waits"


def test_an_incident_opened_again_can_ask_again_by_its_original_clock(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(request())
    obey(CloseJob("job-1", "incident closed", NOON + MINUTE))
    assert obey(request(units=2, at=NOON + 2 * MINUTE)) == []
    assert obey(ReopenJob("job-1", NOON + 3 * MINUTE)) == ["JobReopened"]
    assert obey(ReopenJob("job-1", NOON + 3 * MINUTE)) == []
    assert job(transaction).wanting == 0
    assert obey(request(at=NOON + 4 * MINUTE)) == ["JobRequested"]
    assert (job(transaction).wanting, job(transaction).reported_at) == (1, NOON)


def test_an_alarm_that_was_raised_is_never_due_again_at_the_same_instant(obey: Obey, transaction: MemoryTransaction) -> None:
    """A timer's identity is its name and its instant: what comes back-dated must not owe a second one."""
    obey(request(2))
    fire(obey, transaction)
    raised = transaction.now
    obey(RegradeJob("job-1", "grade 2b", NOON, 2))
    assert transaction.timers()[0].due > raised
    obey(RequestJob("job-1", "incident-1", 1, "grade 1", NOON + 38 * MINUTE, 1, NOON))
    assert transaction.timers()[0].due > raised
    obey(BookOn("A1", at=NOON - 60 * MINUTE))
    obey(Assign("job-1", "unit-A1", "dispatcher 3", NOON))
    obey(EndAssignment("job-1", "unit-A1", Release.STOOD_DOWN, NOON))
    assert transaction.timers()[0].due > raised
