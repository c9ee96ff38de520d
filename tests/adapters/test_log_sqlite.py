"""What only files can do to us: several processes, a full disk, foreign and newer and half-written files."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chassis.errors import LogError, LogUnavailable
from chassis.log.port import Outgoing, Partition
from chassis.log.sqlite import SqliteLog
from contracts.topics import Topic

TOPIC = Topic("contact", 3)
ROOT = Path(__file__).parents[2]


def one(n: int, size: int = 0) -> Outgoing:
    return Outgoing(Partition(TOPIC.name, n % TOPIC.partitions), f"call-{n}", (), str(n).encode().ljust(size))


def everything(log: SqliteLog) -> dict[int, list[int]]:
    pages = {partition: log.read_now(partition, 0, 10**6) for partition in log.ends_now(TOPIC.name)}
    for records in pages.values():
        assert [record.offset for record in records] == list(range(len(records)))
    return {partition.number: [int(record.value) for record in records] for partition, records in pages.items()}


def appending(folder: Path, start: int, stop: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPEND, str(folder), str(start), str(stop), "0"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


APPEND = """
import os, sys
from pathlib import Path
from chassis.errors import LogError
from chassis.log.port import Outgoing, Partition
from chassis.log.sqlite import SqliteLog
from contracts.topics import Topic
folder, start, stop, size = Path(sys.argv[1]), *map(int, sys.argv[2:])
try:
    log = SqliteLog(folder)
    log.create_now([Topic("contact", 3)])
    for n in range(start, stop):
        log.append_now([Outgoing(Partition("contact.events", n % 3), f"call-{n}", (), str(n).encode().ljust(size))])
        print(n, flush=True)
except LogError as error:
    print(type(error).__name__, error, flush=True)
    print(sum(log.ends_now("contact.events").values()), flush=True)
os._exit(0)  # nothing is closed: what was appended must be there all the same
"""


def test_processes_that_make_and_write_one_topic_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [appending(tmp_path / "log", start, start + 100) for start in (0, 1000, 2000)]
    for writer in writers:
        output, errors = writer.communicate(timeout=60)
        assert (len(output.splitlines()), errors) == (100, "")
    log = SqliteLog(tmp_path / "log")
    found = everything(log)
    log.close_now()
    for start in (0, 1000, 2000):
        for values in found.values():
            mine = [n for n in values if start <= n < start + 1000]
            assert mine == sorted(mine)
    assert sorted(n for values in found.values() for n in values) == [s + n for s in (0, 1000, 2000) for n in range(100)]
    assert [path.name for path in (tmp_path / "log").iterdir() if path.name.startswith(".")] == []


def test_what_was_appended_survives_a_kill_of_the_process(tmp_path: Path) -> None:
    writer = appending(tmp_path / "log", 0, 10**6)
    assert writer.stdout is not None
    appended = [int(writer.stdout.readline()) for _ in range(50)]
    writer.kill()
    appended += [int(line) for line in writer.communicate()[0].splitlines()]
    log = SqliteLog(tmp_path / "log")
    found = [n for values in everything(log).values() for n in values]
    log.close_now()
    assert set(appended) <= set(found)


def test_a_full_disk_is_named_and_what_was_appended_stays(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs user namespaces (unshare -rm), which this machine does not allow")
    script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1" 0 1000000 5000'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(tmp_path), sys.executable, APPEND],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    *appended, refusal, read = done.stdout.splitlines()
    assert refusal.startswith("LogUnavailable") and "is full: nothing was appended; make room and it goes on" in refusal
    assert int(read) == len(appended) > 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = SqliteLog(tmp_path)
    log.create_now([TOPIC])
    log.append_now([one(n) for n in range(9)])
    log.close_now()
    return tmp_path


def refusal(folder: Path) -> str:
    log = SqliteLog(folder)
    with pytest.raises(LogError) as refused:
        log.ends_now(TOPIC.name)
    log.close_now()
    return str(refused.value)


def test_a_file_of_another_program_is_refused_and_left_alone(folder: Path) -> None:
    path = folder / "contact.events.db"
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    assert "is not a log file of Ringback" in refusal(folder)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip file, perhaps " * 100, b""])
def test_a_file_that_is_no_database_is_refused(folder: Path, content: bytes) -> None:
    (folder / "contact.events.db").write_bytes(content)
    assert "is not a log file" in refusal(folder)


def test_a_half_written_file_is_refused(folder: Path) -> None:
    path = folder / "contact.events.db"
    path.write_bytes(path.read_bytes()[:5000])
    assert "damaged" in refusal(folder)


def test_a_file_of_a_newer_ringback_is_refused(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "contact.events.db")) as newer:
        newer.execute("PRAGMA user_version = 2")
    assert "has format 2, written by a newer Ringback; this one reads format 1" in refusal(folder)


def test_a_renamed_file_is_refused(folder: Path) -> None:
    (folder / "contact.events.db").rename(folder / "incident.events.db")
    log = SqliteLog(folder)
    with pytest.raises(LogError, match=r"holds topic contact\.events, not incident\.events"):
        log.read_now(Partition("incident.events", 0), 0, 1)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    with pytest.raises(LogUnavailable, match="cannot be written"):
        SqliteLog(tmp_path / "log").create_now([TOPIC])


def test_a_time_lapse_log_shows_its_own_records_at_once_and_others_theirs_after_a_flush(tmp_path: Path) -> None:
    own, other = SqliteLog(tmp_path, durable=False), SqliteLog(tmp_path)
    own.create_now([TOPIC])
    marks = [own.mark_now(TOPIC.name)]
    own.append_now([one(n) for n in range(9)])
    marks.append(own.mark_now(TOPIC.name))
    assert marks[0] != marks[1]
    assert everything(own) == {number: list(range(number, 9, 3)) for number in range(3)}
    assert everything(other) == {0: [], 1: [], 2: []}
    before = other.mark_now(TOPIC.name)
    own.flush_now()
    assert everything(other) == everything(own)
    assert other.mark_now(TOPIC.name) != before
    own.append_now([one(9)])
    own.close_now()
    assert everything(other)[0] == [0, 3, 6, 9]
    other.close_now()


def test_an_append_of_several_topics_reaches_each(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    other = Topic("incident", 1)
    log.create_now([TOPIC, other])
    log.append_now([one(0), Outgoing(Partition(other.name, 0), "incident-1", (), b"1"), one(3)])
    assert everything(log)[0] == [0, 3]
    assert log.ends_now(other.name) == {Partition(other.name, 0): 1}
    log.close_now()


def test_an_append_with_one_impossible_record_appends_none(folder: Path) -> None:
    log = SqliteLog(folder)
    with pytest.raises(LogError, match="partitions 0 to 2, not 3"):
        log.append_now([one(9), Outgoing(Partition(TOPIC.name, 3), "call-1", (), b"x")])
    assert everything(log)[0] == [0, 3, 6]
    log.close_now()
