"""`ringback up`: the four services as four processes, on one machine, until Ctrl-C."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from chassis.errors import StoreRefused
from chassis.exits import Exit
from chassis.server import listen
from chassis.settings import for_child
from cli.folder import MARK, DataFolder
from contracts.topics import SERVICES

FIRST_PORT = 8001
START_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0


class _Word(NamedTuple):
    """What a child said: where it listens, or (address None) that it ended."""

    service: str
    address: str | None


def up(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of stores, log and keys; made if missing.")] = Path(
        "data"
    ),
    port: Annotated[
        int, typer.Option("--port", min=0, max=65531, help="First of four ports in a row; 0: any free ones.")
    ] = FIRST_PORT,
    kafka: Annotated[str | None, typer.Option("--kafka", metavar="HOST:PORT", help="Kafka instead of the embedded log.")] = None,
    postgres: Annotated[str | None, typer.Option("--postgres", metavar="DSN", help="PostgreSQL instead of SQLite files.")] = None,
    sip: Annotated[
        str | None, typer.Option("--sip", metavar="HOST:PORT", help="Ring callers over this SIP trunk instead of a simulation.")
    ] = None,
    sip_handler: Annotated[
        str | None, typer.Option("--sip-handler", metavar="ADDRESS", help="Whom callers that answer are joined to.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one JSON object.")] = False,
) -> None:
    """Start contact, callback, incident and dispatch; print their addresses; stop them cleanly on Ctrl-C.

    Example: ringback up --data data
    Example: ringback up --sip 203.0.113.5:5060 --sip-handler sip:desk@203.0.113.7
    Example: ringback up --kafka 127.0.0.1:9092 --postgres postgresql://postgres:secret@127.0.0.1:5432/postgres
    """
    _folder(data)
    ports = {name: port + n if port else 0 for n, name in enumerate(SERVICES)}
    for number in ports.values():
        listen("127.0.0.1", number).close()
    words: SimpleQueue[_Word] = SimpleQueue()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    dialled = _dialled(sip, sip_handler)
    children = {name: _start(name, _environment(name, data, ports[name], kafka, postgres) | dialled, words) for name in SERVICES}
    try:
        addresses = _addresses(children, words, stopping)
        if addresses:
            _show(addresses, data, as_json)
            _watch(words, stopping)
    finally:
        codes = _stop(children)
    failed = {name: code for name, code in codes.items() if code}
    if failed:
        typer.echo(
            f"ringback up: ended with an error: {', '.join(f'{name} (exit {code})' for name, code in failed.items())}", err=True
        )
        raise typer.Exit(next(iter(failed.values())))


def _folder(data: Path) -> None:
    if (data / MARK).exists() or (data.exists() and any(data.iterdir()) and not (data / "issuer").exists()):
        if DataFolder.open(data).complete():
            raise StoreRefused(
                f"{data} holds a time-lapse that is over: look at it with `ringback history`, go live in another folder."
            )
    else:
        data.mkdir(parents=True, exist_ok=True)
        DataFolder(data).mark("live", "running")


def _dialled(sip: str | None, handler: str | None) -> dict[str, str]:
    if sip is None:
        return {}
    return {"RINGBACK_TELEPHONE": "sip", "RINGBACK_SIP_TRUNKS": sip} | ({"RINGBACK_SIP_HANDLERS": handler} if handler else {})


def _environment(name: str, data: Path, port: int, kafka: str | None, postgres: str | None) -> dict[str, str]:
    folder = DataFolder(data.absolute())
    chosen = {
        "RINGBACK_PORT": str(port),
        "RINGBACK_STORE": postgres or str(folder.store_path(name)),
        "RINGBACK_LOG": f"kafka://{kafka}" if kafka else str(folder.log_path()),
        "RINGBACK_AUTH_DEV_FOLDER": str(folder.path / "issuer"),
        "RINGBACK_LOG_LEVEL": "warning",
    }
    return {**for_child(chosen), "RINGBACK_PORT": str(port)}


def _start(name: str, environment: Mapping[str, str], words: "SimpleQueue[_Word]") -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-m", f"services.{name}"],
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    threading.Thread(target=_listen, args=(name, child.stdout, words), daemon=True).start()
    return child


def _listen(name: str, lines: IO[str], words: "SimpleQueue[_Word]") -> None:
    for line in lines:
        with suppress(ValueError, KeyError):
            words.put(_Word(name, json.loads(line)["address"]))
    words.put(_Word(name, None))


def _addresses(
    children: "Mapping[str, subprocess.Popen[str]]", words: "SimpleQueue[_Word]", stopping: threading.Event
) -> dict[str, str]:
    addresses: dict[str, str] = {}
    waited = 0.0
    while len(addresses) < len(children) and not stopping.is_set():
        try:
            name, address = words.get(timeout=0.2)
        except Empty:
            waited += 0.2
            if waited > START_WITHIN_S:
                raise typer.Exit(Exit.INTERNAL) from None
            continue
        if address is None:
            return {}
        addresses[name] = address
    return {} if stopping.is_set() else {name: addresses[name] for name in SERVICES}


def _watch(words: "SimpleQueue[_Word]", stopping: threading.Event) -> None:
    while not stopping.is_set():
        with suppress(Empty):
            if words.get(timeout=0.2).address is None:
                return


def _stop(children: "Mapping[str, subprocess.Popen[str]]") -> dict[str, int]:
    for child in children.values():
        child.terminate()
    codes = {}
    for name, child in children.items():
        try:
            codes[name] = child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            codes[name] = child.wait()
    return codes


def _show(addresses: Mapping[str, str], data: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(addresses))
        sys.stdout.flush()
        return
    table = Table(title="Ringback is up; Ctrl-C stops it", title_justify="left")
    table.add_column("service")
    table.add_column("address")
    for name, address in addresses.items():
        table.add_row(name, address)
    Console().print(table)
    typer.echo(f"A token for curl:  TOKEN=$(ringback token --data {data})")
    sys.stdout.flush()
