"""A process drains, restarts what fails, says what hangs, and ends with a code that means something."""

import asyncio
import errno
import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chassis.errors import LogUnavailable, PolicyRefused, SettingsRefused, StoreRefused, StoreUnavailable
from chassis.exits import Exit
from chassis.lifecycle import Beat, Lifecycle, Loop, Parts, keep

ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).with_name("a_process.py")
FOR_EVER = 600.0


class Running:
    """A process under test, by what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.port = 0

    def wait_for(self, word: str) -> str:
        """The next line that begins with `word`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line.startswith(word):
                return line.strip()
        raise AssertionError(f"ended without saying {word!r}; said {self.said}; {self.errors()}")

    def wait_until_open(self) -> None:
        self.port = int(self.wait_for("port ").split()[1])

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def until_failing(self, path: str) -> str:
        """Ask a probe until it fails; the reasons it gives."""
        status = 200
        while status == 200:
            status, body = self.get(path)
        return body

    def end(self) -> int:
        assert self.process.stdout is not None
        self.said += [line.strip() for line in self.process.stdout]
        return self.process.wait(60)

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()


@contextmanager
def running(kind: str, port: int = 0, prestop_s: float = 0, silent_after_s: float = FOR_EVER) -> Iterator[Running]:
    command = [sys.executable, str(PROGRAM), kind, str(port), str(prestop_s), str(silent_after_s)]
    with subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def test_a_request_under_way_is_answered_before_anything_stops() -> None:
    with running("steady") as service:
        service.wait_until_open()
        answers: list[tuple[int, str]] = []
        asking = threading.Thread(target=lambda: answers.append(service.get("/slow")))
        asking.start()
        service.wait_for("in flight")
        service.process.send_signal(signal.SIGTERM)
        assert service.end() == Exit.OK
        asking.join()
        assert answers == [(200, "")]
        assert service.said[-5:] == ["answered", "steady stopped", "steady stopped", "last stopped", "closed"]
        assert '"closing failed"' in service.errors()


def test_ctrl_c_stops_as_cleanly() -> None:
    with running("steady") as service:
        service.wait_until_open()
        service.process.send_signal(signal.SIGINT)
        assert service.end() == Exit.OK
        assert service.said[-1] == "closed"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)])
def test_readiness_turns_false_while_the_door_is_open_and_a_second_signal_ends_at_once(
    number: signal.Signals, code: Exit
) -> None:
    with running("steady", prestop_s=FOR_EVER) as service:
        service.wait_until_open()
        assert service.get("/ready") == (200, "")
        service.process.send_signal(number)
        assert "draining" in service.until_failing("/ready")
        assert service.get("/live") == (200, "")
        service.process.send_signal(number)
        assert service.end() == code
        assert "closed" not in service.said


def test_a_loop_that_fails_is_started_again_and_nothing_it_quoted_is_logged() -> None:
    with running("crashing") as service:
        service.wait_for("runs again")
        service.process.send_signal(signal.SIGTERM)
        assert service.end() == Exit.OK
        errors = service.errors()
        assert "a loop failed; it is started again" in errors
        assert "900123" not in errors


def test_a_hanging_loop_fails_liveness_but_not_readiness_and_is_cut_off() -> None:
    with running("hanging", silent_after_s=0.2) as service:
        service.wait_until_open()
        assert "loop hanging has been silent" in service.until_failing("/live")
        assert service.get("/ready") == (200, "")
        service.process.send_signal(signal.SIGTERM)
        assert service.end() == Exit.OK
        assert service.said[-2:] == ["last stopped", "closed"]
        assert "cut off" in service.errors()


def test_liveness_does_not_watch_a_loop_that_is_not_critical() -> None:
    with running("careless", silent_after_s=0) as service:
        service.wait_until_open()
        assert "hanging" in service.said
        assert service.get("/live") == (200, "")


def test_a_port_in_use_is_named_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("steady", port=port) as service:
            assert service.end() == Exit.PORT_IN_USE
            assert service.said == []
            assert service.errors() == (
                f"ringback test: port {port} on 127.0.0.1 is in use: stop the process that listens there,"
                " or choose another with RINGBACK_PORT\n"
            )


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StoreRefused("contact.sqlite is of version 9"), Exit.REFUSED_DATA, "the store is refused: contact.sqlite is of"),
        (PolicyRefused("grades.toml: a gap"), Exit.REFUSED_DATA, "the policy is refused: grades.toml: a gap"),
        (StoreUnavailable("no answer from db:5432"), Exit.STORE_UNAVAILABLE, "the store is not available: no answer"),
        (LogUnavailable("no answer from kafka:9092"), Exit.LOG_UNAVAILABLE, "the log is not available: no answer"),
        (SettingsRefused("RINGBACK_PORT: no"), Exit.SETTINGS, "RINGBACK_PORT: no"),
        (OSError(errno.ENOSPC, "No space left on device", "/data/a"), Exit.STORE_UNAVAILABLE, "the disk is full (/data/a)"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/a"), Exit.STORE_UNAVAILABLE, "permission denied (/data/a)"),
        (ValueError("caller 07700 900123"), Exit.INTERNAL, "this is a defect of the program: ValueError in "),
    ],
)
def test_a_start_that_fails_ends_with_one_sentence_and_its_code(
    error: Exception, code: Exit, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def build() -> Parts:
        raise error

    assert Lifecycle("contact", "127.0.0.1", 0, drain_s=1).run(build) == code
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"ringback contact: {words}")
    assert "900123" not in said


def test_a_service_that_is_being_built_stops_on_a_signal(capsys: pytest.CaptureFixture[str]) -> None:
    async def build() -> Parts:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.Event().wait()
        raise AssertionError

    assert Lifecycle("contact", "127.0.0.1", 0, drain_s=1).run(build) == Exit.OK


def test_an_app_that_does_not_start_is_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    async def failing(scope: object, receive: object, send: Callable[[object], Awaitable[None]]) -> None:
        await send({"type": "lifespan.startup.failed"})

    async def build() -> Parts:
        return Parts(failing)

    assert Lifecycle("contact", "127.0.0.1", 0, drain_s=1).run(build) == Exit.INTERNAL


def test_before_it_serves_a_process_is_alive_and_neither_started_nor_ready() -> None:
    process = Lifecycle("contact", "127.0.0.1", 0, drain_s=1)
    assert (process.live(), process.started(), process.ready()) == ([], ["starting"], ["starting"])


@pytest.mark.parametrize(
    ("error", "beats"), [(LogUnavailable("no answer"), 1), (StoreUnavailable("no answer"), 1), (ValueError(), 0)]
)
def test_waiting_for_a_dependency_is_a_sign_of_life_and_a_defect_is_not(error: Exception, beats: int) -> None:
    beaten: list[int] = []

    async def kept() -> None:
        runs: list[int] = []

        async def run(stop: asyncio.Event, beat: Beat) -> None:
            runs.append(1)
            if len(runs) == 2:
                stop.set()
                return
            raise error

        await keep(Loop("inbox", run), asyncio.Event(), lambda: beaten.append(1))
        assert len(runs) == 2

    asyncio.run(kept())
    assert len(beaten) == beats
