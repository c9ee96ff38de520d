"""An incident's state, and how its events change it."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.incidents import (
    CallBackNoted,
    Danger,
    DelayRecorded,
    DowngradeReported,
    IncidentClosed,
    IncidentGraded,
    IncidentMerged,
    IncidentOpened,
    IncidentRegraded,
    IncidentReopened,
    IncidentUnmerged,
    Origin,
    PromiseAdvanced,
    PromiseAtRisk,
    ResourcesRequested,
    UnitAllocated,
    UnitLeft,
    UnitOnScene,
    Vulnerability,
    VulnerabilityNoted,
)
from services.incident.domain.place import Place, place_of
from services.incident.domain.standard import UNGRADED


class Incident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known. `rank` and `grade` are UNGRADED and None until somebody graded it; `units` 0: none asked for."""

    incident: str
    origin: Origin
    origin_id: str
    opening_code: str
    force: str
    opened_at: datetime
    reported_at: datetime
    silent_approach: bool = False
    place: Place | None = None
    summary: str | None = None
    outside_reference: str | None = None
    grade: str | None = None
    rank: int = UNGRADED
    policy: str | None = None
    regrades: int = 0
    allocate_by: datetime | None = None
    attend_by: datetime | None = None
    units: int = 0
    skills: tuple[str, ...] = ()
    on_scene_at: datetime | None = None
    first_on_scene: str | None = None
    closing_code: str | None = None
    closed_at: datetime | None = None
    reference: str | None = None
    qualifiers: tuple[str, ...] = ()
    closing_qualifiers: tuple[str, ...] = ()
    welfare_unknown: bool = False
    rural: bool = False
    cells: tuple[str, ...] = ()
    escalate_at: datetime | None = None
    suggested: str | None = None
    attended: bool = False
    working: tuple[str, ...] = ()
    at_scene: tuple[str, ...] = ()
    dangers: tuple[Danger, ...] = ()
    watches: int = 0
    vulnerability: Vulnerability = Vulnerability.NONE_KNOWN
    ringing: tuple[int, ...] = ()
    delay: str | None = None
    downgrades_reported: int = 0
    reopened: int = 0
    merged_into: str | None = None
    acted_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Somebody still has to do something about this record itself."""
        return self.closed_at is None and self.merged_into is None

    @property
    def waiting(self) -> bool:
        """It was promised that somebody comes, and nobody has come."""
        return self.live and not self.outside and self.attend_by is not None and not self.attended

    @property
    def due(self) -> datetime | None:
        """The end of the promise that runs: to send somebody, then to be there."""
        if not self.waiting:
            return None
        return self.attend_by if self.working or self.allocate_by is None else self.allocate_by

    @property
    def outside(self) -> bool:
        """Another control room runs it and tells us; what it says is recorded as it comes."""
        return self.origin is Origin.OTHER_CONTROL_ROOM


def of_review(review: str) -> str:
    """The one incident of a review: it carries the review's own identity on."""
    return f"incident-{review.removeprefix('review-')}"


def of_press(press: str) -> str:
    """The one incident of a pressed emergency button."""
    return f"incident-{hashlib.sha256(press.encode()).hexdigest()[:32]}"


def allowed(state: Incident) -> tuple[str, ...]:
    """What can be asked of it now."""
    if state.closed_at is not None:
        return ("reopen",)
    if state.merged_into is not None:
        return ("unmerge",)
    return ("grade", "close") if state.grade is None else ("regrade", "resources", "close")


def on_opened(_: Incident | None, event: IncidentOpened) -> Incident:
    return Incident(
        incident=event.incident,
        origin=event.origin,
        origin_id=event.origin_id,
        opening_code=event.opening_code,
        force=event.force,
        opened_at=event.at,
        reported_at=event.reported_at,
        silent_approach=event.silent_approach,
        place=place_of(event.location),
        summary=event.summary,
        outside_reference=event.outside_reference,
        reference=event.reference,
        qualifiers=event.qualifiers,
        welfare_unknown=event.welfare_unknown,
        rural=event.rural,
        cells=tuple(event.cells),
    )


def _on_graded(state: Incident, event: IncidentGraded) -> Incident:
    return replace(
        state,
        grade=event.grade,
        rank=event.rank,
        policy=event.policy,
        allocate_by=event.allocate_by,
        attend_by=event.attend_by,
        escalate_at=event.escalate_at,
        suggested=event.suggested,
        acted_at=event.at,
    )


def _on_regraded(state: Incident, event: IncidentRegraded) -> Incident:
    return replace(
        state,
        grade=event.grade,
        rank=event.rank,
        policy=event.policy,
        regrades=state.regrades + 1,
        allocate_by=event.allocate_by,
        attend_by=event.attend_by,
        escalate_at=event.escalate_at,
        suggested=event.suggested,
        dangers=_standing(state, event),
        watches=state.watches + 1,
        acted_at=event.at,
    )


def _standing(state: Incident, event: IncidentRegraded) -> tuple[Danger, ...]:
    """What was told of a clock stands while the clock does; a clock that was moved forward is watched anew."""
    kept = {Danger.UNALLOCATED: event.escalate_at == state.escalate_at, Danger.OVERDUE: event.attend_by == state.attend_by}
    return tuple(danger for danger in state.dangers if kept[danger])


def _on_requested(state: Incident, event: ResourcesRequested) -> Incident:
    return replace(
        state,
        units=event.units,
        skills=event.skills,
        place=place_of(event.location),
        silent_approach=event.silent_approach,
        acted_at=event.at,
    )


def _on_closed(state: Incident, event: IncidentClosed) -> Incident:
    return replace(state, closing_code=event.closing_code, closing_qualifiers=tuple(event.qualifiers), closed_at=event.at)


def _on_scene(state: Incident, event: UnitOnScene) -> Incident:
    first = state.on_scene_at is None
    return replace(
        state,
        on_scene_at=event.at if first else state.on_scene_at,
        first_on_scene=event.unit if first else state.first_on_scene,
        attended=True,
        at_scene=(*state.at_scene, event.unit) if not state.outside else (),
    )


def _on_left(state: Incident, event: UnitLeft) -> Incident:
    working = tuple(unit for unit in state.working if unit != event.unit)
    alone = () if working else (Danger.UNALLOCATED,)
    return replace(
        state,
        working=working,
        attended=state.attended or event.reached,
        at_scene=tuple(unit for unit in state.at_scene if unit != event.unit),
        dangers=tuple(danger for danger in state.dangers if danger not in alone),
        watches=state.watches + 1,
    )


def _on_advanced(state: Incident, event: PromiseAdvanced) -> Incident:
    return replace(
        state,
        reported_at=event.reported_at,
        allocate_by=event.allocate_by,
        attend_by=event.attend_by,
        escalate_at=event.escalate_at,
    )


def _on_call_back(state: Incident, event: CallBackNoted) -> Incident:
    others = tuple(attempt for attempt in state.ringing if attempt != event.attempt)
    return replace(state, ringing=(*others, event.attempt) if event.pending else others)


def _on_reopened(state: Incident, _: IncidentReopened) -> Incident:
    """Somebody has to come again: the clocks are those of the first report, and what they endangered is told again."""
    return replace(
        state,
        closing_code=None,
        closing_qualifiers=(),
        closed_at=None,
        attended=False,
        dangers=(),
        watches=state.watches + 1,
        units=0,
        reopened=state.reopened + 1,
    )


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Incident]] = {
    IncidentOpened: on_opened,
    IncidentGraded: _on_graded,
    IncidentRegraded: _on_regraded,
    DowngradeReported: lambda state, event: replace(state, downgrades_reported=state.downgrades_reported + 1),
    ResourcesRequested: _on_requested,
    UnitAllocated: lambda state, event: replace(state, working=(*state.working, event.unit)),
    UnitOnScene: _on_scene,
    UnitLeft: _on_left,
    PromiseAtRisk: lambda state, event: replace(state, dangers=(*state.dangers, event.danger)),
    PromiseAdvanced: _on_advanced,
    VulnerabilityNoted: lambda state, event: replace(state, vulnerability=event.level),
    CallBackNoted: _on_call_back,
    DelayRecorded: lambda state, event: replace(state, delay=event.code, acted_at=event.at),
    IncidentMerged: lambda state, event: replace(state, merged_into=event.into),
    IncidentUnmerged: lambda state, event: replace(state, merged_into=None),
    IncidentReopened: _on_reopened,
    IncidentClosed: _on_closed,
}
