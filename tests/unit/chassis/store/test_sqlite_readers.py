import sqlite3
import threading
from pathlib import Path

import pytest

from chassis.store.sqlite_readers import SqliteReaders


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "one.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (n)")
        made.execute("INSERT INTO t VALUES (1)")
    made.close()
    return path


def test_a_reader_sees_what_was_committed_since_it_last_read(path: Path) -> None:
    readers = SqliteReaders(path)
    assert readers.query("SELECT n FROM t", ()) == [(1,)]
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
    writer.close()
    assert readers.query("SELECT n FROM t ORDER BY n", ()) == [(1,), (2,)]
    readers.close()


def test_a_reader_writes_nothing(path: Path) -> None:
    readers = SqliteReaders(path)
    with pytest.raises(sqlite3.OperationalError):
        readers.query("DELETE FROM t", ())
    assert readers.query("SELECT n FROM t", ()) == [(1,)]
    readers.close()


def test_many_threads_read_at_once(path: Path) -> None:
    readers, found, together = SqliteReaders(path), [], threading.Barrier(8)

    def read() -> None:
        together.wait()
        found.extend(readers.query("SELECT n FROM t WHERE n = ?", (1,)) for _ in range(50))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(1,)]] * 400
    readers.close()


def test_a_closed_store_is_not_opened_again(path: Path) -> None:
    readers = SqliteReaders(path)
    readers.close()
    with pytest.raises(sqlite3.ProgrammingError):
        readers.query("SELECT 1", ())
