"""The four services as real processes: started, killed, stopped and started again on the same ports, stores and log."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis.clock import SystemClock
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Role
from contracts.topics import SERVICES

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)
"""Below what the system gives to clients: nobody dials out from a port while its service is away."""
START_WITHIN_S = 60.0
STOP_WITHIN_S = 60.0
LOOK_S = 0.05


@dataclass
class Fleet:
    """`store` and `log` are what RINGBACK_STORE and RINGBACK_LOG say; left out, the services share a folder."""

    folder: Path
    store: str | None = None
    log: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self._issuer = DevIssuer.open(self.folder / "issuer")

    def token(self, subject: str, *roles: Role) -> str:
        """A bearer token the services accept."""
        return self._issuer.token(subject, roles, SystemClock())

    def address(self, service: str) -> str:
        """Where a service listens, whenever it runs."""
        return f"http://{HOST}:{self.ports[service]}"

    def start(self, *services: str) -> None:
        """Start services; they need not be ready when this returns."""
        for name in services or SERVICES:
            self.starts[name] = self.starts.get(name, 0) + 1
            with self._errors(name).open("wb") as errors:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", f"services.{name}"],
                    cwd=ROOT,
                    env=self._environment(name),
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    start_new_session=True,
                )

    def kill(self, service: str) -> None:
        """End a service at once, in the middle of whatever it does."""
        process = self.running.pop(service)
        process.kill()
        process.wait()

    def terminate(self, *services: str) -> None:
        """Ask services to stop, without waiting."""
        for name in services or tuple(self.running):
            self.running[name].send_signal(signal.SIGTERM)

    def ended(self, service: str) -> int:
        """Wait for a service to end; its exit code."""
        return self.running.pop(service).wait(STOP_WITHIN_S)

    def stop(self) -> dict[str, int]:
        """Stop everything that runs; the exit codes."""
        self.terminate()
        return {name: self.ended(name) for name in tuple(self.running)}

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        for name in tuple(self.running):
            self.kill(name)

    def await_ready(self, *services: str) -> None:
        """Return once requests can come; raises when a service ended or takes too long."""
        for name in services or SERVICES:
            until = time.monotonic() + START_WITHIN_S
            while self.probe(name, "ready")[0] != 200:
                if self.running[name].poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"{name} did not become ready; it said:\n{self.said(name)}")
                time.sleep(LOOK_S)

    def probe(self, service: str, which: str) -> tuple[int, list[str]]:
        """What a health address answers: status and reasons; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.address(service)}/health/{which}", timeout=10) as answer:
                return answer.status, json.load(answer)["reasons"]
        except urllib.error.HTTPError as failing:
            with failing:
                return failing.code, json.load(failing)["reasons"]
        except OSError:
            return 0, []

    def said(self, service: str) -> str:
        """The last lines its latest process wrote."""
        return "\n".join(self._errors(service).read_text(errors="replace").splitlines()[-20:])

    def lines(self, *services: str) -> Iterator[Mapping[str, object]]:
        """Every log line of every process there was."""
        for name in services or SERVICES:
            for path in sorted(self.folder.glob(f"{name}.*.log")):
                yield from _objects(path.read_text(errors="replace").splitlines())

    def _errors(self, service: str) -> Path:
        return self.folder / f"{service}.{self.starts[service]}.log"

    def _environment(self, name: str) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("RINGBACK_")}
        return {
            **ours,
            "RINGBACK_PORT": str(self.ports[name]),
            "RINGBACK_STORE": self.store or str(self.folder / f"{name}.sqlite"),
            "RINGBACK_LOG": self.log or str(self.folder / "log"),
            "RINGBACK_AUTH_DEV_FOLDER": str(self.folder / "issuer"),
            "RINGBACK_INSTANCE": f"{name}-0",
            "RINGBACK_RATE_PER_SECOND": "100000",
            **self.settings,
        }


def _objects(lines: Iterable[str]) -> Iterator[Mapping[str, object]]:
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue  # a line cut off by a kill
        if isinstance(found, dict):
            yield found


def free_ports(count: int) -> list[int]:
    """So many ports in a row that nobody listens on."""
    for first in range(PORTS.start + os.getpid() * 7 % len(PORTS), PORTS.stop, count):
        if all(_is_free(port) for port in range(first, first + count)):
            return list(range(first, first + count))
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
