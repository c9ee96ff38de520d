"""Timers are facts in the store: they fire once, after any restart, and never against what a later decision set."""

from datetime import timedelta

import pytest
from stage import Station, Stores
from tiny import NOON, PATIENCE, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.flow import timers
from chassis.host import Timer
from chassis.log.memory import MemoryLog
from chassis.store.storage import Changes, Storage
from contracts.refusals import Refused

SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(memory: Stores) -> Station:
    return started(memory())


def started(storage: Storage, clock: VirtualClock | None = None) -> Station:
    return Station(contact(), storage, MemoryLog(), clock or VirtualClock(NOON))


def queued(desk: Station, *calls: str, queue: str = "999") -> None:
    for call in calls:
        desk.do(Receive(call))
        desk.do(Queue(call, queue))


def later(desk: Station, step: timedelta) -> None:
    assert isinstance(desk.clock, VirtualClock)
    desk.clock.move_by(step)


def kinds(desk: Station, stream: str) -> list[str]:
    return [event.type.split(".")[2] for event in desk.storage.stream(stream)]


def test_a_timer_fires_when_it_is_due_and_once(desk: Station) -> None:
    queued(desk, "a")
    later(desk, PATIENCE - SECOND)
    assert desk.tick() == []
    later(desk, SECOND)
    assert [result.value for result in desk.tick()] == [True]
    assert kinds(desk, "call-a")[-1] == "CallAbandoned"
    assert desk.tick() == [] and desk.storage.timers() == []


def test_a_timer_survives_a_restart(stores: Stores) -> None:
    queued(started(stores()), "a")
    restarted = started(stores(), VirtualClock(NOON + timedelta(days=3)))
    assert restarted.storage.timers() == [Timer("call-a", "patience", NOON + PATIENCE)]
    restarted.tick()
    assert kinds(restarted, "call-a")[-1] == "CallAbandoned"


def test_two_processes_that_fire_the_same_timer_decide_once(stores: Stores) -> None:
    one, other = started(stores()), started(stores())
    queued(one, "a")
    other.committer.commit([other.work(Receive("a"))])  # it knows the state from before
    for station in (one, other):
        later(station, PATIENCE)
    (timer,) = timers.due(one.storage, one.clock.now())
    assert one.commit(timers.fire(one.service, timer)) is True
    assert other.commit(timers.fire(other.service, timer)) is False
    assert kinds(one, "call-a").count("CallAbandoned") == 1 and one.storage.timers() == []


def test_after_the_clock_was_moved_all_that_is_due_fires_oldest_first(desk: Station) -> None:
    for call in ("c", "a", "b"):
        queued(desk, call)
        later(desk, SECOND)
    later(desk, timedelta(days=400))
    desk.tick()
    fired = [event.stream for event in desk.storage.page(0, 100) if "Abandoned" in event.type]
    assert fired == ["call-c", "call-a", "call-b"]


def test_a_clock_that_was_put_back_fires_nothing_early_and_nothing_twice(stores: Stores) -> None:
    desk = started(stores())
    queued(desk, "a")
    later(desk, PATIENCE)
    desk.tick()
    back = started(stores(), VirtualClock(NOON - timedelta(hours=1)))
    queued(back, "b")
    assert back.tick() == []
    assert back.storage.timers() == [Timer("call-b", "patience", NOON - timedelta(hours=1) + PATIENCE)]
    later(back, timedelta(hours=2))
    assert [result.value for result in back.tick()] == [True]
    assert kinds(back, "call-a").count("CallAbandoned") == 1


def test_a_decision_that_makes_a_timer_obsolete_clears_it(desk: Station) -> None:
    queued(desk, "a", "b")
    desk.do(Answer("a"))
    assert [timer.stream for timer in desk.storage.timers()] == ["call-b"]


def test_a_timer_that_no_state_owes_is_cleared_when_it_comes_due(stores: Stores) -> None:
    desk = started(stores())
    queued(desk, "a")
    desk.storage.append(Changes(timers={("call-a", "gone"): NOON, ("call-zzz", "never"): NOON}))
    assert [result.value for result in desk.tick()] == [False, False]
    assert [timer.name for timer in desk.storage.timers()] == ["patience"]


def test_a_timer_that_was_set_anew_just_before_it_fired_stands(stores: Stores) -> None:
    """The list of what is due was read; then, before it fires, a decision moves the timer on."""
    desk = started(stores())
    queued(desk, "a")
    later(desk, PATIENCE)
    (due,) = timers.due(desk.storage, desk.clock.now())
    desk.do(Queue("a", "101"))
    assert desk.commit(timers.fire(desk.service, due)) is False
    assert desk.storage.timers() == [Timer("call-a", "patience", NOON + 2 * PATIENCE)]


def test_a_timer_that_another_process_set_anew_stands(stores: Stores) -> None:
    one, other = started(stores()), started(stores())
    queued(one, "a")
    for station in (one, other):
        later(station, PATIENCE)
    (due,) = timers.due(one.storage, one.clock.now())
    other.do(Queue("a", "101"))
    assert one.commit(timers.fire(one.service, due)) is False
    assert [timer.due for timer in one.storage.timers()] == [NOON + 2 * PATIENCE]
    assert kinds(one, "call-a") == ["CallReceived", "CallQueued", "CallQueued"]


def test_a_timer_set_anew_in_the_very_commit_in_which_it_fires_stands(desk: Station) -> None:
    queued(desk, "a")
    later(desk, PATIENCE)
    (due,) = timers.due(desk.storage, desk.clock.now())
    results = desk.committer.commit([desk.work(Queue("a", "101")), timers.fire(desk.service, due)])
    assert [result.error for result in results] == [None, None]
    assert desk.storage.timers() == [Timer("call-a", "patience", NOON + 2 * PATIENCE)]


def test_a_timer_whose_decision_changes_nothing_is_an_error_and_is_kept(desk: Station) -> None:
    queued(desk, "a", queue="stubborn")
    queued(desk, "b")
    later(desk, PATIENCE)
    stubborn, fired = desk.tick()
    assert isinstance(stubborn.error, ValueError) and "still owed" in str(stubborn.error)
    assert fired.value is True, "it costs nobody else"
    assert [timer.stream for timer in desk.storage.timers()] == ["call-a"]


def test_a_timer_that_is_refused_leaves_nothing(desk: Station) -> None:
    queued(desk, "a")
    later(desk, PATIENCE)
    (due,) = timers.due(desk.storage, desk.clock.now())
    refusing = contact()
    refused = timers.fire(refusing, due)
    object.__setattr__(refusing, "on_timer", lambda timer: Queue("unknown"))
    with pytest.raises(Refused):
        desk.commit(refused)
    assert len(desk.storage.timers()) == 1


def test_a_reaction_sets_its_timer_in_the_same_commit(desk: Station, memory: Stores) -> None:
    hears = Station(listener(), memory("hears"), desk.log, desk.clock)
    queued(desk, "a")
    later(desk, PATIENCE)
    desk.tick()
    desk.publish()
    hears.listen()
    assert hears.storage.timers() == [Timer("review-a", "ring", NOON + 2 * PATIENCE)]
