"""Processes that outlive the command that started them: found again by their command line, so that no stranger is ever ended."""

import fcntl
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import Signals

import psutil

from cli.local.server import HOST, LocalServerError

STEP_S = 0.05
ENDING_S = 3.0


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder against another start or stop of the same server."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def launch(command: Sequence[str], output: Path) -> int:
    """Start a process in a session of its own, its output appended to a file, and return its id."""
    line = f"{shlex.join(command)} </dev/null >>{shlex.quote(str(output))} 2>&1 & echo $!"
    shell = subprocess.run(["/bin/sh", "-c", line], stdout=subprocess.PIPE, text=True, check=True, start_new_session=True)
    return int(shell.stdout)


def alive(pid: int | None, *marks: str) -> bool:
    """Whether the process runs and its command line holds every mark: process ids are used again."""
    if pid is None:
        return False
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and all(mark in process.cmdline() for mark in marks)
    except psutil.Error:
        return False


def wait_for_the_end_of(pid: int) -> None:
    """Wait for a process that was killed but is not quite gone: its locks still count."""
    wait_until(lambda: not _ending(pid), ENDING_S)


def _ending(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() == psutil.STATUS_ZOMBIE or not process.cmdline()
    except psutil.Error:
        return False


def end(pid: int, signals: Sequence[Signals], limit_s: float) -> None:
    """Send each signal in turn until the process is gone, waiting `limit_s` after each."""
    try:
        process = psutil.Process(pid)
        for signal in signals:
            process.send_signal(signal)
            if process in psutil.wait_procs([process], timeout=limit_s)[0]:
                return
    except psutil.NoSuchProcess:
        return
    raise LocalServerError(f"process {pid} does not end; look at it with `ps -p {pid}`")


def wait_until(ready: Callable[[], bool], limit_s: float) -> bool:
    """Whether it became so within the limit."""
    until = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > until:
            return False
        time.sleep(STEP_S)
    return True


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def refuse_if_taken(port: int) -> None:
    """Raise LocalServerError when the port cannot be listened on; one whose owner is just ending is waited for."""
    if not wait_until(lambda: _can_listen(port), ENDING_S):
        raise LocalServerError(
            f"port {port} of {HOST} cannot be had: another program uses it, or it is reserved; "
            "stop that program, or give another port with --port"
        )


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def last_words(log: Path, lines: int = 5) -> str:
    """The end of a log file, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
