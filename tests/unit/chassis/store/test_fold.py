"""Replay equals live: from zero, from a snapshot, and as it was known at any instant."""

from datetime import timedelta

import pytest
from stage import Station, Stores
from tiny import CALL, NOON, Call, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.log.memory import MemoryLog
from chassis.store.aggregate import Aggregate
from chassis.store.fold import fold, from_snapshot, known_at, schema, take_snapshot
from chassis.store.storage import Changes, Snapshot, Storage
from chassis.store.transaction import States

MINUTE = timedelta(minutes=1)


def busy(storage: Storage) -> Station:
    """A call that was passed on eleven times."""
    desk = Station(contact(), storage, MemoryLog(), VirtualClock(NOON))
    desk.do(Receive("a"))
    for n in range(11):
        desk.do(Queue("a", f"queue {n}"))
    return desk


def state_at(storage: Storage, version: int) -> object:
    return fold(CALL, [event for event in storage.stream("call-a") if event.version <= version])


def test_replay_from_every_snapshot_equals_replay_from_zero(memory: Stores) -> None:
    storage = busy(memory()).storage
    events = storage.stream("call-a")
    whole = fold(CALL, events)
    assert whole.version == 12 and whole.state.transfers == 11
    for version in range(1, 13):
        before = fold(CALL, events[:version])
        start = from_snapshot(CALL, take_snapshot(CALL, "call-a", before))
        assert fold(CALL, events[version:], start) == whole
        assert fold(CALL, [], start) == before, "also when nothing came after it"


def test_a_snapshot_is_kept_every_so_often_and_used(stores: Stores) -> None:
    storage = busy(stores()).storage
    snapshot = storage.snapshot("call-a")
    assert snapshot is not None and snapshot.version == 12
    storage.append(Changes(snapshots={"call-a": _forged(snapshot, "from the snapshot")}))
    assert States(storage).get(CALL, "call-a").state.queue == "from the snapshot"


def _forged(snapshot: Snapshot, queue: str) -> Snapshot:
    return snapshot._replace(state=snapshot.state.replace(b"queue 10", queue.encode()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda snapshot: snapshot._replace(schema="of other code"),
        lambda snapshot: snapshot._replace(state=b"{"),
        lambda snapshot: snapshot._replace(state=b'{"call":1}'),
    ],
)
def test_a_snapshot_of_other_code_or_that_cannot_be_read_is_ignored(stores: Stores, spoil: object) -> None:
    desk = busy(stores())
    snapshot = desk.storage.snapshot("call-a")
    assert snapshot is not None
    spoilt = spoil(_forged(snapshot, "wrong"))  # type: ignore[operator]
    desk.storage.append(Changes(snapshots={"call-a": spoilt}))
    restarted = desk.again(stores())
    assert restarted.do(Queue("a", "queue 10")).version == 12, "it stands in this queue already"
    assert States(restarted.storage).get(CALL, "call-a") == fold(CALL, restarted.storage.stream("call-a"))


def test_code_that_folds_otherwise_has_another_fingerprint() -> None:
    same = Aggregate("call", Call, CALL.evolve)
    assert schema(same) == schema(CALL)
    assert schema(Aggregate("call", Call, CALL.evolve, revision=2)) != schema(CALL)
    assert schema(Aggregate("call", Call, dict(list(CALL.evolve.items())[1:]))) != schema(CALL)


def test_a_state_is_known_by_when_it_was_recorded(memory: Stores) -> None:
    clock = VirtualClock(NOON)
    desk = Station(contact(), memory(), MemoryLog(), clock)
    desk.do(Receive("a"))
    for n in range(3):
        clock.move_by(MINUTE)
        desk.do(Queue("a", f"queue {n}"))
    events = desk.storage.stream("call-a")
    assert known_at(events, NOON - MINUTE) == []
    for n in range(4):
        assert fold(CALL, known_at(events, NOON + n * MINUTE)) == state_at(desk.storage, n + 1)
        assert len(known_at(events, NOON + n * MINUTE + MINUTE / 2)) == n + 1
    assert known_at(events, None) == list(events)


def test_what_was_known_is_a_beginning_of_the_stream_also_after_a_clock_was_put_back(memory: Stores) -> None:
    Station(contact(), memory(), MemoryLog(), VirtualClock(NOON + MINUTE)).do(Receive("a"))
    desk = Station(contact(), memory(), MemoryLog(), VirtualClock(NOON))
    desk.do(Queue("a"))
    assert known_at(desk.storage.stream("call-a"), NOON) == []
    assert len(known_at(desk.storage.stream("call-a"), NOON + MINUTE)) == 2


def test_states_that_are_forgotten_for_lack_of_room_are_loaded_again(memory: Stores) -> None:
    storage = memory()
    desk = busy(storage)
    desk.do(Receive("b"))
    few = States(storage, limit=1)
    assert few.get(CALL, "call-a").version == 12
    assert few.get(CALL, "call-b").version == 1
    assert few.get(CALL, "call-a").version == 12
    assert few.get(CALL, "call-none").version == 0
