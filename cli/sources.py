"""Where a command reads from: a data folder, or the PostgreSQL and the Kafka of a larger installation."""

from pathlib import Path
from typing import Annotated

import typer

from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Log
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Storage
from cli.folder import DataFolder

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Data folder.")]
Postgres = Annotated[str | None, typer.Option("--postgres", metavar="DSN", help="postgresql://... instead of SQLite files.")]
Kafka = Annotated[str | None, typer.Option("--kafka", metavar="HOST:PORT", help="Kafka instead of the folder's log.")]

Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy", metavar="DIR", envvar="RINGBACK_POLICY", help="Folder of the force's own policy files, if it has any."
    ),
]


def open_store(service: str, data: Path, postgres: str | None) -> Storage:
    """The store of a service that exists already."""
    if postgres is not None:
        return PostgresStorage(postgres, service)
    return DataFolder.open(data).existing([service])[service]


def open_log(data: Path, kafka: str | None) -> Log:
    """The log, wherever it is."""
    if kafka is None:
        return DataFolder.open(data).log()
    return KafkaLog(KafkaSettings(servers=kafka, client_id="ringback-cli"))
