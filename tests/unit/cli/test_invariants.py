"""What `ringback verify` says of the watch over reviews: whoever was neither seen nor told is named."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from acceptance.incident_room import IncidentRoom, incident_room

from chassis.store.sqlite import SqliteStorage
from cli.invariants import broken
from contracts.contact.calls import Abandonment
from services.incident.domain.backlog.unreviewed import ExpectReview, SeeReview

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def room() -> Iterator[IncidentRoom]:
    with incident_room(NOON) as one:
        one.do(ExpectReview("c1", NOON, Abandonment.IN_QUEUE))
        yield one


def found(room: IncidentRoom, minutes: float, complete: bool = False) -> list[str]:
    others = {name: SqliteStorage() for name in ("contact", "callback", "dispatch")}
    said = list(broken({**others, "incident": room.storage}, NOON + timedelta(minutes=minutes), complete, lambda _: None))
    for storage in others.values():
        storage.close()
    return said


def test_a_call_whose_review_was_not_seen_and_of_which_nobody_was_told_is_named_once_its_time_is_over(room: IncidentRoom) -> None:
    assert found(room, 1) == []
    named = ["I1: abandoned-c1 was to be reviewed by 12:00:45, no review was seen, and nobody was told"]
    assert found(room, 2) == named
    assert found(room, 0, complete=True) == named


def test_one_that_was_told_or_seen_is_not(room: IncidentRoom) -> None:
    room.wait(1)
    assert found(room, 60) == []
    room.do(ExpectReview("c2", NOON, Abandonment.IN_QUEUE), SeeReview("c2", NOON))
    assert found(room, 60) == []
