"""An incident's state, how its events change it, and where it stands in the backlog."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident import (
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    IncidentRegraded,
    Origin,
    ResourcesRequested,
    UnitOnScene,
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

    @property
    def outside(self) -> bool:
        """Another control room runs it and tells us; what it says is recorded as it comes."""
        return self.origin is Origin.OTHER_CONTROL_ROOM


def of_review(review: str) -> str:
    """The one incident of a review: it carries the review's own identity on."""
    return f"incident-{review.removeprefix('review-')}"


def allowed(state: Incident) -> tuple[str, ...]:
    """What can be asked of it now."""
    if state.closed_at is not None:
        return ()
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
    )


def _on_graded(state: Incident, event: IncidentGraded) -> Incident:
    return replace(
        state,
        grade=event.grade,
        rank=event.rank,
        policy=event.policy,
        allocate_by=event.allocate_by,
        attend_by=event.attend_by,
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
    )


def _on_requested(state: Incident, event: ResourcesRequested) -> Incident:
    return replace(
        state,
        units=event.units,
        skills=event.skills,
        place=place_of(event.location),
        silent_approach=event.silent_approach,
    )


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Incident]] = {
    IncidentOpened: on_opened,
    IncidentGraded: _on_graded,
    IncidentRegraded: _on_regraded,
    ResourcesRequested: _on_requested,
    UnitOnScene: lambda state, event: replace(state, on_scene_at=event.at, first_on_scene=event.unit),
    IncidentClosed: lambda state, event: replace(state, closing_code=event.closing_code, closed_at=event.at),
}


def index(state: Incident) -> Iterator[tuple[str, str]]:
    """Found by what it was opened from; while open, in the order of the backlog: the most urgent first, then the oldest."""
    yield "origin", state.origin_id
    if state.closed_at is None:
        yield "open", f"{state.rank:02d} {state.reported_at.isoformat(timespec='milliseconds')}"
