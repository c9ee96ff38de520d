"""West Midlands, November 2018: a unit was taken away, nobody was told, and the job it left stood behind newer ones."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from dispatching import ControlRoom

from contracts.dispatch.waiting import JobReturned
from contracts.incident.incidents import IncidentRegraded, ResourcesRequested
from services.dispatch.domain.commands import Assign, BookOn, Divert, Override

NOON = datetime(2018, 11, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room() -> Iterator[ControlRoom]:
    with closing(ControlRoom(NOON)) as room:
        yield room


def test_diverted_twice_and_regraded_the_clock_is_still_that_of_the_first_report(room: ControlRoom) -> None:
    for minute, name in enumerate(("first", "second", "third")):
        at = NOON + minute * MINUTE
        room.until(at)
        room.hears(ResourcesRequested(at=at, incident=f"incident-{name}", units=1, grade="P", rank=2, reported_at=at))
    room.station.do(BookOn("WM1"))
    room.station.do(Assign("job-first", "unit-WM1", "dispatcher 1"))
    sure = Override("inspector 9", "closer")
    for minute, to in ((20, "second"), (40, "third")):
        room.until(NOON + minute * MINUTE)
        room.station.do(Divert(f"job-{to}", "unit-WM1", "dispatcher 2", "nearer", sure))
        assert room.queue()[0] in ("job-first", "job-second")
    later = NOON + 45 * MINUTE
    room.until(later)
    room.hears(
        IncidentRegraded(
            at=later, incident="incident-first", previous="P", grade="S", policy="p", by="dispatcher 2", rationale="r", rank=3
        )
    )

    assert [(event.job, event.owner) for event in room.said(JobReturned)] == [
        ("job-first", "dispatcher 1"),
        ("job-second", "dispatcher 2"),
    ]
    assert [event.reported_at for event in room.said(JobReturned)] == [NOON, NOON + MINUTE]
    assert room.queue() == ["job-second", "job-first"], "each at the head of its own queue"
    places = [entry.value for entry in room.storage.find("wanting", None, None, None, 10)]
    assert places[1].endswith("2018-11-12T12:00:00.000+00:00")
