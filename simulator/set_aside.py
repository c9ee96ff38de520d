"""Where rows go that cannot become events: kept in a file with their place and their reason, counted, never lost."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

SHOWN = 200
"""How many rows are kept at hand for the report; the file has them all."""


class Row(NamedTuple):
    """One row that was set aside. The content stays in the source: it may be personal."""

    file: str
    line: int
    reason: str


class SetAside:
    """Rows set aside so far. With a folder, every one is written to `set-aside.tsv` in it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.by_reason: Counter[str] = Counter()
        self.first: list[Row] = []
        self.path = folder / "set-aside.tsv" if folder else None
        if self.path:
            self.path.write_text("file\tline\treason\n", encoding="utf-8")

    def __len__(self) -> int:
        return self.by_reason.total()

    def add(self, file: str, line: int, reason: str) -> None:
        """Set one row aside; `line` counts from 1, the header included."""
        row = Row(file, line, reason)
        self.by_reason[reason] += 1
        if len(self.first) < SHOWN:
            self.first.append(row)
        if self.path:
            with self.path.open("a", encoding="utf-8") as out:
                out.write(f"{row.file}\t{row.line}\t{row.reason}\n")
