"""Counts what waited, and whether anybody was told: promises kept and broken by grade, vulnerable callers, escalations."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from chassis.durations import Durations
from contracts.envelope import Envelope, Event
from contracts.incident.backlog import (
    EscalationAcknowledged,
    EscalationClimbed,
    EscalationRaised,
    TaskDone,
    TaskOpened,
    TaskOverdue,
)
from contracts.incident.incidents import (
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    IncidentRegraded,
    UnitAllocated,
    UnitOnScene,
    Vulnerability,
    VulnerabilityNoted,
)

_NAMED = 20


@dataclass(slots=True)
class _Waiting:
    reported_at: datetime
    grade: str | None = None
    allocate_by: datetime | None = None
    attend_by: datetime | None = None
    vulnerability: Vulnerability = Vulnerability.NONE_KNOWN
    allocated_at: datetime | None = None
    reached_at: datetime | None = None
    raised: int = 0


@dataclass(slots=True)
class Promised:
    """One grade's promises. `oldest` is how long each waited until somebody came, or until it was closed without."""

    incidents: int = 0
    attend_due: int = 0
    past_attend: int = 0
    allocate_due: int = 0
    past_allocate: int = 0
    waited: Durations = field(default_factory=Durations)


class BacklogFold:
    """Feed it the incident service's events in the order of their positions."""

    def __init__(self) -> None:
        self._open: dict[str, _Waiting] = {}
        self._unanswered: dict[str, bool] = {}
        self.grades: dict[str, Promised] = {}
        self.counts: Counter[str] = Counter()
        self.raised: Counter[str] = Counter()
        self.unheard: list[str] = []

    def feed(self, envelope: Envelope[Event]) -> None:
        """Count one event."""
        match envelope.event:
            case IncidentOpened() as event:
                self._open[event.incident] = _Waiting(event.reported_at)
            case IncidentGraded() | IncidentRegraded() as event:
                self._promised(event)
            case VulnerabilityNoted() as event if event.incident in self._open:
                self._open[event.incident].vulnerability = event.level
            case UnitAllocated() as event if event.incident in self._open:
                one = self._open[event.incident]
                one.allocated_at = one.allocated_at or event.at
            case UnitOnScene() as event if event.incident in self._open:
                one = self._open[event.incident]
                one.reached_at = one.reached_at or event.at
            case IncidentClosed() as event:
                self._over(event.incident, event.at)
            case TaskOpened() | TaskDone() | TaskOverdue() as event:
                self.counts[type(event).__name__] += 1
            case _:
                self._escalation(envelope.event)

    def _escalation(self, event: Event) -> None:
        match event:
            case EscalationRaised():
                self.raised[event.reason] += 1
                self._unanswered[event.incident] = event.acknowledge_by is None
                if event.incident in self._open:
                    self._open[event.incident].raised += 1
            case EscalationClimbed():
                self.counts["climbed"] += 1
                self._unanswered[event.incident] = event.acknowledge_by is None
            case EscalationAcknowledged():
                self.counts["acknowledged"] += 1
                self._unanswered.pop(event.incident, None)
            case _:
                pass

    def finish(self, now: datetime | None) -> None:
        """Nothing more will be told: whoever is still open waits until `now`, the last instant of the run."""
        for incident in list(self._open):
            self.counts["open_at_the_end"] += 1
            if now is not None:
                self._over(incident, now)
        self.counts["at_the_top"] = sum(self._unanswered.values())
        self.counts["unanswered"] = len(self._unanswered) - self.counts["at_the_top"]

    def _promised(self, event: IncidentGraded | IncidentRegraded) -> None:
        one = self._open.get(event.incident)
        if one is not None:
            one.grade, one.allocate_by, one.attend_by = event.grade, event.allocate_by, event.attend_by

    def _over(self, incident: str, at: datetime) -> None:
        one = self._open.pop(incident, None)
        if one is None or one.grade is None:
            return
        grade = self.grades.setdefault(one.grade, Promised())
        grade.incidents += 1
        late = False
        if one.attend_by is not None:
            grade.attend_due += 1
            late = (one.reached_at or at) > one.attend_by
            grade.past_attend += late
            grade.waited.between(one.reported_at, one.reached_at or at)
        if one.allocate_by is not None:
            grade.allocate_due += 1
            unallocated = (one.allocated_at or at) > one.allocate_by
            grade.past_allocate += unallocated
            late = late or unallocated
        if one.vulnerability is not Vulnerability.NONE_KNOWN:
            self.counts["vulnerable"] += 1
            self.counts["vulnerable_past_target"] += late
        if late:
            self._late(incident, one)

    def _late(self, incident: str, one: _Waiting) -> None:
        self.counts["past_target"] += 1
        if one.raised == 0:
            self.counts["unheard"] += 1
            if len(self.unheard) < _NAMED:
                self.unheard.append(incident)
