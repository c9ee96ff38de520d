"""The units on duty in memory, to find the nearest of thousands: a fold that keeps up with the log and that a restart rebuilds.

It is never believed: whoever is found is loaded from the transaction before anything is decided. Positions of vehicles live
here alone (docs/adr/0011): after a restart a unit is where its last event said, until its next position comes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chassis.host import Transaction
from chassis.store.aggregate import Aggregate
from contracts.dispatch.deployment import Status
from services.dispatch.domain.commands import Position
from services.dispatch.domain.cover import Cover
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.recommendation import recorded
from services.dispatch.domain.travel import Where
from services.dispatch.domain.unit import Unit

_ABSENT = 15
"""Stands for the status of a row without a unit on duty."""
_MOST_SKILLS = 62
_UNKNOWN = -1

Mask = NDArray[np.bool_]


class Nearest(NamedTuple):
    """The nearest units that could be sent; `more`: others seem to fit; `trained`: the job's skills that any of all has."""

    units: list[str]
    more: bool
    trained: frozenset[str]


class Picture:
    """One row a unit. Belongs to the thread that decides."""

    def __init__(self) -> None:
        self._seen: int | None = None
        self._unsettled: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._units: list[Unit | None] = []
        self._bits: dict[str, int] = {}
        self._areas: dict[str, int] = {}
        self._positions: dict[str, Position] = {}
        self._make_room(1024)

    def _make_room(self, rows: int) -> None:
        """Columns: place by the events and by the newest position with its time in seconds; status; held, asked; area; skills."""
        self._recorded, self._heard = np.full((2, rows), np.nan), np.full((2, rows), np.nan)
        self._heard_at = np.zeros(rows)
        self._status, self._held = np.full(rows, _ABSENT, np.int8), np.zeros(rows, np.bool_)
        self._asked, self._area, self._skills = np.zeros(rows, np.bool_), np.zeros(rows, np.int32), np.zeros(rows, np.int64)
        for row, unit in enumerate(self._units):
            self._write(row, unit)

    def catch_up(self, transaction: Transaction, units: Aggregate[Unit]) -> None:
        """Read anew what moved on since the last time; at first, everybody who is on duty.

        What a transaction loads can be ahead of what is durable, or behind it: such a unit is read again until it is neither.
        """
        moved = transaction.moved(self._seen)
        due = self._unsettled | {stream: version for stream, version in moved.versions.items() if stream.startswith("unit-")}
        if self._seen is None:
            due = dict.fromkeys(_on_duty(transaction), _UNKNOWN)
        self._seen = moved.position
        self._unsettled = {}
        for stream, version in due.items():
            loaded = transaction.load(units, stream)
            self._put(stream, loaded.state)
            if version == _UNKNOWN:
                self._unsettled[stream] = loaded.version
            elif loaded.version != version:
                self._unsettled[stream] = version

    def take(self, position: Position, now: datetime, rules: Deployment) -> bool:
        """A newer position of a unit on duty counts; an older one, one of an unknown unit or of the future is ignored."""
        row = self._rows.get(position.unit)
        before = self._positions.get(position.unit)
        if row is None or self._units[row] is None or (before is not None and before.at >= position.at):
            return False
        if position.at > now + timedelta(seconds=rules.clock_skew_s):
            return False
        self._positions[position.unit] = position
        self._hear(row, position)
        return True

    def unit(self, stream: str) -> Unit | None:
        """A unit on duty as the picture has it."""
        row = self._rows.get(stream)
        return None if row is None else self._units[row]

    def where(self, unit: Unit, now: datetime, rules: Deployment) -> Where | None:
        """Where a unit is: by a position that is not too old, else by its events."""
        position = self._positions.get(unit.unit)
        if position is None or now - position.at > timedelta(seconds=rules.position_lasts_s):
            return recorded(unit)
        return position.latitude, position.longitude

    def nearest(self, job: Job, rules: Deployment, now: datetime, most: int) -> Nearest:
        """The nearest that fit and are free, fewer of those that would leave something, fewer still of those that do not fit."""
        count = len(self._units)
        status, held = self._status[:count], self._held[:count]
        free = _one_of(status, rules.available) & ~held
        leaving = _one_of(status, rules.preemptible)
        if job.rank <= rules.interrupts_meal_rank:
            leaving |= _one_of(status, (Status.REFRESHMENTS,)) & ~held
        sendable = (free | leaving) & ~self._asked[:count]
        fits = self._has(job.skills)
        groups = (sendable & free & fits, sendable & leaving & fits, sendable & ~fits)
        distance = self._distances(job, rules, now)
        rows = [row for group, share in zip(groups, (1, 4, 4), strict=True) for row in _first(group, distance, most // share + 1)]
        found = [unit.unit for row in rows if (unit := self._units[row]) is not None]
        return Nearest(found, bool(np.count_nonzero(groups[0]) > most + 1), self._trained(job, sendable, now))

    def cover(self, rules: Deployment) -> dict[str, Cover]:
        """The cover of every area that has a minimum."""
        watched = [area for area in rules.areas if area.minimum]
        if not watched:
            return {}
        count = len(self._units)
        free = _one_of(self._status[:count], rules.available) & ~self._held[:count]
        counted = np.bincount(self._area[:count][free], minlength=len(self._areas) + 1)
        found = {}
        for area in watched:
            available = int(counted[self._areas[area.name]]) if area.name in self._areas else 0
            found[area.name] = Cover(area.name, available, area.minimum, available < area.minimum)
        return found

    def free(self, rules: Deployment) -> list[Unit]:
        """Everybody who can be sent, by callsign."""
        units = (unit for unit in self._units if unit is not None and not unit.held and unit.status in rules.available)
        return sorted(units, key=lambda unit: unit.unit)

    def _put(self, stream: str, unit: Unit | None) -> None:
        if unit is not None and not unit.on_duty:
            unit = None
        row = self._rows.get(stream)
        if row is None:
            if unit is None:
                return
            row = self._rows[stream] = len(self._units)
            self._units.append(None)
            if row == len(self._status):
                self._make_room(2 * row)
        self._units[row] = unit
        self._write(row, unit)

    def _write(self, row: int, unit: Unit | None) -> None:
        self._status[row] = _ABSENT if unit is None else int(unit.status)
        if unit is None:
            return
        self._held[row], self._asked[row] = bool(unit.held), unit.offer is not None
        area = unit.covers()
        self._area[row] = 0 if area is None else self._areas.setdefault(area, len(self._areas) + 1)
        self._skills[row] = self._mask(unit.skills)
        place = recorded(unit)
        self._recorded[:, row] = np.nan if place is None else np.radians(place)
        position = self._positions.get(unit.unit)
        if position is not None:
            self._hear(row, position)

    def _hear(self, row: int, position: Position) -> None:
        self._heard[0, row], self._heard[1, row] = np.radians((position.latitude, position.longitude))
        self._heard_at[row] = position.at.timestamp()

    def _mask(self, skills: Iterable[str]) -> int:
        """Skills as bits; those beyond the 62nd are left to the weighing."""
        mask = 0
        for skill in skills:
            bit = self._bits.setdefault(skill, len(self._bits))
            mask |= 1 << bit if bit < _MOST_SKILLS else 0
        return mask

    def _has(self, skills: Iterable[str]) -> Mask:
        """Which units are trained for all of these, expired or not."""
        need = 0
        for skill in skills:
            bit = self._bits.get(skill)
            if bit is None:
                return np.zeros(len(self._units), np.bool_)
            need |= 1 << bit if bit < _MOST_SKILLS else 0
        has: Mask = (self._skills[: len(self._units)] & need) == need
        return has

    def _trained(self, job: Job, sendable: Mask, now: datetime) -> frozenset[str]:
        found = set()
        for skill in job.skills:
            units = (self._units[row] for row in np.flatnonzero(sendable & self._has((skill,))))
            if any(unit is not None and unit.has(skill, now) for unit in units):
                found.add(skill)
        return frozenset(found)

    def _distances(self, job: Job, rules: Deployment, now: datetime) -> NDArray[np.float64]:
        """Squares of distances on a plane that touches the earth at the job: enough to tell who is near."""
        count, place = len(self._units), job.place
        if place is None or place.latitude is None or place.longitude is None:
            return np.full(count, np.inf)
        fresh = self._heard_at[:count] >= now.timestamp() - rules.position_lasts_s
        where = np.where(fresh, self._heard[:, :count], self._recorded[:, :count])
        latitude, longitude = np.radians((place.latitude, place.longitude))
        east = (np.mod(where[1] - longitude + np.pi, 2 * np.pi) - np.pi) * np.cos((where[0] + latitude) / 2)
        north = where[0] - latitude
        squares: NDArray[np.float64] = np.nan_to_num(east * east + north * north, nan=np.inf)
        return squares


def _on_duty(transaction: Transaction) -> Iterator[str]:
    for kind in ("free", "held"):
        for status in Status:
            yield from transaction.find(kind, str(int(status)))


def _one_of(column: NDArray[np.int8], statuses: Iterable[Status]) -> Mask:
    table = np.zeros(_ABSENT + 1, np.bool_)
    table[[int(status) for status in statuses]] = True
    return table[column]


def _first(group: Mask, distance: NDArray[np.float64], most: int) -> list[int]:
    rows = np.flatnonzero(group)
    if len(rows) > most:
        rows = rows[np.argpartition(distance[rows], most)[:most]]
    return rows.tolist()
