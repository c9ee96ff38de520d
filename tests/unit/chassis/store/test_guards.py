"""A cause that can come again is known by the first event it led to; of one drawn for a single sending nothing is kept."""

import pytest
from stage import Station, Stores
from tiny import CALL, NOON, contact

from chassis.clock import VirtualClock
from chassis.errors import DuplicateEvent
from chassis.host import Context
from chassis.ids import event_id
from chassis.log.memory import MemoryLog
from chassis.store.committer import Desk, Work
from chassis.store.storage import Changes
from contracts.contact.calls import CallQueued, CallReceived, Line


@pytest.fixture
def desk(stores: Stores) -> Station:
    return Station(contact(), stores(), MemoryLog(), VirtualClock(NOON))


def received(call: str) -> CallReceived:
    return CallReceived(at=NOON, call=call, line=Line.EMERGENCY, switch="north")


def several(cause: str, drawn: bool = False) -> Work:
    """Three events on a stream that all causes share, then one on another, in one use case."""

    def work(desk: Desk) -> Changes:
        transaction = desk.begin(Context(cause, "tester", cause, drawn=drawn))
        queued = [CallQueued(at=NOON, call="a", queue=queue) for queue in ("1", "2")]
        transaction.record(CALL, "call-one", [received("a"), *queued])
        transaction.record(CALL, f"call-{cause}-other", [received("b")])
        desk.accept(transaction)
        return transaction.changes

    return work


def test_one_id_stands_for_all_a_cause_led_to(desk: Station) -> None:
    changes = [desk.commit(several(cause)) for cause in ("c", "d")]
    firsts = {event_id(cause, 0) for cause in ("c", "d")}
    assert desk.storage.recorded([event_id(cause, n) for cause in ("c", "d") for n in range(4)]) == firsts
    assert desk.storage.led_to("c") == ("call-one", 3) and desk.storage.led_to("d") == ("call-one", 6)
    for number, again in enumerate(changes):
        elsewhere = [event._replace(stream=f"call-again-{number}", version=n) for n, event in enumerate(again.events, 1)]
        with pytest.raises(DuplicateEvent):
            desk.storage.append(Changes(events=elsewhere))
    assert desk.storage.last_position() == 8


def test_a_drawn_cause_is_recorded_and_nothing_is_kept_against_its_coming_again(desk: Station) -> None:
    results = desk.committer.commit([several("before"), several("drawn", drawn=True), several("after")])
    assert [result.error for result in results] == [None] * 3
    assert [event.version for event in desk.storage.stream("call-drawn-other")] == [1]
    assert desk.storage.recorded([event_id("drawn", n) for n in range(4)]) == frozenset()
    assert desk.storage.led_to("drawn") is None
    assert desk.storage.led_to("before") == ("call-one", 3) and desk.storage.led_to("after") == ("call-one", 9)
