"""State, history and index pages as they were known at an instant, told by the same fold that serves the present."""

from datetime import datetime, timedelta

import pytest
from stage import Station, Stores
from tiny import CALL, NOON, Answer, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.flow.reads import Reads
from chassis.host import Entry
from chassis.log.memory import MemoryLog
from contracts.refusals import NotFound

MINUTE = timedelta(minutes=1)
STORY = (Receive("a"), Receive("b"), Queue("a", "999"), Queue("b", "999"), Queue("a", "101"), Answer("b"), Queue("a", "999"))


@pytest.fixture
def reads(stores: Stores) -> Reads:
    """A story of one step a minute, and how it is read."""
    clock = VirtualClock(NOON)
    desk = Station(contact(), stores(), MemoryLog(), clock)
    for command in STORY:
        desk.do(command)
        clock.move_by(MINUTE)
    return Reads("contact", desk.storage)


def told_up_to(stores: Stores, steps: int) -> Reads:
    """The same story, broken off after some steps: what was known then was the present then."""
    clock = VirtualClock(NOON)
    desk = Station(contact(), stores(f"steps_{steps}"), MemoryLog(), clock)
    for command in STORY[:steps]:
        desk.do(command)
        clock.move_by(MINUTE)
    return Reads("contact", desk.storage)


def state(reads: Reads, stream: str, at: datetime | None) -> object:
    try:
        return reads.load(CALL, stream, at), [(e.version, e.type) for e in reads.history(stream, at)]
    except NotFound:
        return None


def pages(reads: Reads, value: str | None, at: datetime | None, limit: int) -> list[list[Entry]]:
    found: list[list[Entry]] = []
    while page := reads.find("open", value, instant=at, after=found[-1][-1] if found else None, limit=limit):
        found.append(list(page))
    return found


@pytest.mark.parametrize("steps", [1, 3, 6, 7])
def test_what_was_known_at_an_instant_is_what_was_shown_then(reads: Reads, stores: Stores, steps: int) -> None:
    then = told_up_to(stores, steps)
    at = NOON + (steps - 1) * MINUTE + MINUTE / 2
    for stream in ("call-a", "call-b"):
        assert state(reads, stream, at) == state(then, stream, None)
    for value in (None, "999", "101", "none"):
        for limit in (1, 10):
            assert pages(reads, value, at, limit) == pages(then, value, None, limit)


def test_before_anything_was_recorded_nothing_was_known(reads: Reads) -> None:
    before = NOON - MINUTE
    assert state(reads, "call-a", before) is None and pages(reads, None, before, 10) == []
    with pytest.raises(NotFound, match="known at that time"):
        reads.load(CALL, "call-a", before)
    with pytest.raises(NotFound, match="known at that time"):
        reads.history("call-a", before)


def test_what_never_was_is_not_found(reads: Reads) -> None:
    with pytest.raises(NotFound):
        reads.load(CALL, "call-c")
    with pytest.raises(NotFound):
        reads.history("call-c")


def test_the_present_is_read_from_a_snapshot_and_is_the_same(reads: Reads) -> None:
    assert reads.load(CALL, "call-a") == reads.load(CALL, "call-a", NOON + timedelta(days=1))
    assert reads.load(CALL, "call-a").version == 4
