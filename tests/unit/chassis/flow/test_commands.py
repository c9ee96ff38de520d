"""A command is obeyed once, however often it is sent, and its sender is always told what came of it."""

import pytest
from stage import Station, Stores
from tiny import NOON, Answer, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.log.memory import MemoryLog
from contracts.refusals import Invalid, PreconditionFailed, Refused


@pytest.fixture
def desk(memory: Stores) -> Station:
    return Station(contact(), memory(), MemoryLog(), VirtualClock(NOON))


def test_the_same_request_twice_is_answered_the_same_and_recorded_once(stores: Stores) -> None:
    desk = Station(contact(), stores(), MemoryLog(), VirtualClock(NOON))
    first = desk.do(Receive("a"), cause="key", body="b")
    desk.do(Queue("a"))
    desk.do(Answer("a"))
    again = Station(contact(), stores(), MemoryLog(), VirtualClock(NOON)).do(Receive("a"), cause="key", body="b")
    assert again == first and again.version == 1 and again.state.status == "received"
    assert desk.storage.last_position() == 3


def test_another_request_under_the_same_key_is_refused(desk: Station) -> None:
    desk.do(Receive("a"), cause="key", body="b")
    with pytest.raises(Invalid, match="with another request before"):
        desk.do(Receive("c"), cause="key", body="another")
    assert desk.storage.last_position() == 1


def test_a_request_that_was_refused_may_be_sent_again_under_its_key(desk: Station) -> None:
    with pytest.raises(Refused):
        desk.do(Queue("a"), cause="key", body="b")
    desk.do(Receive("a"))
    assert desk.do(Queue("a"), cause="key", body="b").version == 2


def test_a_request_of_which_nothing_follows_is_remembered_all_the_same(desk: Station) -> None:
    desk.do(Receive("a"))
    desk.do(Queue("a", "999"))
    assert desk.do(Queue("a", "999"), cause="key", body="b").version == 2
    desk.do(Queue("a", "101"))
    assert desk.do(Queue("a", "999"), cause="key", body="b").version == 2, "to be told now it changed something would be wrong"
    assert desk.storage.last_position() == 3


@pytest.mark.parametrize("command", [Queue("a", "101"), Answer("a")])
def test_a_request_sent_twice_at_once_is_answered_twice_and_recorded_once(desk: Station, command: object) -> None:
    """Both in one commit. On the state the first leaves, the second would change nothing, or be refused."""
    desk.do(Receive("a"))
    results = desk.committer.commit([desk.work(command, "key", "b"), desk.work(Receive("x")), desk.work(command, "key", "b")])
    assert [result.error for result in results] == [None] * 3
    assert results[0].value == results[2].value and results[0].value.version == 2
    assert desk.storage.last_position() == 3


@pytest.mark.parametrize(("command", "events"), [(Queue("a", "101"), 3), (Receive("a"), 2)])
def test_a_request_sent_to_two_processes_at_once_is_recorded_once(stores: Stores, command: object, events: int) -> None:
    """Also one of which nothing follows, so that only its key is recorded."""
    one, other = (Station(contact(), stores(), MemoryLog(), VirtualClock(NOON)) for _ in range(2))
    one.do(Receive("a"))
    other.do(Receive("b"))
    work = other.work(command, "key", "b")
    raced = []

    def late(at: object) -> object:
        loaded = work(at)  # type: ignore[arg-type]
        if not raced:
            raced.append(one.do(command, "key", "b"))
        return loaded

    assert other.commit(late) == raced[0]
    assert one.storage.last_position() == events


def test_a_decision_on_an_old_version_is_refused_and_may_be_taken_again(desk: Station) -> None:
    desk.do(Receive("a"))
    desk.do(Queue("a"))
    with pytest.raises(PreconditionFailed):
        desk.do(Answer("a"), cause="key", body="b", expected=1)
    assert desk.do(Answer("a"), cause="key", body="b", expected=2).version == 3
    assert desk.do(Answer("a"), cause="key", body="b", expected=2).version == 3, "sent again, it is answered, not refused"
