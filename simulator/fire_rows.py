"""Reads San Francisco's fire calls for service: one row for each unit sent to a call, as another control room wrote it down.

Times are local and carry no zone; the hour that comes twice is told apart by the stamp before in the same row.
Years differ in the names and the order of columns and in how a time and a place are written; all known ways are read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.refusals import Invalid
from services.dispatch.domain.callsign import unit_of
from simulator.localtime import LocalTime
from simulator.table import Format, Table, Unreadable

_NEEDED = (
    "Call Number",
    "Unit ID",
    "Received DtTm",
    "Dispatch DtTm",
    "Response DtTm",
    "On Scene DtTm",
    "Available DtTm",
    "Original Priority",
    "Final Priority",
)
_USED = (
    *_NEEDED,
    "Incident Number",
    "Call Type",
    "Entry DtTm",
    "Transport DtTm",
    "Hospital DtTm",
    "Call Final Disposition",
    "Address",
    "Unit Type",
    "ALS Unit",
)
FORMAT = Format(
    name="a table of fire calls for service (comma separated, with Call Number, Unit ID, Received DtTm and so on)",
    separator=",",
    columns=dict.fromkeys(_USED, ()) | {"Location": ("case_location", "point")},
    needed=frozenset(_NEEDED),
)
STAMPS = ("Response DtTm", "On Scene DtTm", "Transport DtTm", "Hospital DtTm")
"""The stamps between dispatch and available, in the order in which they should come."""
_LONGEST = 200
_HERE = LocalTime("America/Los_Angeles")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP])M)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?")
_PAIR = re.compile(r"(?:^|[(\s])(-?\d+\.\d+)\s*,\s*(-?\d+\.\d+)\s*\)?$")
"""At the end: some exports of such a column have the address before it, on lines of its own."""
_WKT = re.compile(r"POINT ?\((-?\d+\.\d+) (-?\d+\.\d+)\)")


@dataclass(frozen=True, slots=True)
class FireRow:
    """One unit on one call. `point` is (latitude, longitude); `stamps` are those of STAMPS that are there."""

    call: str
    incident: str
    unit: str
    unit_type: str
    advanced_life_support: bool
    call_type: str
    received: datetime
    entered: datetime
    dispatched: datetime
    stamps: tuple[tuple[str, datetime], ...]
    available: datetime | None
    original_priority: str
    final_priority: str
    disposition: str
    address: str
    point: tuple[float, float] | None

    @property
    def known_from(self) -> datetime:
        """When the incident can be told of: it was reported, and entered."""
        return max(self.received, self.entered)

    @property
    def last(self) -> datetime:
        """The last instant the row knows of."""
        return max(self.available or self.dispatched, *(at for _, at in self.stamps), self.dispatched)


def fire_row(table: Table, fields: list[str]) -> FireRow:
    """The unit and call of a row; raises Unreadable with the reason."""

    def text(column: str) -> str:
        return table.get(fields, column)

    for column in ("Call Number", "Unit ID", "Received DtTm", "Dispatch DtTm"):
        if not text(column):
            raise Unreadable(f"no {column}")
    _check_texts(text)
    received = _instant(text("Received DtTm"), "Received DtTm", None)
    entered = _instant(text("Entry DtTm"), "Entry DtTm", received) if text("Entry DtTm") else received
    dispatched = previous = _instant(text("Dispatch DtTm"), "Dispatch DtTm", entered)
    stamps = []
    for column in STAMPS:
        if text(column):
            previous = _instant(text(column), column, previous)
            stamps.append((column, previous))
    return FireRow(
        call=text("Call Number"),
        incident=text("Incident Number") or text("Call Number"),
        unit=text("Unit ID"),
        unit_type=text("Unit Type"),
        advanced_life_support=text("ALS Unit").casefold() in ("true", "1", "yes"),
        call_type=text("Call Type") or "not stated",
        received=received,
        entered=entered,
        dispatched=dispatched,
        stamps=tuple(stamps),
        available=_instant(text("Available DtTm"), "Available DtTm", previous) if text("Available DtTm") else None,
        original_priority=text("Original Priority"),
        final_priority=text("Final Priority"),
        disposition=text("Call Final Disposition") or "not stated",
        address=text("Address"),
        point=_point(text("Location")),
    )


def _check_texts(text: Callable[[str], str]) -> None:
    """What becomes part of an event must fit into it, and a unit must be one that can be spoken of."""
    for column in _USED:
        if len(text(column)) > _LONGEST:
            raise Unreadable(f"{column} is longer than {_LONGEST} characters")
    try:
        unit_of(text("Unit ID"))
    except Invalid:
        raise Unreadable("Unit ID is no callsign") from None


def _instant(text: str, column: str, after: datetime | None) -> datetime:
    try:
        return _HERE.instant(_wall(text), after)
    except ValueError:
        raise Unreadable(f"{column} is not a time") from None


def _wall(text: str) -> datetime:
    if found := _AMERICAN.fullmatch(text):
        month, day, year, hour, minute, second, half = found.groups()
        hours = int(hour) if half is None else int(hour) % 12 + (12 if half in "pP" else 0)
        return datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0))  # noqa: DTZ001 (no zone is given)
    if found := _ISO.fullmatch(text):
        return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    raise ValueError(text)


def _point(text: str) -> tuple[float, float] | None:
    if found := _PAIR.search(text):
        latitude, longitude = float(found[1]), float(found[2])
    elif found := _WKT.fullmatch(text):
        latitude, longitude = float(found[2]), float(found[1])
    else:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
