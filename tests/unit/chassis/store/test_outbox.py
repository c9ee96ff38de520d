"""The event store is the outbox: events and all that stands beside them are written as one, or not at all."""

import sqlite3
from collections.abc import Callable

import pytest
from stage import Stores
from tiny import NOON

from chassis.errors import StoreError
from chassis.log.port import Partition
from chassis.store.postgres import PostgresStorage
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
)

HOME = Partition("contact.events", 3)
BESIDE = (
    "stored_events",
    "event_ids",
    "lookups_now",
    "lookups_past",
    "timers",
    "snapshots",
    "inbox",
    "parked",
    "commands",
    "relayed",
)


def everything() -> Changes:
    return Changes(
        events=[NewEvent("call-a", n, "ringback.contact.CallQueued.v1", b'{"data":{}}', f"id{n}") for n in (1, 2)],
        lookups=[
            LookupChange(True, "open", "a", "call-a", NOON),
            LookupChange(True, "open", "b", "call-b", NOON),
            LookupChange(False, "open", "b", "call-b", NOON),
        ],
        timers={("call-a", "patience"): NOON},
        snapshots={"call-a": Snapshot("call-a", 2, "s", b"{}")},
        inbox=[InboxMove(HOME, 0, InboxPosition(9, 4))],
        parked=[ParkedRecord(HOME, "call-x", 4, "why", NOON, (), b"")],
        commands={"cause": CommandOutcome("cause", "body", "call-a", 2)},
        relayed={3: 1},
    )


def contents(storage: Storage) -> tuple[object, ...]:
    return (
        list(storage.page(0, 100)),
        storage.recorded(["id1", "id2"]),
        list(storage.entries(("", "", ""), 10)),
        list(storage.timers()),
        storage.snapshot("call-a"),
        dict(storage.inbox()),
        list(storage.parked_keys()),
        storage.command("cause"),
        dict(storage.relayed()),
    )


def break_table(storage: Storage, table: str) -> Callable[[], None]:
    """Make every insert into a table fail, as a full disk or a lost server would half way; returns how to mend it."""
    if isinstance(storage, PostgresStorage):
        with storage._connect() as connection:
            connection.execute(
                "CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE division_by_zero; END $$"
            )
            connection.execute(f"CREATE TRIGGER boom BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION boom()".encode())

        def mend() -> None:
            with storage._connect() as connection:
                connection.execute("DROP FUNCTION boom CASCADE")

        return mend
    beside = sqlite3.connect(storage._path, isolation_level=None)  # type: ignore[attr-defined]
    beside.execute(f"CREATE TRIGGER boom BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'boom'); END")

    def mend_file() -> None:
        beside.execute("DROP TRIGGER boom")
        beside.close()

    return mend_file


@pytest.mark.parametrize("table", BESIDE)
def test_a_write_that_breaks_off_half_way_leaves_nothing(stores: Stores, table: str) -> None:
    storage = stores()
    before = contents(storage)
    mend = break_table(storage, table)
    with pytest.raises(StoreError):
        storage.append(everything())
    assert contents(storage) == before
    mend()
    assert storage.append(everything()) == 0, "what broke off must not use up a position"
    assert contents(storage) != before
    assert contents(stores()) == contents(storage)


def test_a_stale_owner_of_a_partition_leaves_nothing_beside_either(stores: Stores) -> None:
    storage = stores()
    storage.append(Changes(inbox=[InboxMove(HOME, 0, InboxPosition(5, 5))]))
    before = contents(storage)
    with pytest.raises(StoreError):
        storage.append(everything())
    assert contents(storage) == before
