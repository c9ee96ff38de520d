"""What the tests of the contracts share: where the real inputs lie, if they lie anywhere."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Public test vectors that are not part of this project."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    data = Path(os.environ.get("RINGBACK_SHARED_DATA", beside))
    if not data.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return data / "vectors"
