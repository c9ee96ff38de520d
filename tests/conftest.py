"""Servers that many tests share: each is started once, by the code behind `ringback local`, and stopped at the end."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import exploring  # noqa: F401  random histories: the same ones in each run
import pytest
import unclosed  # noqa: F401  a connection left open fails the test, whatever the Python

from cli.local import postgres


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A real PostgreSQL; each test takes a schema of its own.

    Not below pytest's folder: for root the server runs as somebody else, and another run of pytest shuts that folder to them.
    """
    with TemporaryDirectory(prefix="ringback-postgres-", ignore_cleanup_errors=True) as folder:
        try:
            address = postgres.start(Path(folder)).address
            assert address is not None
            yield address
        finally:
            postgres.stop(Path(folder))
