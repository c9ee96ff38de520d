"""`ringback local`: start, stop and look at the servers of this machine."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.local import kafka as kafka_server
from cli.local import postgres as postgres_server
from cli.local.server import LocalServerError, Server

REFUSED = 1
NOT_RUNNING = 3

app = typer.Typer(no_args_is_help=True, help="A Kafka and a PostgreSQL of your own on this machine: no root, no Docker.")
kafka = typer.Typer(no_args_is_help=True, help="One Apache Kafka 4.3 node. The first start fetches 54 MB of jars.")
postgres = typer.Typer(no_args_is_help=True, help="One PostgreSQL 18 server behind a password of its own.")
app.add_typer(kafka, name="kafka")
app.add_typer(postgres, name="postgres")

EXITS = "Exit codes: 0 done, 1 refused (the reason is printed), 2 wrong usage."

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data; otherwise $XDG_DATA_HOME or ~/.local/share, ringback/local."),
]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Otherwise the last one used, or a free one.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@kafka.command("start", epilog=EXITS)
def start_kafka(data: Data = None, port: Port = None, as_json: AsJson = False) -> None:
    """Start Kafka, or say where it runs already. What it held is there again.

    Example: ringback local kafka start --port 9092
    """
    console = Console(stderr=True)
    with console.status("starting Kafka") as shown:
        fetching = "fetching Kafka's jars: once, 54 MB, about half a minute"
        server = _or_exit(lambda: kafka_server.start(data, port, lambda: shown.update(fetching)))
    _show(server, as_json)


@kafka.command("stop", epilog=EXITS)
def stop_kafka(data: Data = None, as_json: AsJson = False) -> None:
    """Stop Kafka; its data stays. Nothing happens when it does not run.

    Example: ringback local kafka stop
    """
    _show(_or_exit(lambda: kafka_server.stop(data)), as_json)


@kafka.command("status", epilog=f"{EXITS} 3: it does not run.")
def show_kafka(data: Data = None, as_json: AsJson = False) -> None:
    """Say whether Kafka runs, where, and where its log is.

    Example: ringback local kafka status --json
    """
    _show_status(_or_exit(lambda: kafka_server.status(data)), as_json)


@postgres.command("start", epilog=EXITS)
def start_postgres(data: Data = None, port: Port = None, as_json: AsJson = False) -> None:
    """Start PostgreSQL, or say where it runs already, and print its DSN. What it held is there again.

    Example: psql "$(ringback local postgres start --json | jq -r .address)"
    """
    _show(_or_exit(lambda: postgres_server.start(data, port)), as_json)


@postgres.command("stop", epilog=EXITS)
def stop_postgres(data: Data = None, as_json: AsJson = False) -> None:
    """Stop PostgreSQL; its data stays. Nothing happens when it does not run.

    Example: ringback local postgres stop
    """
    _show(_or_exit(lambda: postgres_server.stop(data)), as_json)


@postgres.command("status", epilog=f"{EXITS} 3: it does not run.")
def show_postgres(data: Data = None, as_json: AsJson = False) -> None:
    """Say whether PostgreSQL runs, its DSN, and where its log is.

    Example: ringback local postgres status --json
    """
    _show_status(_or_exit(lambda: postgres_server.status(data)), as_json)


def _or_exit(action: Callable[[], Server]) -> Server:
    try:
        return action()
    except LocalServerError as refused:
        reason = str(refused)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    typer.echo(f"refused: {reason}", err=True)
    raise typer.Exit(REFUSED)


def _show_status(server: Server, as_json: bool) -> None:
    _show(server, as_json)
    if not server.running:
        raise typer.Exit(NOT_RUNNING)


def _show(server: Server, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(server), default=str))
        return
    typer.echo(
        f"{server.name} runs at {server.address} (process {server.pid})" if server.running else f"{server.name} does not run"
    )
    typer.echo(f"data {server.data}\nlog  {server.log}")
