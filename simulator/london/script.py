"""Plays the brigade's tables, entered as another control room reports them: who was mobilised from where, arrived, left.

The grade is not in the file; the incident closes at the last instant its rows know of. An appliance works for the incident until
it left, or, where that was not written down, until it was back. Where it came from is told as it is mobilised: at its station.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from contracts.dispatch.deployment import Release, Status
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import Origin
from contracts.places import Point
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import Assign, EndAssignment, ReportStatus
from services.dispatch.domain.job import job_of
from services.incident.application import incident_id
from services.incident.domain.commands import Close, Grade, OpenIncident, RequestResources
from simulator.london.rows import Mobilisation
from simulator.london.tables import Tables, Whole
from simulator.order import Ranked, woven
from simulator.script import Stimulus

FORCE = "London Fire Brigade"
NO_GRADE = "not stated"


class _Rank(IntEnum):
    """Within one second an appliance is free again before it is sent anew, and an incident closes last of all."""

    LAST_STATUS = 0
    CLEAR = 1
    OPEN = 2
    GRADE = 3
    REQUEST = 4
    AT_STATION = 5
    ASSIGN = 6
    STATUS = 7
    CLEAR_AT_ONCE = 8
    BACK = 9
    CLOSE = 10


class BrigadeTables:
    """The script of incidents, mobilisations and stations."""

    zone = "Europe/London"

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        self._tables = Tables(files, folder)
        self.set_aside, self.total, self.span = self._tables.set_aside, self._tables.total, self._tables.span

    def stimuli(self) -> Iterator[Stimulus]:
        """Every incident with all its appliances."""
        return woven((whole.incident.called_at, _incident(whole, self._tables.stations)) for whole in self._tables)

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """Nobody answers: it all happened elsewhere."""
        return ()

    def close(self) -> None:
        """Let the scratch file go."""
        self._tables.close()


def _incident(whole: Whole, stations: Mapping[str, Point]) -> Iterator[Ranked]:
    known = whole.incident
    incident, cause, at = incident_id(Origin.OTHER_CONTROL_ROOM, known.number), f"london:{known.number}", known.called_at
    opened = OpenIncident(
        incident,
        Origin.OTHER_CONTROL_ROOM,
        known.number,
        known.opening_code,
        reported_at=at,
        at=at,
        force=FORCE,
        location=known.location,
        outside_reference=known.number,
    )
    yield _told(_Rank.OPEN, at, "incident", opened, f"{cause}:open")
    yield _told(_Rank.GRADE, at, "incident", Grade(incident, NO_GRADE, FORCE, at=at), f"{cause}:grade")
    yield from _requests(cause, incident, whole)
    for sent in whole.mobilised:
        yield from _mobilised(f"{cause}:{sent.identity}", incident, sent, max(at, sent.mobilised_at), stations)
    ends = max([at, *(sent.last for sent in whole.mobilised)])
    closing = Close(incident, known.closing_code, "as the other control room reported", FORCE, at=ends)
    yield _told(_Rank.CLOSE, ends, "incident", closing, f"{cause}:close")


def _requests(cause: str, incident: str, whole: Whole) -> Iterator[Ranked]:
    units = 0
    for place, (at, sent) in enumerate(groupby(whole.mobilised, attrgetter("mobilised_at"))):
        units += len(list(sent))
        asked_at = max(at, whole.incident.called_at)
        request = RequestResources(incident, units, at=asked_at)
        yield _told(_Rank.REQUEST, asked_at, "incident", request, f"{cause}:request:{place}")


def _mobilised(
    cause: str, incident: str, sent: Mobilisation, begins: datetime, stations: Mapping[str, Point]
) -> Iterator[Ranked]:
    unit, job = unit_of(sent.callsign), job_of(incident)
    ends = max(sent.left_at or sent.returned_at or sent.last, begins)
    home = ReportStatus(
        unit, Status.AT_STATION, FORCE, sent.mobilised_at, None, stations.get(sent.station.casefold()), outside=True
    )
    yield _told(_Rank.AT_STATION, begins, "dispatch", home, f"{cause}:station")
    assign = Assign(job, unit, FORCE, at=sent.mobilised_at, reasons=("reported by the other control room",), outside=True)
    yield _told(_Rank.ASSIGN, begins, "dispatch", assign, f"{cause}:assign")
    for what, status, at in (("mobile", Status.EN_ROUTE, sent.mobile_at), ("arrived", Status.AT_SCENE, sent.arrived_at)):
        if at is not None:
            told = min(max(at, begins), ends)
            rank = _Rank.LAST_STATUS if begins < told == ends else _Rank.STATUS
            yield _told(rank, told, "dispatch", ReportStatus(unit, status, FORCE, at, incident, outside=True), f"{cause}:{what}")
    release = Release.CLEARED if sent.left_at or sent.returned_at else Release.NEVER_CLEARED
    rank = _Rank.CLEAR if begins < ends else _Rank.CLEAR_AT_ONCE
    yield _told(rank, ends, "dispatch", EndAssignment(job, unit, release, ends), f"{cause}:left")
    if sent.returned_at is not None:
        back = ReportStatus(unit, Status.AT_STATION, FORCE, sent.returned_at, outside=True)
        yield _told(_Rank.BACK, max(sent.returned_at, ends), "dispatch", back, f"{cause}:returned")


def _told(rank: _Rank, at: datetime, service: str, command: object, cause: str) -> Ranked:
    return Ranked(rank, Stimulus(at, service, command, cause, FORCE))
