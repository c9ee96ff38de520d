"""SIPp as the called party: found on this machine, or fetched once as Debian's own packages without being installed."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil

from cli.local import folders
from cli.local.process import free_port, one_at_a_time

HOST = "127.0.0.1"
SCENARIOS = Path(__file__).with_name("scenarios")
PACKAGES = ("sip-tester", "libgsl27", "libgslcblas0", "libpcap0.8", "libsctp1", "libdbus-1-3")
"""SIPp and the libraries it needs beside those of every Debian; apt checks their signatures."""
START_WITHIN_S = 10.0


class NoSipp(Exception):
    """There is no SIPp here, and why it cannot be fetched."""


@dataclass(frozen=True, slots=True)
class Program:
    """SIPp, and where its libraries are."""

    path: str
    libraries: str | None = None


def program() -> Program:
    """SIPp of this machine, or one unpacked in the user's cache; raises NoSipp."""
    if (installed := shutil.which("sipp")) is not None:
        return Program(installed)
    folder = folders.cache() / "sipp"
    with one_at_a_time(folder.parent):
        if not (folder / "usr" / "bin" / "sipp").exists():
            _fetch(folder)
    unpacked = Program(str(folder / "usr" / "bin" / "sipp"), _libraries(folder))
    _check(unpacked)
    return unpacked


def _fetch(folder: Path) -> None:
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise NoSipp(f"no sipp is installed, and without {' and '.join(missing)} it cannot be fetched: install SIPp 3.6 or newer")
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _run(["apt-get", "download", *PACKAGES], draft, "install Debian's sip-tester, or run apt-get update if its lists are old")
    for package in sorted(draft.glob("*.deb")):
        _run(["dpkg-deb", "-x", package.name, "."], draft, "the package is damaged")
    draft.rename(folder)


def _run(command: list[str], folder: Path, advice: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NoSipp(f"no sipp is installed, and `{' '.join(command[:2])}` failed ({last[:200]}): {advice}")


def _libraries(folder: Path) -> str:
    return os.pathsep.join(str(path) for path in sorted({path.parent for path in folder.rglob("*.so*")}))


def _check(unpacked: Program) -> None:
    said = subprocess.run([unpacked.path, "-v"], env=_environment(unpacked), capture_output=True, text=True, check=False)
    if "SIPp v" not in said.stdout + said.stderr:
        raise NoSipp(f"the SIPp in {unpacked.path} does not run on this {platform.machine()}: {said.stderr.strip()[-200:]}")


def _environment(sipp: Program) -> dict[str, str]:
    return {**os.environ, **({"LD_LIBRARY_PATH": sipp.libraries} if sipp.libraries else {})}


@dataclass(frozen=True, slots=True)
class Called:
    """A running SIPp."""

    port: int
    messages: Path
    said: Path

    def dials(self) -> list[str]:
        """The Call-ID of every call that was begun, however often its INVITE was repeated; read once SIPp has ended."""
        text = self.messages.read_text(errors="replace") if self.messages.exists() else ""
        begun = re.findall(r"message received.*?\n\n(INVITE .*?)\n\n", text.replace("\r", ""), re.DOTALL)
        fresh = (one for one in begun if not re.search(r"^To:.*;tag=", one, re.MULTILINE))
        return list(dict.fromkeys(match[1] for one in fresh if (match := re.search(r"^Call-ID: *(\S+)", one, re.MULTILINE))))

    def complaints(self) -> str:
        """What SIPp found wrong with us."""
        return self.said.read_text(errors="replace") if self.said.exists() else ""


@contextmanager
def called(sipp: Program, folder: Path, scenario: str, carrier: str = "udp", **fill: str) -> Iterator[Called]:
    """SIPp playing a scenario whose `[name]`s are filled in, until the end of the block."""
    text = (SCENARIOS / f"{scenario}.xml").read_text()
    for name, value in fill.items():
        text = text.replace(f"[{name}]", value)
    port = free_port()
    work = folder / f"{scenario}-{port}"
    work.mkdir(parents=True)
    (work / "scenario.xml").write_text(text)
    running = Called(port, work / "messages.log", work / "errors.log")
    command = [sipp.path, "-sf", "scenario.xml", "-i", HOST, "-p", str(port), "-t", "u1" if carrier == "udp" else "t1"]
    command += ["-nostdin", "-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"]
    with (work / "screen.log").open("wb") as screen:
        process = subprocess.Popen(command, cwd=work, env=_environment(sipp), stdout=screen, stderr=screen)
    try:
        _await(process, port)
        yield running
    finally:
        _end(process)


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = monotonic() + START_WITHIN_S
    while process.poll() is None and monotonic() < until:
        if any(one.laddr and one.laddr.port == port for one in psutil.Process(process.pid).net_connections()):
            return
        sleep(0.02)
    raise AssertionError(f"SIPp did not listen on {port}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
