"""A job: the units one incident asked for, those that work or worked for it, and how long nobody has."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.dispatch.deployment import JobClosed, JobRegraded, JobRequested, JobUnitAdded, JobUnitArrived, JobUnitRemoved
from contracts.dispatch.offers import JobOfferAnswered, JobUnitOffered
from contracts.dispatch.waiting import JobDelayed, JobReopened, JobReturned, JobUnresourced, JobUnresourcedAcknowledged
from contracts.envelope import Event
from services.dispatch.domain.place import Place, place_of

AS_REPORTED = "as reported"
"""The grade of a job that another control room's assignment told us of before its incident did."""


class Working(msgspec.Struct, frozen=True):
    """A unit that works for the job."""

    unit: str
    assignment: str


class Leg(msgspec.Struct, frozen=True, omit_defaults=True):
    """One assignment to the job, live or over: when the unit was sent, when it was there, and whether anybody said so."""

    unit: str
    assignment: str
    sent_at: datetime
    arrived_at: datetime | None = None
    inferred_at: datetime | None = None

    def there_at(self) -> datetime | None:
        """What was said goes before what was inferred."""
        return self.arrived_at or self.inferred_at


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """That nobody works for the job: how far it has climbed, and when it climbs again."""

    level: int = 0
    next_at: datetime | None = None
    role: str | None = None
    acknowledged_by: str | None = None


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
    first_grade: str | None = None
    legs: tuple[Leg, ...] = ()
    on_view: bool = False
    returned: bool = False
    owner: str | None = None
    alarm: Alarm = Alarm()
    delay: str | None = None
    declined: tuple[str, ...] = ()

    @property
    def wanting(self) -> int:
        """Units that are still to be sent."""
        return 0 if self.closed_at is not None else max(0, self.units - len(self.working))

    @property
    def idle(self) -> bool:
        """Units are wanted and nobody works for it; what another control room runs is never ours to send to."""
        return bool(self.wanting) and not self.working and not self.outside


def job_of(incident: str) -> str:
    """The one job of an incident."""
    return f"job-{incident.removeprefix('incident-')}"


def incident_of(job: str) -> str:
    """The incident a job is for."""
    return f"incident-{job.removeprefix('job-')}"


def _on_requested(state: Job | None, event: JobRequested) -> Job:
    reported_at = event.reported_at or event.at
    if state is None:
        state = Job(event.job, event.incident, event.units, event.grade, event.rank, event.at, reported_at)
    return replace(
        state,
        units=event.units,
        grade=event.grade,
        rank=event.rank,
        reported_at=min(reported_at, state.reported_at),
        skills=event.skills,
        place=place_of(event.location),
        silent_approach=event.silent_approach,
        attend_by=event.attend_by,
        outside=event.outside,
        first_grade=state.first_grade or (None if event.grade == AS_REPORTED else event.grade),
        alarm=replace(state.alarm, next_at=event.alarm_at) if event.alarm_at is not None else state.alarm,
    )


def _on_regraded(state: Job, event: JobRegraded) -> Job:
    alarm = replace(state.alarm, next_at=event.alarm_at) if event.alarm_at is not None else state.alarm
    return replace(state, grade=event.grade, rank=event.rank, attend_by=event.attend_by, alarm=alarm)


def _on_added(state: Job, event: JobUnitAdded) -> Job:
    """Whoever is sent ends the alarm; a job sent to at last is at the head of its queue no longer."""
    return replace(
        state,
        working=(*state.working, Working(event.unit, event.assignment)),
        sent=state.sent + 1,
        legs=(*state.legs, Leg(event.unit, event.assignment, event.at)),
        on_view=state.on_view or event.on_view,
        owner=event.by or state.owner,
        returned=False,
        alarm=Alarm(),
        delay=None,
    )


def _on_arrived(state: Job, event: JobUnitArrived) -> Job:
    return replace(state, legs=tuple(_there(leg, event) if leg.assignment == event.assignment else leg for leg in state.legs))


def _there(leg: Leg, event: JobUnitArrived) -> Leg:
    if event.inferred:
        return replace(leg, inferred_at=leg.inferred_at or event.at)
    return replace(leg, arrived_at=event.at if leg.arrived_at is None else min(leg.arrived_at, event.at))


def _on_removed(state: Job, event: JobUnitRemoved) -> Job:
    working = tuple(one for one in state.working if one.assignment != event.assignment)
    return replace(state, working=working, alarm=Alarm(0, event.alarm_at))


def _on_returned(state: Job, event: JobReturned) -> Job:
    return replace(state, returned=True, alarm=Alarm(0, event.alarm_at))


def _on_unresourced(state: Job, event: JobUnresourced) -> Job:
    return replace(state, alarm=Alarm(event.level, event.next_at, event.role))


def _on_acknowledged(state: Job, event: JobUnresourcedAcknowledged) -> Job:
    return replace(state, alarm=replace(state.alarm, next_at=event.next_at, acknowledged_by=event.by))


def _on_answered(state: Job, event: JobOfferAnswered) -> Job:
    if event.answer == "accepted" or event.answer == "withdrawn":
        return state
    return replace(state, declined=(*(one for one in state.declined if one != event.unit), event.unit))


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Job]] = {
    JobRequested: _on_requested,
    JobRegraded: _on_regraded,
    JobUnitOffered: lambda state, event: state,
    JobOfferAnswered: _on_answered,
    JobUnitAdded: _on_added,
    JobUnitArrived: _on_arrived,
    JobUnitRemoved: _on_removed,
    JobReturned: _on_returned,
    JobDelayed: lambda state, event: replace(state, delay=event.code),
    JobUnresourced: _on_unresourced,
    JobUnresourcedAcknowledged: _on_acknowledged,
    JobReopened: lambda state, event: replace(state, closed_at=None, units=len(state.working)),
    JobClosed: lambda state, event: replace(state, closed_at=event.at, returned=False, delay=None),
}


def owes(state: Job) -> dict[str, datetime]:
    """Word that nobody works for it."""
    return {"unresourced": state.alarm.next_at} if state.idle and state.alarm.next_at is not None else {}


def index(state: Job) -> Iterator[tuple[str, str]]:
    """For ever by when it was reported; while open in the order of the queue, those wanting units again apart.

    The queue: the most urgent grade first; in it what was returned by a diversion, then the oldest report. No instant begins
    with a nought, so `0` goes before all of them.
    """
    reported = state.reported_at.isoformat(timespec="milliseconds")
    yield "reported", reported
    if state.closed_at is not None:
        return
    place = f"{state.rank:02d} 0 {reported}" if state.returned else f"{state.rank:02d} {reported}"
    yield "open", place
    if state.wanting:
        yield "wanting", place
    if state.returned:
        yield "returned", place
    if state.idle and state.alarm.level:
        yield "unresourced", place
