"""The README's tour: `ringback up`, a call that breaks off, its review and its ring within a second, its history, a clean end."""

import http.client
import json
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from journeys.fleet import ROOT, free_ports
from journeys.operator import COMMAND, Said, environment, ringback

from chassis.clock import SystemClock
from chassis.exits import Exit
from cli.folder import MARK
from contracts.topics import SERVICES

WITHIN_S = 60.0
REVIEW = "24eb98c5-7fa7-541e-b548-4ab86201b07e"
"""The review of the call "1" of the switch "bt", as the README names it."""


class Up:
    """A running `ringback up`, as its operator sees it."""

    def __init__(self, data: Path, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.data, self.process = data, process
        self.addresses: dict[str, str] = json.loads(process.stdout.readline())
        self.children = psutil.Process(process.pid).children(recursive=True)
        self._token = ringback("token", "--data", str(data)).out.strip()

    def ask(self, service: str, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, Any]:
        """One request, as curl makes it."""
        where = urlsplit(self.addresses[service])
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=WITHIN_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.load(answer)
        finally:
            connection.close()

    def tell(self, fact: str, **more: str) -> datetime:
        """One telephony fact about the call of the tour, of now."""
        now = SystemClock().now()
        status, answer = self.ask(
            "contact", "POST", "/telephony/facts", {"fact": fact, "switch": "bt", "call": "1", "at": now.isoformat(), **more}
        )
        assert status in (200, 201), answer
        return now

    def until(self, seen: Callable[[Any], bool], service: str, path: str) -> Any:
        """Read until it is as expected."""
        until = time.monotonic() + WITHIN_S
        while True:
            status, answer = self.ask(service, "GET", path)
            if status == 200 and seen(answer):
                return answer
            assert time.monotonic() < until, answer
            time.sleep(0.02)

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WITHIN_S)


@contextmanager
def up(data: Path, *arguments: str) -> Iterator[Up]:
    """`ringback up`, which leaves nothing running."""
    command = [*COMMAND, "up", "--data", str(data), "--port", str(free_ports(4)[0]), "--json", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        running = Up(data, process)
        try:
            yield running
        finally:
            for child in running.children:
                if child.is_running():
                    child.kill()
            process.kill()


def test_a_call_breaks_off_and_the_review_the_ring_and_the_history_can_be_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data) as running:
        assert tuple(running.addresses) == SERVICES
        assert len(running.children) == len(SERVICES)
        running.tell("presented", number="+447700900123")
        gone = running.tell("hung_up")
        review = running.until(
            lambda one: any(attempt["state"] == "ringing" for attempt in one["attempts"]), "callback", f"/reviews/{REVIEW}"
        )
        assert review["open"] and review["abandonment"] == "before_queue"
        started = datetime.fromisoformat(review["attempts"][0]["started_at"])
        print(f"review opened after {_seconds(gone, review['opened_at'])} s, rings after {(started - gone).total_seconds()} s")

        told = running.until(lambda page: len(page["events"]) >= 4, "callback", f"/reviews/{REVIEW}/history")["events"]
        kinds = [event["type"].split(".")[-2] for event in told]
        assert kinds[:4] == ["ReviewOpened", "ReviewAssessed", "AttemptPlanned", "AttemptStarted"]

        printed = ringback("history", f"review-{REVIEW}", "--data", str(data), "--json")
        assert [json.loads(line)["type"] for line in printed.out.splitlines()][:4] == [event["type"] for event in told[:4]]
        assert "AttemptStarted" in ringback("history", f"review-{REVIEW}", "--data", str(data)).out
        _the_past_can_be_asked_for(running, gone, review)
        _the_log_can_be_looked_at(data)
        assert ringback("verify", str(data)).code == Exit.OK
        assert running.interrupt() == Exit.OK
        assert not [child for child in running.children if child.is_running()]


def _seconds(begin: datetime, end: str) -> float:
    return (datetime.fromisoformat(end) - begin).total_seconds()


def _the_past_can_be_asked_for(running: Up, gone: datetime, review: Mapping[str, Any]) -> None:
    """As known between the two facts there is a call and no review; as known when it opened, nothing rang yet."""
    between = gone.isoformat().replace("+00:00", "Z")
    status, call = running.ask("contact", "GET", f"/calls/{REVIEW}?known_at={between}")
    assert status == 200 and call.get("abandonment") is None
    assert running.ask("callback", "GET", f"/reviews/{REVIEW}?known_at={between}")[0] == 404
    known = ringback("history", f"call-{REVIEW}", "--known-at", between, "--data", str(running.data), "--json")
    assert [json.loads(line)["type"].split(".")[-2] for line in known.out.splitlines()] == ["CallReceived"]
    unknown = ringback("history", f"review-{REVIEW}", "--known-at", between, "--data", str(running.data))
    assert unknown.code != Exit.OK and "Traceback" not in unknown.err
    assert ringback("history", f"call-{REVIEW}", "--known-at", "yesterday", "--data", str(running.data)).code == Exit.USAGE


def _the_log_can_be_looked_at(data: Path) -> None:
    tail = ringback("log", "tail", "--data", str(data), "--json")
    types = [json.loads(line)["attributes"]["type"] for line in tail.out.splitlines()]
    assert {"ringback.contact.CallAbandoned.v1", "ringback.callback.ReviewOpened.v1"} <= set(types)


def test_what_stands_survives_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data) as running:
        running.tell("presented", number="+447700900123")
        running.tell("hung_up")
        running.until(lambda one: bool(one["attempts"]), "callback", f"/reviews/{REVIEW}")
        assert running.interrupt() == Exit.OK
    with up(data) as running:
        running.tell("hung_up")
        assert running.until(lambda one: True, "callback", f"/reviews/{REVIEW}")["open"]
        assert running.interrupt() == Exit.OK


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    port = free_ports(4)[0]
    with socket.create_server(("127.0.0.1", port + 2)):
        said = ringback("up", "--data", str(tmp_path / "data"), "--port", str(port))
    _refused(said, Exit.PORT_IN_USE, rf"port {port + 2} on 127.0.0.1 is in use")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8")
    said = ringback("up", "--data", str(tmp_path), "--port", "0")
    _refused(said, Exit.REFUSED_DATA, "is not a data folder of Ringback")
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text('{"format": 2, "kind": "live", "state": "running"}')
    _refused(ringback("up", "--data", str(tmp_path), "--port", "0"), Exit.REFUSED_DATA, "newer Ringback")


def test_the_folder_of_a_time_lapse_that_is_over_does_not_go_live(tmp_path: Path) -> None:
    (tmp_path / "ringback.json").write_text('{"format": 1, "kind": "force-day", "state": "complete"}')
    _refused(ringback("up", "--data", str(tmp_path), "--port", "0"), Exit.REFUSED_DATA, "is over")


def test_a_half_written_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text('{"format": 1, "kind": "force-day", "state": "running"}')
    _refused(ringback("up", "--data", str(tmp_path), "--port", "0"), Exit.REFUSED_DATA, "half written")
    (tmp_path / MARK).write_text('{"format": 1, "kind"')
    _refused(ringback("up", "--data", str(tmp_path), "--port", "0"), Exit.REFUSED_DATA, "the folder is damaged")


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100], ids=["empty", "foreign"])
def test_a_store_that_is_no_store_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MARK).write_text('{"format": 1, "kind": "live", "state": "running"}')
    (tmp_path / "callback.sqlite").write_bytes(content or _someone_elses_database(tmp_path))
    before = (tmp_path / "callback.sqlite").read_bytes()
    said = ringback("up", "--data", str(tmp_path), "--port", "0")
    _refused(said, Exit.REFUSED_DATA, "the store is refused")
    assert (tmp_path / "callback.sqlite").read_bytes() == before


def _someone_elses_database(folder: Path) -> bytes:
    path = folder / "address-book"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE friends (name TEXT)")
    connection.close()
    content = path.read_bytes()
    path.unlink()
    return content


def _refused(said: Said, code: Exit, words: str) -> None:
    assert said.code == code, said
    assert re.search(words, said.err), said.err
    assert "Traceback" not in said.err + said.out
