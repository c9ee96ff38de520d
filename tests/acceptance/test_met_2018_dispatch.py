"""Met 2018: the unit was diverted and the first job lay idle. It stands at the head of its queue, by its clock, and is heard."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from dispatching import ControlRoom

from contracts.dispatch.waiting import JobReturned, JobUnresourced
from contracts.incident.incidents import ResourcesRequested
from services.dispatch.domain.commands import Assign, BookOn, Divert

EIGHT = datetime(2018, 6, 5, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room() -> Iterator[ControlRoom]:
    with closing(ControlRoom(EIGHT)) as room:
        yield room


def asked(room: ControlRoom, name: str, grade: str, rank: int, minute: int) -> None:
    at = EIGHT + minute * MINUTE
    room.until(at)
    room.hears(
        ResourcesRequested(
            at=at, incident=f"incident-{name}", units=1, grade=grade, rank=rank, reported_at=at, attend_by=at + 60 * MINUTE
        )
    )


def test_the_first_job_is_at_the_head_of_its_queue_with_its_own_clock_and_does_not_lie_idle_unheard(room: ControlRoom) -> None:
    asked(room, "older", "S", 2, 0)
    asked(room, "first", "S", 2, 5)
    room.station.do(BookOn("MP1"))
    room.station.do(Assign("job-first", "unit-MP1", "dispatcher 3"))
    asked(room, "stabbing", "I", 1, 12)
    room.station.do(Divert("job-stabbing", "unit-MP1", "dispatcher 4", "stabbing, nearest unit"))

    assert room.queue() == ["job-first", "job-older"]
    assert room.queue("returned") == ["job-first"]
    (returned,) = room.said(JobReturned)
    assert (returned.reported_at, returned.attend_by) == (EIGHT + 5 * MINUTE, EIGHT + 65 * MINUTE)
    assert (returned.owner, returned.by, returned.to) == ("dispatcher 3", "dispatcher 4", "job-stabbing")

    room.until(EIGHT + 120 * MINUTE)
    alarms = [(event.level, event.role, event.at - EIGHT) for event in room.said(JobUnresourced) if event.job == "job-first"]
    assert alarms == [(1, "sergeant", 52 * MINUTE), (2, "supervisor", 72 * MINUTE)]
    assert "job-first" in room.queue("unresourced")
