"""What a person should look at among assignments: overlaps, units that never reached the scene, incidents graded anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.dispatch.deployment import AssignmentEnded, UnitAssigned
from contracts.envelope import Event
from contracts.incident.incidents import IncidentRegraded

Fact = tuple[type[Event], Any]
"""An event as read from a store: its class, and its fields."""


class Flag(StrEnum):
    """Why something is listed. A flag takes nothing away: what carries it is recorded and counted like all else."""

    OVERLAP = "overlap"
    NEVER_ON_SCENE = "never_on_scene"
    REGRADED = "regraded"


@dataclass(frozen=True, slots=True)
class Flagged:
    """One assignment with its flags; `unit` None: an incident graded anew to which nobody was sent."""

    incident: str
    unit: str | None
    assigned_at: datetime | None
    ended_at: datetime | None
    flags: tuple[Flag, ...]
    overlaps: tuple[str, ...] = ()
    regrades: tuple[str, ...] = ()


@dataclass(slots=True)
class _Regraded:
    changes: list[str] = field(default_factory=list)
    sent: bool = False


def flagged(incident: Iterable[Fact], dispatch: Iterable[Fact]) -> Iterator[Flagged]:
    """All that carries a flag, in the order in which assignments ended; then those not ended, then incidents nobody went to.

    Memory grows with the incidents graded anew and with the assignments under way, not with the rest.
    """
    regraded: dict[str, _Regraded] = {}
    for kind, fact in incident:
        if kind is IncidentRegraded:
            regraded.setdefault(fact.incident, _Regraded()).changes.append(f"{fact.previous} to {fact.grade}")
    working: dict[str, Any] = {}
    for kind, fact in dispatch:
        if kind is UnitAssigned:
            working[fact.assignment] = fact
        elif kind is AssignmentEnded and fact.assignment in working:
            yield from _one(working.pop(fact.assignment), fact, regraded)
    for assigned in working.values():
        yield from _one(assigned, None, regraded)
    for name, change in regraded.items():
        if not change.sent:
            yield Flagged(name, None, None, None, (Flag.REGRADED,), regrades=tuple(change.changes))


def _one(assigned: Any, ended: Any | None, regraded: dict[str, _Regraded]) -> Iterator[Flagged]:
    change = regraded.get(assigned.incident)
    if change is not None:
        change.sent = True
    flags = [Flag.OVERLAP] if assigned.overlaps else []
    flags += [Flag.NEVER_ON_SCENE] if ended is not None and not ended.reached else []
    flags += [Flag.REGRADED] if change is not None else []
    if flags:
        yield Flagged(
            assigned.incident,
            assigned.unit,
            assigned.at,
            None if ended is None else ended.at,
            tuple(flags),
            tuple(assigned.overlaps),
            () if change is None else tuple(change.changes),
        )
