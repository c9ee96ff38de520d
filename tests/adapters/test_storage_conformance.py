"""Every store keeps the same promises: in memory, in a SQLite file, in a real PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.errors import DuplicateEvent, StaleOwner, VersionConflict
from chassis.host import Entry, Timer
from chassis.log.port import Partition
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import (
    Changes,
    CommandOutcome,
    InboxMove,
    InboxPosition,
    LookupChange,
    NewEvent,
    ParkedRecord,
    Snapshot,
    Storage,
    StoredEvent,
)

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
Reopen = Callable[[], Storage]
_schemas = itertools.count()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the same store again and again; what was durable is there each time."""
    opened: list[Storage] = []
    schema = f"conformance_{next(_schemas)}"
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""

    def open_() -> Storage:
        if request.param == "postgres":
            opened.append(PostgresStorage(dsn, schema))
        elif request.param == "sqlite":
            opened.append(SqliteStorage(tmp_path / "store.sqlite"))
        elif not opened:
            opened.append(SqliteStorage())
        return opened[-1]

    yield open_
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(reopen: Reopen) -> Storage:
    return reopen()


def event(stream: str, version: int, cause: str = "", n: int = 0) -> NewEvent:
    cause = cause or f"cause of {stream} {version}"
    return NewEvent(stream, version, "ringback.contact.CallQueued.v1", b'{"data":{}}', f"{cause}/{n}")


def append(storage: Storage, *events: NewEvent) -> int:
    return storage.append(Changes(events=list(events)))


def test_positions_have_no_gaps_and_versions_are_kept(storage: Storage) -> None:
    assert append(storage, event("call-a", 1), event("call-b", 1)) == 0
    assert append(storage, event("call-a", 2)) == 2
    assert [(e.position, e.stream, e.version) for e in storage.page(0, 10)] == [
        (1, "call-a", 1),
        (2, "call-b", 1),
        (3, "call-a", 2),
    ]
    assert [e.version for e in storage.stream("call-a", after=1)] == [2]
    assert storage.last_position() == 3
    assert [e.position for e in storage.page(1, 1)] == [2]


def test_a_second_writer_of_a_version_is_told_and_writes_nothing(storage: Storage) -> None:
    append(storage, event("call-a", 1))
    with pytest.raises(VersionConflict):
        storage.append(
            Changes(
                events=[event("call-b", 1), event("call-a", 1, cause="another")],
                timers={("call-b", "t"): NOON},
                inbox=[InboxMove(Partition("contact.events", 0), 0, InboxPosition(7, 0))],
            )
        )
    assert storage.last_position() == 1
    assert storage.timers() == [] and storage.inbox() == {}
    assert append(storage, event("call-b", 1)) == 1, "a refused append must not use up a position"


@pytest.mark.parametrize("odd", ['a"b', "a\\b", "a,{b}", "null", "ü🚓", " ", "a\nb"])
def test_streams_of_any_text_come_back_as_they_were(storage: Storage, odd: str) -> None:
    states = [b'{"data":{}}', odd.encode(), b"x" * 5000]
    new = [event(odd, 1), event("call-a", 1), event(odd, 2, cause="another")]
    append(storage, *(one._replace(state=state) for one, state in zip(new, states, strict=True)))
    assert [(e.stream, e.version, e.state) for e in storage.page(0, 10)] == [
        (odd, 1, states[0]), ("call-a", 1, states[1]), (odd, 2, states[2])
    ]  # fmt: skip


def test_which_streams_exist_is_one_question(storage: Storage) -> None:
    append(storage, event("call-a", 1), event("call-a", 2), event('call-"ü', 1))
    assert storage.existing({"call-a", 'call-"ü', "call-b"}) == {"call-a", 'call-"ü'}
    assert storage.existing(set()) == frozenset()


def test_a_cause_is_recorded_once(storage: Storage) -> None:
    append(storage, event("call-a", 1, cause="c"))
    with pytest.raises(DuplicateEvent):
        append(storage, event("call-a", 2, cause="c"))
    assert storage.recorded(["c/0", "d/0"]) == {"c/0"} and storage.recorded([]) == frozenset()


def test_an_inbox_position_moves_only_from_where_it_is_expected(storage: Storage) -> None:
    partition = Partition("contact.events", 3)
    storage.append(Changes(inbox=[InboxMove(partition, 0, InboxPosition(5, 0))]))
    for expected in (0, 4, 9):
        with pytest.raises(StaleOwner):
            storage.append(Changes(events=[event("call-a", 1)], inbox=[InboxMove(partition, expected, InboxPosition(11, 3))]))
    assert storage.last_position() == 0
    storage.append(Changes(events=[event("call-a", 1)], inbox=[InboxMove(partition, 5, InboxPosition(9, 1))]))
    assert storage.inbox() == {partition: InboxPosition(9, 1)}
    assert storage.last_position() == 1


def test_what_was_acknowledged_is_there_after_reopening(reopen: Reopen) -> None:
    reopen().append(
        Changes(
            events=[event("call-a", 1)],
            timers={("call-a", "t"): NOON},
            snapshots={"call-a": Snapshot("call-a", 1, "s", b"{}")},
            commands={"c": CommandOutcome("c", "f", "call-a", 1)},
            relayed={4: 1},
        )
    )
    again = reopen()
    assert again.stream("call-a") == [StoredEvent(1, "call-a", 1, "ringback.contact.CallQueued.v1", b'{"data":{}}')]
    assert again.timers() == [Timer("call-a", "t", NOON)]
    assert again.snapshot("call-a") == Snapshot("call-a", 1, "s", b"{}")
    assert again.command("c") == CommandOutcome("c", "f", "call-a", 1) and again.command("d") is None
    assert again.relayed() == {4: 1}
    again.ping()
    assert again.lead()


def test_timers_come_oldest_first_and_can_move_and_go(storage: Storage) -> None:
    later = NOON + timedelta(seconds=1)
    storage.append(Changes(timers={("b", "t"): NOON, ("a", "t"): later, ("a", "u"): NOON}))
    assert [t.stream + t.name for t in storage.due(NOON, 10)] == ["au", "bt"]
    assert storage.next_due() == NOON
    storage.append(Changes(timers={("b", "t"): None, ("a", "u"): later + timedelta(microseconds=1)}))
    assert storage.due(NOON, 10) == []
    assert [t.name for t in storage.due(later, 10)] == ["t"]
    storage.append(Changes(timers={("a", "t"): None, ("a", "u"): None}))
    assert storage.next_due() is None


def look(opened: bool, value: str, stream: str, at: datetime) -> LookupChange:
    return LookupChange(opened, "open", value, stream, at)


def test_entries_of_one_append_take_effect_in_their_order(storage: Storage) -> None:
    storage.append(Changes(lookups=[look(True, "1", "shut", NOON), look(False, "1", "shut", NOON)]))
    storage.append(Changes(lookups=[look(True, "1", "kept", NOON)]))
    storage.append(Changes(lookups=[look(False, "1", "kept", NOON), look(True, "1", "kept", NOON)]))
    assert storage.find("open", None, None, None, 10) == [Entry("1", "kept")]


def test_an_index_is_read_in_pages_and_as_it_was_known(storage: Storage) -> None:
    second = timedelta(seconds=1)
    storage.append(Changes(lookups=[look(True, "2", "a", NOON), look(True, "1", "b", NOON), look(True, "1", "c", NOON + second)]))
    storage.append(Changes(lookups=[look(False, "1", "b", NOON + 2 * second), look(True, "3", "b", NOON + 2 * second)]))
    live = [Entry("1", "c"), Entry("2", "a"), Entry("3", "b")]
    assert storage.find("open", None, None, None, 10) == live
    assert storage.find("open", None, None, live[0], 1) == [live[1]]
    assert storage.find("open", "1", None, None, 10) == [Entry("1", "c")]
    assert storage.find("open", None, NOON, None, 10) == [Entry("1", "b"), Entry("2", "a")]
    assert storage.find("open", None, NOON + second, None, 10) == [Entry("1", "b"), Entry("1", "c"), Entry("2", "a")]
    assert storage.find("open", None, NOON - second, None, 10) == []


def test_an_entry_that_came_back_is_known_for_each_time_that_it_stood(storage: Storage) -> None:
    def at(seconds: int) -> datetime:
        return NOON + timedelta(seconds=seconds)

    for opened, when in ((True, 0), (True, 1), (False, 2), (True, 4), (False, 6), (True, 8)):
        storage.append(Changes(lookups=[look(opened, "1", "a", at(when)), look(opened, "1", "b", at(when))]))
    both = [Entry("1", "a"), Entry("1", "b")]
    stood = [when for when in range(-1, 10) if storage.find("open", None, at(when), None, 10) == both]
    assert stood == [0, 1, 4, 5, 8, 9]
    assert all(storage.find("open", "1", at(when), None, 10) == [] for when in (-1, 2, 3, 6, 7))
    assert storage.find("open", "1", at(5), both[0], 1) == both[1:]
    assert storage.find("open", None, None, None, 10) == both


def test_an_entry_that_comes_back_at_the_same_instant_stands(storage: Storage) -> None:
    storage.append(Changes(lookups=[look(True, "1", "a", NOON), look(False, "1", "a", NOON), look(True, "1", "a", NOON)]))
    assert storage.find("open", "1", None, None, 10) == [Entry("1", "a")]


def test_parked_records_wait_in_order_under_their_key(storage: Storage) -> None:
    partition = Partition("contact.events", 2)
    headers = (("ce_id", b"\x00\xff"), ("content-type", b"application/json"))
    records = [ParkedRecord(partition, "call-a", n, f"why {n}", NOON, headers, b"\xffbytes") for n in (3, 1)]
    storage.append(Changes(parked=records))
    (key,) = storage.parked_keys()
    assert (key.topic, key.key, key.records, key.first_offset, key.reason, key.since) == (
        "contact.events", "call-a", 2, 1, "why 1", NOON,
    )  # fmt: skip
    assert storage.parked("contact.events", "call-a") == [records[1], records[0]]
    storage.append(Changes(unparked=[records[1]]))
    assert storage.parked("contact.events", "call-a") == [records[0]]


def test_restored_events_keep_their_positions(storage: Storage) -> None:
    events = [StoredEvent(1, "a", 1, "t", b"1"), StoredEvent(2, "a", 2, "t", b"2")]
    storage.restore(events, ["i1", "i2"], Changes(timers={("a", "t"): NOON}, relayed={0: 2}))
    assert list(storage.page(0, 10)) == events
    assert storage.recorded(["i2"]) and storage.timers() == [Timer("a", "t", NOON)] and storage.relayed() == {0: 2}
    assert append(storage, event("a", 3)) == 2
