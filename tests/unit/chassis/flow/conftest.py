"""Stores to work on, in files and in a real PostgreSQL; loops run on asyncio."""

import pytest
from stage import memory, sqlite, stores

__all__ = ["memory", "sqlite", "stores"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
