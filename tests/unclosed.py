"""SQLite connections that nobody closed, told of by every Python as 3.13 tells of them: what runs on it is tested on each."""

import sqlite3
import sys
import warnings
from functools import partial
from typing import Any


class Watched(sqlite3.Connection):
    """Says so when it goes away open."""

    def __del__(self) -> None:
        try:
            _ = self.total_changes
        except sqlite3.ProgrammingError:
            return  # closed
        warnings.warn(f"unclosed database in {self!r}", ResourceWarning, stacklevel=1, source=self)


if sys.version_info < (3, 13):
    connect: Any = partial(sqlite3.connect, factory=Watched)
    sqlite3.connect = connect
