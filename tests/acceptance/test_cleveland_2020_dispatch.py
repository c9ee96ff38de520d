"""Cleveland 2020: eleven hours without a unit, and the system said nothing. Dispatch says it, to somebody higher each time."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from dispatching import ControlRoom

from contracts.dispatch.waiting import JobUnresourced
from contracts.incident.incidents import ResourcesRequested
from services.dispatch.domain.commands import AcknowledgeAlarm, Assign, BookOn

TEN = datetime(2020, 3, 1, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room() -> Iterator[ControlRoom]:
    with closing(ControlRoom(TEN)) as room:
        yield room


def unresourced(room: ControlRoom, rank: int) -> None:
    room.hears(ResourcesRequested(at=TEN, incident="incident-1", units=1, grade="P", rank=rank, reported_at=TEN))


def test_eleven_hours_without_a_unit_are_heard_of_at_every_step_of_the_ladder(room: ControlRoom) -> None:
    unresourced(room, 2)
    room.until(TEN + 11 * HOUR)
    assert [(event.role, event.at - TEN) for event in room.said(JobUnresourced)] == [
        ("sergeant", 40 * MINUTE),
        ("supervisor", 60 * MINUTE),
        ("duty inspector", 120 * MINUTE),
    ]
    assert room.queue("unresourced") == ["job-1"]


def test_whoever_takes_note_of_it_and_does_nothing_hears_it_again(room: ControlRoom) -> None:
    """West Midlands 2018 is the same: acceptance is not action."""
    unresourced(room, 2)
    for _ in range(12):
        room.until(room.clock.now() + HOUR)
        if room.said(JobUnresourced) and room.queue("unresourced"):
            room.station.do(AcknowledgeAlarm("job-1", "sergeant 5"))
    said = room.said(JobUnresourced)
    assert len(said) > 6
    silence = [later.at - earlier.at for earlier, later in pairwise(said)]
    assert max(silence) <= 2 * HOUR
    assert room.storage.next_due() is not None, "the next alarm is waiting"


def test_the_top_grade_climbs_within_minutes_and_a_unit_ends_it(room: ControlRoom) -> None:
    unresourced(room, 1)
    room.until(TEN + 8 * MINUTE)
    assert [event.role for event in room.said(JobUnresourced)] == ["supervisor", "duty inspector"]
    room.station.do(BookOn("CL1"))
    room.station.do(Assign("job-1", "unit-CL1", "dispatcher 3"))
    room.until(TEN + 11 * HOUR)
    assert len(room.said(JobUnresourced)) == 2
    assert room.queue("unresourced") == []
