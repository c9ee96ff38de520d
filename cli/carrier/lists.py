"""A carrier's list as it comes: any encoding, separator and heading; what cannot be read is set aside with line and reason."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cli.carrier import columns
from cli.carrier.instants import instant
from simulator.script import InputRefused

_LONGEST_NUMBER = 40
_FAR_AHEAD = timedelta(days=1)


class Attempt(NamedTuple):
    """One attempt of a list: the number as written, when, and the carrier's own name for it."""

    line: int
    number: str
    at: datetime
    reference: str


class Count(NamedTuple):
    """How many calls a carrier counted in the hour that begins `at`."""

    line: int
    at: datetime
    calls: int


class Aside(NamedTuple):
    """A line that says nothing to go by, and why. What it holds stays in the file: it may be personal."""

    line: int
    reason: str


class CarrierList:
    """A file of a carrier, with its first line read. Raises InputRefused when nothing in it can be told apart."""

    def __init__(self, path: Path, zone: str, now: datetime) -> None:
        self.path = path
        self._zone, self._now = ZoneInfo(zone), now
        lines = _text(path).splitlines()
        head = next((n for n, line in enumerate(lines) if line.strip()), None)
        if head is None:
            raise InputRefused(f"{path.name} is empty")
        self._separator = columns.separator(lines[head])
        self._lines, self._first = lines[head + 1 :], head + 2
        self._width = len(self._split(lines[head]))
        self._places = columns.places(self._split(lines[head]))

    @property
    def counts(self) -> bool:
        """Whether it holds counts by the hour, not calls."""
        return {"count", "hour"} <= self._places.keys() and "number" not in self._places

    def attempts(self) -> Iterator[Attempt | Aside]:
        """Every line as an attempt, or set aside."""
        if "at" not in self._places and "date" not in self._places:
            raise InputRefused(
                f"{self.path.name} has no column with the time of each attempt: its first line must name one, as `attempted_at`,"
                " and one with the number, as `number`"
            )
        if "number" not in self._places:
            raise InputRefused(
                f"{self.path.name} has no column with the number that rang: its first line must name one, as `number`"
            )
        for n, fields in self._rows():
            yield self._attempt(n, fields)

    def hours(self) -> Iterator[Count | Aside]:
        """Every line as a count, or set aside."""
        for n, fields in self._rows():
            at, count = self._instant(fields, "hour"), self._get(fields, "count").replace(",", "").replace(" ", "")
            if at is None:
                yield Aside(n, "the hour cannot be read")
            elif not count.isascii() or not count.isdigit() or len(count) > 9:
                yield Aside(n, "the count is no whole number")
            else:
                yield Count(n, at.replace(minute=0, second=0, microsecond=0), int(count))

    def _attempt(self, n: int, fields: Sequence[str]) -> Attempt | Aside:
        if len(fields) > self._width:
            return Aside(n, f"more columns than the first line names ({self._width})")
        number = self._get(fields, "number")
        at = self._instant(fields, "at")
        if at is None:
            return Aside(n, "the time cannot be read" if any(fields) else "nothing stands in any column")
        if at > self._now + _FAR_AHEAD:
            return Aside(n, "the time lies in the future")
        if len(number) > _LONGEST_NUMBER:
            return Aside(n, f"the number is longer than {_LONGEST_NUMBER} characters")
        if _lost_digits(number):
            return Aside(n, "the number lost its last digits: a spreadsheet made it a floating point number")
        return Attempt(n, number, at, self._get(fields, "reference"))

    def _instant(self, fields: Sequence[str], column: str) -> datetime | None:
        if column in self._places:
            return instant(self._get(fields, column), self._zone)
        return instant(f"{self._get(fields, 'date')} {self._get(fields, 'time')}", self._zone)

    def _get(self, fields: Sequence[str], column: str) -> str:
        place = self._places.get(column)
        return fields[place].strip().strip("'=\"").strip() if place is not None and place < len(fields) else ""

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        for n, line in enumerate(self._lines, self._first):
            if line.strip():
                yield n, self._split(line)

    def _split(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self._separator), [])


def _lost_digits(number: str) -> bool:
    return "e+" in number.casefold() and number[:1].isdigit()


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as refused:
        raise InputRefused(f"{path} cannot be opened: {refused.strerror}") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
