"""Counts incidents, units and assignments from what incident and dispatch stored, remembering only what is under way."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.durations import Durations
from contracts.dispatch.deployment import AssignmentEnded, JobClosed, Status, UnitAssigned, UnitBookedOn, UnitStatusReported
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import IncidentClosed, IncidentGraded, IncidentOpened, IncidentRegraded, UnitOnScene
from contracts.places import Point
from services.dispatch.domain.travel import distance_m

SLACK = timedelta(hours=1)
"""A word about an incident may come this long after its closing: the close and the arrival can fall into one second."""


@dataclass(slots=True)
class _Open:
    reported_at: datetime
    point: Point | None = None
    regraded: bool = False
    reached: bool = False


class ResourceFold:
    """Feed it the events of incident and dispatch, each in the order of its positions."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._closed: deque[tuple[datetime, str]] = deque()
        self._units_on: dict[str, set[str]] = {}
        self._units: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.grades: Counter[str] = Counter()
        self.origins: Counter[str] = Counter()
        self.releases: Counter[str] = Counter()
        self.time_to_first_unit = Durations()
        self.max_units_on_one_call = 0
        self.statuses: Counter[str] = Counter()
        self.distances_m = Durations()
        self._where: dict[str, Point] = {}

    @property
    def units(self) -> int:
        """Units that were ever sent."""
        return len(self._units)

    def feed(self, envelope: Envelope[Event]) -> None:
        """Count one event."""
        while self._closed and self._closed[0][0] < envelope.recorded - SLACK:
            self._open.pop(self._closed.popleft()[1], None)
        match envelope.event:
            case IncidentOpened() as event:
                self.counts["incidents"] += 1
                self.origins[event.origin] += 1
                self._open[event.incident] = _Open(event.reported_at, None if event.location is None else event.location.point)
            case IncidentGraded() as event:
                self.grades[event.grade] += 1
            case IncidentRegraded() as event:
                self._regraded(event)
            case UnitOnScene() as event:
                self._reached(event)
            case IncidentClosed() as event:
                self.counts["closed"] += 1
                self._closed.append((envelope.recorded, event.incident))
            case UnitBookedOn() as event:
                self._is_at(event.unit, event.point)
            case UnitStatusReported() as event:
                self.statuses[Status(event.status).name.lower()] += 1
                self._is_at(event.unit, event.point)
            case UnitAssigned() as event:
                self._assigned(event)
            case AssignmentEnded() as event:
                self.releases[event.release] += 1
                self.counts["never_on_scene"] += not event.reached
            case JobClosed() as event:
                self._units_on.pop(event.incident, None)
            case _:
                pass

    def _regraded(self, event: IncidentRegraded) -> None:
        incident = self._open.get(event.incident)
        if incident is not None and not incident.regraded:
            incident.regraded = True
            self.counts["regraded"] += 1

    def _reached(self, event: UnitOnScene) -> None:
        incident = self._open.get(event.incident)
        if incident is not None and not incident.reached:
            incident.reached = True
            self.counts["reached"] += 1
            self.time_to_first_unit.between(incident.reported_at, event.at)

    def _is_at(self, unit: str, point: Point | None) -> None:
        if point is not None:
            self._where[unit] = point

    def _assigned(self, event: UnitAssigned) -> None:
        incident, point = self._open.get(event.incident), self._where.get(event.unit)
        if incident is not None and incident.point is not None and point is not None:
            to = incident.point
            self.distances_m.add(distance_m((point.latitude, point.longitude), (to.latitude, to.longitude)))
        self.counts["assignments"] += 1
        self.counts["overlaps"] += bool(event.overlaps)
        self._units.add(event.unit)
        units = self._units_on.setdefault(event.incident, set())
        units.add(event.unit)
        self.max_units_on_one_call = max(self.max_units_on_one_call, len(units))
