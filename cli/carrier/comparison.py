"""A carrier's hours beside ours: what the carrier counted must be what is reviewed and what is open."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from services.callback.reconciliation.hours import Hour, hour_of

LONGEST = timedelta(days=31)


class Compared(NamedTuple):
    """One hour: what the carrier counted, and what stands here."""

    hour: datetime
    carrier: int
    reviewed: int
    open: int

    @property
    def missing(self) -> int:
        """Calls the carrier counted and nobody reviews; less than 0: there are more here."""
        return self.carrier - self.reviewed - self.open


def spans(counted: Counter[datetime]) -> list[tuple[datetime, datetime]]:
    """The time a carrier speaks of, in parts that can be asked for at once."""
    begin, end = min(counted), max(counted) + timedelta(hours=1)
    parts = []
    while begin < end:
        parts.append((begin, min(end, begin + LONGEST)))
        begin += LONGEST
    return parts


def compared(counted: Counter[datetime], hours: Sequence[Hour]) -> list[Compared]:
    """Hour by hour; one in which nothing happened on either side is left out."""
    ours = {one.hour: one for one in hours}
    rows = [
        Compared(hour, counted[hour], ours[hour].reviewed if hour in ours else 0, ours[hour].open if hour in ours else 0)
        for hour in sorted({*counted, *ours})
    ]
    return [row for row in rows if row.carrier or row.reviewed or row.open]


def counted(instants: Sequence[datetime]) -> Counter[datetime]:
    """Calls by the hour in which they broke off."""
    return Counter(hour_of(at) for at in instants)


def show(rows: Sequence[Compared]) -> None:
    """As a table, with a last line for all of it."""
    table = Table()
    for heading in ("hour (UTC)", "carrier", "reviewed", "open", "missing"):
        table.add_column(heading, justify="left" if heading.startswith("hour") else "right")
    for row in rows:
        cells = (row.carrier, row.reviewed, row.open, row.missing)
        table.add_row(f"{row.hour:%Y-%m-%d %H:%M}", *(f"{cell:,}" for cell in cells), style="bold" if row.missing else None)
    sums = (sum(getattr(row, name) for row in rows) for name in ("carrier", "reviewed", "open", "missing"))
    table.add_row("all", *(f"{cell:,}" for cell in sums), style="bold")
    Console().print(table)
