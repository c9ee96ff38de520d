"""What dispatch does about what the incident service says; pure, and never refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.envelope import Envelope, Event
from contracts.incident.incidents import (
    IncidentClosed,
    IncidentMerged,
    IncidentRegraded,
    IncidentReopened,
    IncidentUnmerged,
    ResourcesRequested,
)
from services.dispatch.domain.commands import (
    CloseJob,
    Command,
    RegradeJob,
    ReopenJob,
    RequestJob,
)
from services.dispatch.domain.job import job_of


def react(heard: Envelope[Event]) -> Sequence[Command]:
    """A request becomes a job, the job follows the incident's grade, and ends with it."""
    step = _STEPS.get(type(heard.event))
    return () if step is None else (step(heard.event),)


def _requested(event: ResourcesRequested) -> RequestJob:
    return RequestJob(
        job=job_of(event.incident),
        incident=event.incident,
        units=event.units,
        grade=event.grade,
        at=event.at,
        rank=event.rank,
        reported_at=event.reported_at,
        skills=event.skills,
        location=event.location,
        silent_approach=event.silent_approach,
        attend_by=event.attend_by,
        outside=event.outside,
    )


def _regraded(event: IncidentRegraded) -> RegradeJob:
    return RegradeJob(job_of(event.incident), event.grade, event.at, event.rank, event.attend_by)


def _closed(event: IncidentClosed) -> CloseJob:
    return CloseJob(job_of(event.incident), f"incident closed: {event.closing_code}"[:500], event.at)


def _merged(event: IncidentMerged) -> CloseJob:
    return CloseJob(job_of(event.incident), f"worked on under {event.into}"[:500], event.at)


def _reopened(event: IncidentReopened | IncidentUnmerged) -> ReopenJob:
    return ReopenJob(job_of(event.incident), event.at)


_STEPS: Mapping[type[Event], Callable[[Any], Command]] = {
    ResourcesRequested: _requested,
    IncidentRegraded: _regraded,
    IncidentClosed: _closed,
    IncidentReopened: _reopened,
    IncidentMerged: _merged,
    IncidentUnmerged: _reopened,
}

HEEDS: frozenset[type[Event]] = frozenset(_STEPS)
"""What `react` answers to; everything else passes by."""
