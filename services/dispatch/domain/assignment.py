"""Who is sent where: one decision over a unit and a job, because each keeps its own record of the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.dispatch import (
    AssignmentEnded,
    JobClosed,
    JobRequested,
    JobUnitAdded,
    JobUnitRemoved,
    Release,
    UnitAssigned,
)
from contracts.envelope import Event
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.commands import Assign, CloseJob, EndAssignment
from services.dispatch.domain.job import Job, incident_of
from services.dispatch.domain.unit import Held, Unit, implied_booking

AS_REPORTED = "as reported"
"""The grade of a job that another control room's assignment told us of before its incident did."""


class Decided(NamedTuple):
    """What is recorded on each of the two streams, in one transaction."""

    unit: Sequence[Event] = ()
    job: Sequence[Event] = ()


def assign(unit: Unit | None, job: Job | None, command: Assign, now: datetime) -> Decided:
    """Send a unit. What an outside source reports has happened: overlaps are flagged and nothing is refused."""
    at = command.at or now
    if unit is not None and unit.holds(command.job) is not None:
        return Decided()
    if command.outside:
        return _as_reported(unit, job, command, at)
    if job is None:
        raise NotFound("unknown-job", f"There is no job {command.job}.")
    if unit is None:
        raise NotFound("unknown-unit", f"No unit ever booked on as {command.unit}.", ("book on",))
    _sendable(unit)
    _wanted(job, command)
    return Decided(*_sent(command, at, job.incident, job.sent))


def _sendable(unit: Unit) -> None:
    if not unit.on_duty:
        raise Refused("off-duty", f"{unit.callsign} is off duty.", ("book on", "another unit"))
    if unit.held:
        held = unit.held[0]
        raise Refused("committed", f"{unit.callsign} is assigned to {held.incident}.", (f"end {held.job}", "another unit"))


def _wanted(job: Job, command: Assign) -> None:
    if job.closed_at is not None:
        raise Refused("job-closed", "The incident is over: no more units are wanted.")
    override = command.override
    if override is not None and not (override.by.strip() and override.reason.strip()):
        raise Invalid("override-unsigned", "An override names the person who answers for it, and the reason.")
    if not job.wanting and override is None:
        said = f"All {job.units} units asked for are assigned."
        raise Refused("enough-units", said, ("override with a name and a reason", "request more units"))


def _as_reported(unit: Unit | None, job: Job | None, command: Assign, at: datetime) -> Decided:
    held = () if unit is None else unit.held
    asked: list[Event] = []
    incident = incident_of(command.job) if job is None else job.incident
    if job is None:
        asked = [JobRequested(at=at, job=command.job, incident=incident, units=1, grade=AS_REPORTED, outside=True)]
    sent = _sent(command, at, incident, 0 if job is None else job.sent, tuple(one.incident for one in held))
    booking = implied_booking(unit, command.unit.removeprefix("unit-"), at)
    return Decided([*booking, *sent.unit], [*asked, *sent.job])


def _sent(command: Assign, at: datetime, incident: str, before: int, overlaps: tuple[str, ...] = ()) -> Decided:
    """The n-th assignment of a job is `<job>.<n>`: its identity needs no draw and is the same however often it is decided."""
    assignment = f"{command.job.removeprefix('job-')}.{before + 1}"
    override = None if command.override is None else str(command.override)
    assigned = UnitAssigned(
        at=at,
        unit=command.unit,
        assignment=assignment,
        incident=incident,
        job=command.job,
        by=command.by,
        reasons=command.reasons,
        override=override,
        overlaps=overlaps,
    )
    added = JobUnitAdded(at=at, job=command.job, incident=incident, unit=command.unit, assignment=assignment, override=override)
    return Decided([assigned], [added])


def end(unit: Unit | None, job: Job | None, command: EndAssignment, now: datetime) -> Decided:
    """Release a unit; only what it holds can be released, and releasing it twice is releasing it once."""
    if unit is None or job is None:
        raise NotFound("unknown-assignment", f"{command.unit} and {command.job} are not both known.")
    held = unit.holds(command.job)
    if held is not None:
        return _released(unit, held, command.release, command.at or now)
    if unit.last is not None and unit.last.job == command.job:
        return Decided()
    raise Refused("not-held", f"{unit.callsign} is not assigned to {command.job}.", tuple(f"end {one.job}" for one in unit.held))


def _released(unit: Unit, held: Held, release: Release, at: datetime) -> Decided:
    ended = AssignmentEnded(
        at=at,
        unit=unit.unit,
        assignment=held.assignment,
        incident=held.incident,
        job=held.job,
        release=release,
        reached=held.reached,
    )
    removed = JobUnitRemoved(
        at=at, job=held.job, incident=held.incident, unit=unit.unit, assignment=held.assignment, release=release
    )
    return Decided([ended], [removed])


class Closing(NamedTuple):
    """What ends with a job: first the assignments to it, then the job itself."""

    ends: Sequence[EndAssignment] = ()
    job: Sequence[Event] = ()


def close(job: Job | None, command: CloseJob) -> Closing:
    """End a job and stand down whoever works for it.

    The units of another control room's job are not ours to stand down: it reports when each of them is free.
    """
    if job is None or job.closed_at is not None:
        return Closing()
    working = () if job.outside else job.working
    ends = [EndAssignment(job.job, one.unit, Release.STOOD_DOWN, command.at) for one in working]
    return Closing(ends, [JobClosed(at=command.at, job=job.job, incident=job.incident, reason=command.reason)])
