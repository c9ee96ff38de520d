"""A job: the units one incident asked for, and those that work for it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.dispatch import JobClosed, JobRegraded, JobRequested, JobUnitAdded, JobUnitRemoved
from contracts.envelope import Event
from services.dispatch.domain.commands import JobCommand, RegradeJob, RequestJob
from services.dispatch.domain.place import Place, place_of


class Working(msgspec.Struct, frozen=True):
    """A unit that works for the job."""

    unit: str
    assignment: str


class Job(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is asked for and who is on it. `sent` counts every assignment there ever was."""

    job: str
    incident: str
    units: int
    grade: str
    rank: int
    requested_at: datetime
    reported_at: datetime
    skills: tuple[str, ...] = ()
    place: Place | None = None
    silent_approach: bool = False
    attend_by: datetime | None = None
    outside: bool = False
    working: tuple[Working, ...] = ()
    sent: int = 0
    closed_at: datetime | None = None

    @property
    def wanting(self) -> int:
        """Units that are still to be sent."""
        return 0 if self.closed_at is not None else max(0, self.units - len(self.working))


def job_of(incident: str) -> str:
    """The one job of an incident."""
    return f"job-{incident.removeprefix('incident-')}"


def incident_of(job: str) -> str:
    """The incident a job is for."""
    return f"incident-{job.removeprefix('job-')}"


def decide(state: Job | None, command: JobCommand, now: datetime) -> list[Event]:
    """The events that follow what the incident says; none when nothing would change. Never refuses."""
    match command:
        case RequestJob():
            return _request(state, command)
        case RegradeJob():
            return _regrade(state, command)


def _request(state: Job | None, command: RequestJob) -> list[Event]:
    if state is not None and (state.closed_at is not None or _asks_the_same(state, command)):
        return []  # the incident is over, or this was heard before
    return [
        JobRequested(
            at=command.at,
            job=command.job,
            incident=command.incident,
            units=command.units,
            grade=command.grade,
            rank=command.rank,
            reported_at=command.reported_at,
            skills=command.skills,
            location=command.location,
            silent_approach=command.silent_approach,
            attend_by=command.attend_by,
            outside=command.outside,
        )
    ]


def _asks_the_same(state: Job, command: RequestJob) -> bool:
    standing = (state.units, state.grade, state.skills, state.silent_approach, state.place)
    return standing == (command.units, command.grade, command.skills, command.silent_approach, place_of(command.location))


def _regrade(state: Job | None, command: RegradeJob) -> list[Event]:
    if state is None or state.closed_at is not None or state.grade == command.grade:
        return []  # nothing was asked for, or no more is wanted, or this was heard before
    return [
        JobRegraded(
            at=command.at,
            job=state.job,
            incident=state.incident,
            grade=command.grade,
            rank=command.rank,
            attend_by=command.attend_by,
        )
    ]


def _on_requested(state: Job | None, event: JobRequested) -> Job:
    if state is None:
        state = Job(event.job, event.incident, event.units, event.grade, event.rank, event.at, event.reported_at or event.at)
    return replace(
        state,
        units=event.units,
        grade=event.grade,
        rank=event.rank,
        reported_at=event.reported_at or state.reported_at,
        skills=event.skills,
        place=place_of(event.location),
        silent_approach=event.silent_approach,
        attend_by=event.attend_by,
        outside=event.outside,
    )


def _on_added(state: Job, event: JobUnitAdded) -> Job:
    return replace(state, working=(*state.working, Working(event.unit, event.assignment)), sent=state.sent + 1)


def _on_removed(state: Job, event: JobUnitRemoved) -> Job:
    return replace(state, working=tuple(one for one in state.working if one.assignment != event.assignment))


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Job]] = {
    JobRequested: _on_requested,
    JobRegraded: lambda state, event: replace(state, grade=event.grade, rank=event.rank, attend_by=event.attend_by),
    JobUnitAdded: _on_added,
    JobUnitRemoved: _on_removed,
    JobClosed: lambda state, event: replace(state, closed_at=event.at),
}


def index(state: Job) -> Iterator[tuple[str, str]]:
    """While open, in the order of the queue: the most urgent first, then the oldest report; those wanting units again apart."""
    if state.closed_at is None:
        place = f"{state.rank:02d} {state.reported_at.isoformat(timespec='milliseconds')}"
        yield "open", place
        if state.wanting:
            yield "wanting", place
