"""Which of the brigade's tables each file is, found by its columns, and their rows joined by incident on disk."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from contracts.places import Point
from simulator import reading
from simulator.london import rows
from simulator.london.rows import INCIDENTS, MOBILISATIONS, STATIONS, BrigadeIncident, Mobilisation
from simulator.reading import Place
from simulator.script import InputRefused
from simulator.spool import Spooled
from simulator.table import Format, Table, Unreadable


class Whole(NamedTuple):
    """One incident, and the appliances mobilised to it by time."""

    incident: BrigadeIncident
    mobilised: tuple[Mobilisation, ...]


class Tables:
    """Files of any of the three kinds, in any order. `folder` takes the scratch file and the rows set aside."""

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        found = [_recognised(file) for file in files]
        self._tables = [table for _, table in found]
        if not any(kind is INCIDENTS for kind, _ in found):
            raise InputRefused(f"none of the files is {INCIDENTS.name}")
        self._spool, self.set_aside = reading.opened(folder)
        self.stations: dict[str, Point] = {}
        for n, (kind, table) in enumerate(found):
            if kind is STATIONS:
                self._read_stations(table)
            else:
                self._read(n, table, _incident_place if kind is INCIDENTS else _mobilised_place)
        self.total, self.span = len(self._spool), self._spool.span()

    def __iter__(self) -> Iterator[Whole]:
        """By the first instant known of each. Appliances sent to an incident that is in no file are set aside."""
        for _, spooled in groupby(self._spool, attrgetter("whole")):
            incident: BrigadeIncident | None = None
            mobilised: list[tuple[Mobilisation, Table, int]] = []
            for one in spooled:
                table, fields = self._back(one)
                if table.format is INCIDENTS:
                    incident = rows.incident(table, fields)
                else:
                    mobilised.append((rows.mobilisation(table, fields), table, one.line))
            if incident is not None:
                yield Whole(incident, tuple(sent for sent, _, _ in mobilised))
                continue
            for _, table, line in mobilised:
                self.set_aside.add(table.path.name, line, "mobilised to an incident that is in no file")

    def close(self) -> None:
        """Let the scratch file go."""
        self._spool.close()

    def _back(self, one: Spooled) -> tuple[Table, list[str]]:
        return self._tables[int(one.fields[0])], one.fields[1:]

    def _read(self, n: int, table: Table, place: Callable[[Table, list[str]], Place]) -> None:
        """Into the spool with the number of its table before its fields."""
        reading.read(table, lambda fields: place(table, fields), self._spool, self.set_aside, (str(n),))

    def _read_stations(self, table: Table) -> None:
        for line, fields in table:
            try:
                if isinstance(fields, Unreadable):
                    raise fields
                name, place = rows.station(table, fields)
                self.stations[name] = place
            except Unreadable as unreadable:
                self.set_aside.add(table.path.name, line, str(unreadable))


def _recognised(file: Path) -> tuple[Format, Table]:
    refusals = []
    for kind in (INCIDENTS, MOBILISATIONS, STATIONS):
        try:
            return kind, Table(file, kind)
        except InputRefused as refused:
            refusals.append(str(refused))
    raise InputRefused("; ".join(dict.fromkeys(refusals)))


def _incident_place(table: Table, fields: list[str]) -> Place:
    incident = rows.incident(table, fields)
    return Place(incident.called_at, incident.number, f"incident {incident.number}")


def _mobilised_place(table: Table, fields: list[str]) -> Place:
    sent = rows.mobilisation(table, fields)
    return Place(sent.mobilised_at, sent.incident, f"mobilised {sent.identity} {sent.incident} {sent.callsign}")
