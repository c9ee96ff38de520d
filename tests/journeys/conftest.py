"""What the journeys run on: a Kafka of their own, which they kill, and a PostgreSQL of their own, from the operator's code."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from journeys.fleet import Fleet

from cli.local import kafka, postgres


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def kafka_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder for a broker, stopped whatever happened; the test starts it."""
    folder = tmp_path_factory.mktemp("journey-kafka")
    yield folder
    kafka.stop(folder)


@pytest.fixture
def database() -> Iterator[str]:
    """An empty PostgreSQL, by its DSN. Not in pytest's own folder, which the next pytest locks again for other users."""
    with TemporaryDirectory(prefix="ringback-journey-") as folder:
        try:
            address = postgres.start(Path(folder)).address
            assert address is not None
            yield address
        finally:
            postgres.stop(Path(folder))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    """Makes fleets, of which nothing is left running."""
    made: list[Fleet] = []

    def make(**chosen: Any) -> Fleet:
        made.append(Fleet(tmp_path, **chosen))
        return made[-1]

    yield make
    for one in made:
        one.close()
