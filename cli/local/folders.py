"""Where local servers keep their data and what they downloaded: the XDG folders of this user."""

import os
from pathlib import Path


def data() -> Path:
    """The default data folder."""
    return _home("XDG_DATA_HOME", ".local/share") / "ringback" / "local"


def cache() -> Path:
    """What can be fetched again."""
    return _home("XDG_CACHE_HOME", ".cache") / "ringback"


def _home(variable: str, otherwise: str) -> Path:
    given = os.environ.get(variable)
    return Path(given) if given else Path.home() / otherwise
