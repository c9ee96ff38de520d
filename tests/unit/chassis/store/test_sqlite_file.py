"""What is not our store, or not a whole one, is refused in words a person can act on, and left as it was."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from stage import Station
from tiny import NOON, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.errors import StoreError, StoreRefused, StoreUnavailable
from chassis.log.memory import MemoryLog
from chassis.store import sqlite_file
from chassis.store.postgres import PostgresStorage
from chassis.store.reading import text
from chassis.store.sqlite import SqliteStorage


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A store of some size, closed."""
    path = tmp_path / "good.sqlite"
    storage = SqliteStorage(path)
    desk = Station(contact(), storage, MemoryLog(), VirtualClock(NOON))
    desk.committer.commit([desk.work(Receive(f"c{n}")) for n in range(200)])
    storage.close()
    assert not path.with_name("good.sqlite-wal").exists()
    return path


def refused(path: Path) -> str:
    """Opening it is refused, and changes nothing; returns the words."""
    before = path.read_bytes()
    with pytest.raises(StoreRefused) as said:
        SqliteStorage(path)
    assert path.read_bytes() == before
    assert str(path) in str(said.value)
    return str(said.value)


@pytest.mark.parametrize("content", [b"x", b"not a database at all, but some text of a person\n" * 100, b"\x00" * 8192])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    assert "is not an event store" in refused(path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    assert "another program" in refused(path)


def test_a_store_whose_creation_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.sqlite"
    with closing(sqlite3.connect(path)) as half:
        half.execute("CREATE TABLE stored_events (originator_id TEXT)")
    assert "creation was cut off" in refused(path)


def test_a_store_of_a_newer_version_is_refused(good: Path) -> None:
    with closing(sqlite3.connect(good)) as newer:
        newer.execute(f"PRAGMA user_version = {sqlite_file.VERSION + 1}")
    words = refused(good)
    assert "newer Ringback" in words and "Upgrade" in words


def test_a_store_of_the_version_before_keeps_what_it_knew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, noon, later = tmp_path / "before.sqlite", text(NOON), text(NOON + timedelta(seconds=1))
    with monkeypatch.context() as before:
        before.setattr(sqlite_file, "MIGRATIONS", sqlite_file.MIGRATIONS[:1])
        SqliteStorage(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute(
            "INSERT INTO lookups VALUES ('open', '999', 'call-a', ?, ''), ('open', '999', 'call-b', ?, ?)", (noon, noon, later)
        )
    storage = SqliteStorage(path)
    assert storage.find("open", None, None, None, 10) == [("999", "call-a")]
    assert storage.find("open", "999", NOON, None, 10) == [("999", "call-a"), ("999", "call-b")]
    assert storage.find("open", "999", NOON + timedelta(seconds=1), None, 10) == [("999", "call-a")]
    storage.close()


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_truncated_store_is_refused_at_the_latest_when_it_is_read(good: Path, keep: float) -> None:
    content = good.read_bytes()
    good.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(StoreRefused, match="damaged"):
        _read_all(good)


@pytest.mark.parametrize("page", [1, 3])
def test_a_store_with_a_page_of_rubbish_is_refused_at_the_latest_when_it_is_read(good: Path, page: int) -> None:
    content = bytearray(good.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    good.write_bytes(content)
    with pytest.raises(StoreRefused, match="damaged"):
        _read_all(good)


def _read_all(path: Path) -> None:
    storage = SqliteStorage(path)
    try:
        storage.page(0, 10_000)
        storage.find("open", None, None, None, 10_000)
        storage.recorded([f"{n}" for n in range(100)])
    finally:
        storage.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    storage = SqliteStorage(path)
    assert storage.last_position() == 0
    storage.close()


def test_a_copy_of_a_store_is_a_store(good: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copy(good, copy)
    storage = SqliteStorage(copy)
    assert storage.last_position() == 200
    storage.close()


def test_a_commit_waits_for_the_disk_unless_it_was_told_not_to(tmp_path: Path) -> None:
    """What an answer promises must outlive a power cut; a time-lapse promises nothing before its end."""
    full, off = 2, 0
    for batch, expected in ((1, full), (100, off)):
        storage = SqliteStorage(tmp_path / f"{batch}.sqlite", batch)
        assert storage._cursor.execute("PRAGMA synchronous").fetchone() == (expected,)
        assert storage._cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        storage.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="nowhere"):
        SqliteStorage(tmp_path / "nowhere" / "store.sqlite")


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        SqliteStorage(tmp_path)


def test_a_store_that_another_process_holds_is_named_after_a_while(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "LOCKED_S", 0.05)
    storage = SqliteStorage(good)
    desk = Station(contact(), storage, MemoryLog(), VirtualClock(NOON))
    with closing(sqlite3.connect(good, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="cannot be used"):
            desk.do(Receive("late"))
        other.execute("ROLLBACK")
    assert desk.do(Receive("late")).version == 1
    assert desk.do(Queue("late")).version == 2
    storage.close()


def test_a_schema_of_a_newer_version_is_refused(postgres_dsn: str) -> None:
    storage = PostgresStorage(postgres_dsn, "newer")
    storage._writing.execute("INSERT INTO ringback_schema VALUES (99)")
    storage.close()
    with pytest.raises(StoreRefused, match="newer Ringback"):
        PostgresStorage(postgres_dsn, "newer")


def test_a_postgres_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL at 127\.0\.0\.1:1/ringback") as said:
        PostgresStorage("postgresql://user:secret@127.0.0.1:1/ringback", "contact")
    assert "secret" not in str(said.value)


def test_processes_that_start_at_once_on_an_empty_schema_all_start(postgres_dsn: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: PostgresStorage(postgres_dsn, "at_once"), range(4)))
    assert [storage.last_position() for storage in opened] == [0] * 4
    for storage in opened:
        storage.close()
