"""Whatever stands beside the events and does not follow from them is found and named."""

from collections.abc import Callable, Iterator

import pytest
from stage import Station, Stores
from tiny import NOON, PATIENCE, Answer, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.flow import soundness
from chassis.flow.soundness import faults
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Changes, LookupChange, Storage


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults lie at the edge of a page, too."""
    monkeypatch.setattr(soundness, "PAGE", 2)


@pytest.fixture
def storage(stores: Stores) -> Iterator[Storage]:
    desk = Station(contact(), stores(), MemoryLog(), VirtualClock(NOON))
    for call in "abc":
        desk.do(Receive(call))
        desk.do(Queue(call))
    for n in range(4):
        desk.do(Queue("a", f"queue {n}"))
    desk.do(Answer("c"))
    assert list(faults(contact(), desk.storage)) == []
    yield desk.storage


def sql(storage: Storage, statement: str) -> None:
    if isinstance(storage, PostgresStorage):
        storage._writing.execute(statement.replace("rowid", "notification_id").encode())
    else:
        storage._cursor.execute(statement)  # type: ignore[attr-defined]


def test_a_gap_in_the_positions_is_found(storage: Storage) -> None:
    sql(storage, "DELETE FROM stored_events WHERE originator_id = 'call-b' AND originator_version = 2")
    found = list(faults(contact(), storage))
    assert any("after position 3 comes 5 (I8)" in fault for fault in found)


def test_a_missing_beginning_is_found(storage: Storage) -> None:
    sql(storage, "DELETE FROM stored_events WHERE rowid = 1")
    found = list(faults(contact(), storage))
    assert any("after position 0 comes 2 (I8)" in fault for fault in found)
    assert any("versions of call-a" in fault for fault in found)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (lambda: Changes(timers={("call-a", "patience"): NOON}), "timers"),
        (lambda: Changes(timers={("call-a", "patience"): None}), "timers"),
        (lambda: Changes(timers={("call-c", "patience"): NOON + PATIENCE}), "timers"),
        (lambda: Changes(timers={("call-z", "patience"): NOON + PATIENCE}), "timers"),
        (lambda: Changes(lookups=[LookupChange(True, "open", "999", "call-c", NOON)]), "index"),
        (lambda: Changes(lookups=[LookupChange(False, "open", "999", "call-b", NOON)]), "index"),
        (lambda: Changes(lookups=[LookupChange(True, "open", "999", "call-z", NOON)]), "index"),
    ],
)
def test_timers_and_index_entries_that_do_not_follow_are_found(
    storage: Storage, changes: Callable[[], Changes], word: str
) -> None:
    storage.append(changes())
    (found,) = faults(contact(), storage)
    assert word in found and "I16" in found


@pytest.mark.parametrize("value", ["queue 1", "queue 11"])
def test_an_exchanged_index_value_is_found_though_the_count_is_right(storage: Storage, value: str) -> None:
    sql(storage, f"UPDATE lookups_now SET value = '{value}' WHERE stream = 'call-b' AND name = 'open'")
    (found,) = faults(contact(), storage)
    assert "index" in found


@pytest.mark.parametrize("state", ['{"call":"a","status":"queued","queue":"wrong"}', '{"call":', '{"call":1,"status":"queued"}'])
def test_a_corrupted_snapshot_is_found(storage: Storage, state: str) -> None:
    snapshot = storage.snapshot("call-a")
    assert snapshot is not None
    storage.append(Changes(snapshots={"call-a": snapshot._replace(state=state.encode())}))
    (found,) = faults(contact(), storage)
    assert "call-a" in found and "snapshot" in found


def test_a_snapshot_beyond_the_end_of_its_stream_is_found(storage: Storage) -> None:
    snapshot = storage.snapshot("call-a")
    assert snapshot is not None
    storage.append(Changes(snapshots={"call-a": snapshot._replace(version=9)}))
    assert any("snapshot" in fault for fault in faults(contact(), storage))


def test_an_event_that_cannot_be_folded_is_named_and_the_rest_is_looked_at(storage: Storage) -> None:
    sql(storage, "UPDATE stored_events SET topic = 'ringback.contact.Unheard.v1' WHERE rowid = 4")
    sql(storage, "DELETE FROM timers WHERE stream = 'call-a'")
    found = list(faults(contact(), storage))
    assert any("call-b" in fault for fault in found)


def test_progress_is_told(storage: Storage) -> None:
    told: list[int] = []
    service: Service = contact()
    assert list(faults(service, storage, told.append)) == []
    assert sum(told) == storage.last_position()
