"""A Kafka for the whole session, from the code behind `ringback local kafka`; stopped at the end whatever happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local import kafka
from cli.local.server import Server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def kafka_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of the session's broker, for tests that kill and restart it."""
    data = tmp_path_factory.mktemp("kafka")
    try:
        kafka.start(data)
        yield data
    finally:
        kafka.stop(data)


@pytest.fixture
def kafka_server(kafka_data: Path) -> Server:
    """The session's broker, running."""
    return kafka.start(kafka_data)
