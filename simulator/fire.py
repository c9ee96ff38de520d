"""Plays what another control room wrote down: its incidents, and where it sent whom, entered as reported from outside.

Received is the first report, Entry opens and grades, Dispatch assigns, Available clears. When the priority was changed is
not in the file: it is entered with the closing, at the last instant the incident's rows know of. A unit that never became
available is released there too, as never cleared. Nothing that is told is told before the assignment it belongs to.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from contracts.dispatch.deployment import Release, Status
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import Origin
from contracts.places import Location, LocationSource, Point
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import Assign, EndAssignment, ReportStatus
from services.dispatch.domain.job import job_of
from services.incident.application import incident_id
from services.incident.domain.commands import Close, Grade, OpenIncident, Regrade, RequestResources
from simulator import reading
from simulator.fire_rows import FORMAT, FireRow, fire_row
from simulator.order import Ranked, woven
from simulator.reading import Place
from simulator.script import Stimulus
from simulator.table import Table

FORCE = "San Francisco Fire Department"
_STATUSES = {
    "Response DtTm": Status.EN_ROUTE,
    "On Scene DtTm": Status.AT_SCENE,
    "Transport DtTm": Status.ESCORT,
    "Hospital DtTm": Status.COMMITTED,
}


class _Rank(IntEnum):
    """Within one second a unit is free again before it is sent anew, and an incident closes last of all."""

    LAST_STATUS = 0
    CLEAR = 1
    OPEN = 2
    GRADE = 3
    REQUEST = 4
    ASSIGN = 5
    STATUS = 6
    CLEAR_AT_ONCE = 7
    REGRADE = 8
    CLOSE = 9


class FireDispatch:
    """The script of one file. `folder` takes the scratch file and the rows set aside."""

    zone = "America/Los_Angeles"

    def __init__(self, file: Path, folder: Path) -> None:
        self._table = Table(file, FORMAT)
        self._spool, self.set_aside = reading.opened(folder)
        reading.read(self._table, self._place, self._spool, self.set_aside)
        self.total, self.span = len(self._spool), self._spool.span()

    def stimuli(self) -> Iterator[Stimulus]:
        """Every incident with all its rows."""
        return woven(self._groups())

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """Nobody answers: it all happened elsewhere."""
        return ()

    def close(self) -> None:
        """Let the scratch file go."""
        self._spool.close()

    def _place(self, fields: list[str]) -> Place:
        row = fire_row(self._table, fields)
        return Place(row.received, row.call, f"{row.call} {row.unit} {row.dispatched.isoformat()}")

    def _groups(self) -> Iterator[tuple[datetime, Iterable[Ranked]]]:
        for call, spooled in groupby(self._spool, attrgetter("whole")):
            rows = sorted((fire_row(self._table, one.fields) for one in spooled), key=attrgetter("dispatched", "unit"))
            yield min(row.received for row in rows), _incident(f"{self._table.path.name}:{call}", rows)


def _incident(cause: str, rows: list[FireRow]) -> Iterator[Ranked]:
    first, known_from = rows[0], max(row.known_from for row in rows)
    incident = incident_id(Origin.OTHER_CONTROL_ROOM, first.call)
    opened = OpenIncident(
        incident,
        Origin.OTHER_CONTROL_ROOM,
        first.call,
        first.call_type,
        reported_at=first.received,
        at=first.entered,
        force=FORCE,
        location=_location(first),
        outside_reference=first.incident,
    )
    yield _told(_Rank.OPEN, known_from, "incident", opened, f"{cause}:open")
    grade = Grade(incident, first.original_priority or "not stated", FORCE, at=first.entered)
    yield _told(_Rank.GRADE, known_from, "incident", grade, f"{cause}:grade")
    yield from _requests(cause, incident, rows, known_from)
    for place, row in enumerate(rows):
        yield from _assignment(f"{cause}:{row.unit}:{place}", incident, row, known_from)
    yield from _ending(cause, incident, rows, known_from)


def _requests(cause: str, incident: str, rows: list[FireRow], known_from: datetime) -> Iterator[Ranked]:
    """Asked for when the incident was entered: the units sent first; then, as often as more were sent, for as many."""
    units = 0
    for place, (at, sent) in enumerate(groupby(rows, attrgetter("dispatched"))):
        units += len(list(sent))
        asked_at = known_from if place == 0 else max(at, known_from)
        request = RequestResources(incident, units, at=asked_at)
        yield _told(_Rank.REQUEST, asked_at, "incident", request, f"{cause}:request:{place}")


def _assignment(cause: str, incident: str, row: FireRow, known_from: datetime) -> Iterator[Ranked]:
    unit, job = unit_of(row.unit), job_of(incident)
    assign = Assign(job, unit, FORCE, at=row.dispatched, reasons=("reported by the other control room",), outside=True)
    begins = max(row.dispatched, known_from)
    ends = max(row.available or row.last, begins)
    yield _told(_Rank.ASSIGN, begins, "dispatch", assign, f"{cause}:assign")
    for stamp, at in row.stamps:
        told = min(max(at, begins), ends)
        rank = _Rank.LAST_STATUS if begins < told == ends else _Rank.STATUS
        report = ReportStatus(unit, _STATUSES[stamp], FORCE, at, incident, outside=True)
        yield _told(rank, told, "dispatch", report, f"{cause}:{stamp}")
    release = Release.CLEARED if row.available else Release.NEVER_CLEARED
    rank = _Rank.CLEAR if begins < ends else _Rank.CLEAR_AT_ONCE
    yield _told(rank, ends, "dispatch", EndAssignment(job, unit, release, ends), f"{cause}:clear")


def _ending(cause: str, incident: str, rows: list[FireRow], known_from: datetime) -> Iterator[Ranked]:
    ends = max(known_from, *(row.last for row in rows))
    changed = next((row for row in rows if row.final_priority and row.final_priority != row.original_priority), None)
    if changed is not None:
        regrade = Regrade(incident, changed.final_priority, FORCE, "final priority, as the other control room reported", at=ends)
        yield _told(_Rank.REGRADE, ends, "incident", regrade, f"{cause}:regrade")
    closing = Close(incident, rows[0].disposition, "as the other control room reported", FORCE, at=ends)
    yield _told(_Rank.CLOSE, ends, "incident", closing, f"{cause}:close")


def _location(row: FireRow) -> Location | None:
    point = Point(latitude=row.point[0], longitude=row.point[1]) if row.point else None
    if point is None and not row.address:
        return None
    return Location(source=LocationSource.SPOKEN, point=point, address=row.address or None)


def _told(rank: _Rank, at: datetime, service: str, command: object, cause: str) -> Ranked:
    return Ranked(rank, Stimulus(at, service, command, cause, FORCE))
