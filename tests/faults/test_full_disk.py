"""The disk is full: nothing is acknowledged that is not there, somebody is told, and it goes on by itself with room again."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import Station, home
from tiny import NOON, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StoreUnavailable
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.store.sqlite import SqliteStorage
from chassis.store.writer import Writer


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "ringback-test", tmp_path], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip(f"this user may not mount a small disk ({mount.stderr.decode().strip()}); PRAGMA max_page_count is tried")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


def fill(disk: Path) -> Path:
    """Use up what room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\x00" * 4096):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk took everything")


def started(storage: SqliteStorage) -> Station:
    return Station(contact(), storage, MemoryLog(), VirtualClock(NOON))


def test_on_a_full_disk_nothing_is_acknowledged_and_with_room_it_goes_on(disk: Path) -> None:
    path = disk / "store.sqlite"
    storage = SqliteStorage(path)
    desk = started(storage)
    writer = Writer(desk.committer)
    acknowledged = [writer.run(desk.work(Receive(f"c{n}"))).stream for n in range(20)]
    ballast = fill(disk)
    with pytest.raises(StoreUnavailable, match="is full: nothing was saved") as full:
        for n in range(20, 2000):
            acknowledged.append(writer.run(desk.work(Receive(f"c{n}"))).stream)
    assert str(path) in str(full.value) and "goes on by itself" in str(full.value)
    with pytest.raises(StoreUnavailable):
        writer.run(desk.work(Receive("still full")))
    assert [event.stream for event in storage.page(0, 10_000)] == acknowledged, "reading goes on"
    ballast.unlink()
    for n in range(20):
        acknowledged.append(writer.run(desk.work(Receive(f"later{n}"))).stream)
    writer.close()
    storage.close()
    again = SqliteStorage(path)
    assert [event.stream for event in again.page(0, 10_000)] == acknowledged
    assert [event.position for event in again.page(0, 10_000)] == list(range(1, len(acknowledged) + 1))
    assert list(faults(contact(), again)) == []
    again.close()


def test_a_file_that_may_not_grow_refuses_everybody_in_the_commit_and_forgets_nothing(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "store.sqlite")
    desk = started(storage)
    desk.do(Receive("a"))
    storage._cursor.execute("PRAGMA max_page_count = 1")  # the smallest it may be is what it is
    works = [desk.work(Receive("x" * 400 + str(n))) for n in range(300)]
    results = desk.committer.commit(works)
    assert {type(result.error) for result in results} == {StoreUnavailable}
    assert storage.last_position() == 1 and len(desk.committed) == 1
    storage._cursor.execute("PRAGMA max_page_count = 100000")
    assert all(result.error is None for result in desk.committer.commit(works)), "the same use cases, sent again"
    assert storage.last_position() == 301
    assert desk.do(Queue("a")).version == 2
    assert list(faults(contact(), storage)) == []
    storage.close()


def test_a_listener_on_a_full_disk_hears_the_same_records_again(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "store.sqlite")
    source = SqliteStorage()
    desk = started(source)
    for n in range(300):
        desk.do(Receive("a" if n == 0 else f"c{n}"))
    desk.do(Queue("a", "y" * 400))
    desk.publish()
    hears = Station(listener(), storage, desk.log, desk.clock)
    storage._cursor.execute("PRAGMA max_page_count = 1")
    here = home("call-a")
    records = desk.log.read_now(here, 0, 1000)
    with pytest.raises(StoreUnavailable):
        for _ in range(50):
            hears.take(here, records)
    assert storage.last_position() == 0 and storage.inbox() == {}
    storage._cursor.execute("PRAGMA max_page_count = 100000")
    assert hears.take(here, records).handled == len(records)
    assert storage.last_position() == len(records)
    storage.close()
    source.close()
