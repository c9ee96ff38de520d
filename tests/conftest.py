"""Servers that many tests share: each is started once, by the code behind `ringback local`, and stopped at the end."""

from collections.abc import Iterator

import pytest

from cli.local import postgres


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL; each test takes a schema of its own."""
    data = tmp_path_factory.mktemp("postgres")
    try:
        address = postgres.start(data).address
        assert address is not None
        yield address
    finally:
        postgres.stop(data)
