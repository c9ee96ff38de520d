"""The foremost of an index, as a use case sees it: what is stored, what the batch changed, and what it changed itself."""

from collections.abc import Callable

import pytest
from stage import Station, Stores
from tiny import NOON, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.host import Context
from chassis.log.memory import MemoryLog
from chassis.store.committer import Desk


@pytest.fixture
def desk(stores: Stores) -> Station:
    """Calls stand in `open` under their queue, `none` before they have one."""
    return Station(contact(), stores(), MemoryLog(), VirtualClock(NOON))


def foremost(limit: int) -> Callable[[Desk], list[str]]:
    return lambda desk: desk.begin(Context("look", "tester", "look")).first("open", limit)


def test_in_the_order_of_the_values_then_of_the_streams(desk: Station) -> None:
    for call in ("c", "a", "b"):
        desk.do(Receive(call))
    desk.do(Queue("a", "zzz"))
    desk.do(Queue("c", "aaa"))
    assert desk.commit(foremost(9)) == ["call-c", "call-b", "call-a"]
    assert desk.commit(foremost(2)) == ["call-c", "call-b"]
    assert desk.commit(foremost(0)) == []


def test_what_the_same_commit_changed_counts_already(desk: Station) -> None:
    for call in ("a", "b"):
        desk.do(Receive(call))
    works = [desk.work(Queue("a", "zzz")), desk.work(Receive("c")), foremost(2), desk.work(Queue("b", "zzz")), foremost(1)]
    results = desk.committer.commit(works)
    assert (results[2].value, results[4].value) == (["call-b", "call-c"], ["call-c"])
    assert desk.commit(foremost(3)) == ["call-c", "call-a", "call-b"]
