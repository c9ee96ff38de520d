"""Who is sent where: one decision over a unit and a job, because each keeps its own record of the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.dispatch.deployment import (
    AssignmentEnded,
    JobClosed,
    JobRequested,
    JobUnitAdded,
    JobUnitArrived,
    JobUnitRemoved,
    Release,
    Status,
    UnitAssigned,
)
from contracts.dispatch.offers import Answer, JobOfferAnswered, OfferAnswered
from contracts.dispatch.tours import MealBreakInterrupted
from contracts.envelope import Event
from contracts.places import Point
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.commands import Assign, CloseJob, EndAssignment, Override
from services.dispatch.domain.demand import alarm_at, known
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.duty import implied_booking
from services.dispatch.domain.duty import known as known_unit
from services.dispatch.domain.job import AS_REPORTED, Job, incident_of
from services.dispatch.domain.reporting import at_scene_inferred
from services.dispatch.domain.times import happened
from services.dispatch.domain.unit import Held, Unit


class Decided(NamedTuple):
    """What is recorded on each of the two streams, in one transaction."""

    unit: Sequence[Event] = ()
    job: Sequence[Event] = ()


def assign(
    unit: Unit | None, job: Job | None, command: Assign, now: datetime, rules: Deployment, point: Point | None = None
) -> Decided:
    """Send a unit. What an outside source reports has happened: overlaps are flagged and nothing is refused.

    `point` is where the unit is taken to be, if anybody knows.
    """
    if unit is not None and unit.holds(command.job) is not None:
        return Decided()
    if command.outside:
        return _as_reported(unit, job, command, command.at or now)
    job, unit = known(job, command.job), known_unit(unit, command.unit)
    at = happened(command.at, now, rules, unit.tour_at if unit.on_duty else None)
    signed(command.override)
    _sendable(unit, job, command.override, rules)
    wanted(job, command.override)
    return sent(unit, job, command, at, point)


def signed(override: Override | None) -> None:
    """An override is somebody's."""
    if override is not None and not (override.by.strip() and override.reason.strip()):
        raise Invalid("override-unsigned", "An override names the person who answers for it, and the reason.")


def _sendable(unit: Unit, job: Job, override: Override | None, rules: Deployment) -> None:
    if not unit.on_duty:
        raise Refused("off-duty", f"{unit.callsign} is off duty.", ("book on", "another unit"))
    if unit.held:
        held = unit.held[0]
        raise Refused(
            "committed",
            f"{unit.callsign} is assigned to {held.incident}.",
            (f"end {held.job}", f"divert from {held.job}", "another unit"),
        )
    available(unit, job, override, rules)


def available(unit: Unit, job: Job, override: Override | None, rules: Deployment) -> None:
    """Whether the unit's status lets it be sent to this job; a named person can answer for any but the emergency button."""
    if unit.status is Status.EMERGENCY_BUTTON:
        raise Refused("emergency", f"{unit.callsign} has pressed the emergency button.", ("another unit", "report a status"))
    if unit.status is Status.REFRESHMENTS and job.rank <= rules.interrupts_meal_rank:
        return
    if override is None and unit.status not in (*rules.available, *rules.preemptible):
        raise Refused(
            "not-available",
            f"{unit.callsign} is in status {int(unit.status)}, which is not sent to a job of this grade.",
            ("another unit", "report a status", "override with a name and a reason"),
        )


def wanted(job: Job, override: Override | None) -> None:
    """Whether the job still takes a unit."""
    if job.closed_at is not None:
        raise Refused("job-closed", "The incident is over: no more units are wanted.")
    if not job.wanting and override is None:
        said = f"All {job.units} units asked for are assigned."
        raise Refused("enough-units", said, ("override with a name and a reason", "request more units"))


def sent(unit: Unit, job: Job, command: Assign, at: datetime, point: Point | None) -> Decided:
    """The unit is on its way; if it was at its meal, that is interrupted."""
    base = _sent(command, at, job.incident, job.sent, point=point)
    return Decided([*_interrupted(unit, job.incident, command.by, at), *base.unit], base.job)


def withdrawn(unit: Unit, by: str, reason: str, at: datetime) -> Decided:
    """An offer that waits is taken back."""
    offer = unit.offer
    if offer is None:
        return Decided()
    answered = OfferAnswered(
        at=at,
        unit=unit.unit,
        offer=offer.offer,
        incident=offer.incident,
        job=offer.job,
        answer=Answer.WITHDRAWN,
        by=by,
        reason=reason,
    )
    noted = JobOfferAnswered(
        at=at,
        job=offer.job,
        incident=offer.incident,
        unit=unit.unit,
        offer=offer.offer,
        answer=Answer.WITHDRAWN,
        reason=reason,
    )
    return Decided([answered], [noted])


def _interrupted(unit: Unit, incident: str, by: str, at: datetime) -> list[Event]:
    meal = unit.meal
    if unit.status is not Status.REFRESHMENTS or meal is None or meal.since is None:
        return []
    owed = meal.left_s(at)
    return [
        MealBreakInterrupted(at=at, unit=unit.unit, incident=incident, by=by, taken_s=max(0, meal.owed_s - owed), owed_s=owed)
    ]


def _as_reported(unit: Unit | None, job: Job | None, command: Assign, at: datetime) -> Decided:
    held = () if unit is None else unit.held
    asked: list[Event] = []
    incident = incident_of(command.job) if job is None else job.incident
    if job is None:
        asked = [JobRequested(at=at, job=command.job, incident=incident, units=1, grade=AS_REPORTED, outside=True)]
    base = _sent(command, at, incident, 0 if job is None else job.sent, tuple(one.incident for one in held))
    booking = implied_booking(unit, command.unit.removeprefix("unit-"), at)
    return Decided([*booking, *base.unit], [*asked, *base.job])


def _sent(
    command: Assign,
    at: datetime,
    incident: str,
    before: int,
    overlaps: tuple[str, ...] = (),
    point: Point | None = None,
) -> Decided:
    """The n-th assignment of a job is `<job>.<n>`: its identity needs no draw and is the same however often it is decided."""
    assignment = f"{command.job.removeprefix('job-')}.{before + 1}"
    override = None if command.override is None else str(command.override)[:500]
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
        point=point,
    )
    added = JobUnitAdded(
        at=at,
        job=command.job,
        incident=incident,
        unit=command.unit,
        assignment=assignment,
        override=override,
        by=command.by,
        on_view=command.on_view,
    )
    return Decided([assigned], [added])


def end(unit: Unit | None, job: Job | None, command: EndAssignment, now: datetime, rules: Deployment) -> Decided:
    """Release a unit; only what it holds can be released, and releasing it twice is releasing it once."""
    if unit is None or job is None:
        raise NotFound("unknown-assignment", f"{command.unit} and {command.job} are not both known.")
    held = unit.holds(command.job)
    if held is None and unit.last is not None and unit.last.job == command.job:
        return Decided()
    if held is None:
        raise Refused(
            "not-held", f"{unit.callsign} is not assigned to {command.job}.", tuple(f"end {one.job}" for one in unit.held)
        )
    if command.release is Release.DIVERTED and not job.outside:
        said = "A unit is diverted to another job in one step, so that this one goes back to the head of its queue."
        raise Invalid("divert-instead", said, ("divert", *(one.value for one in Release if one is not Release.DIVERTED)))
    if job.outside:
        return released(unit, job, held, command.release, command.at or now, now, rules)
    at = happened(command.at, now, rules, held.since, "assignment")
    return released(unit, job, held, command.release, at, now, rules)


def released(unit: Unit, job: Job, held: Held, release: Release, at: datetime, now: datetime, rules: Deployment) -> Decided:
    """The end of an assignment on both records. Whoever cleared a job was there, also where nobody said so."""
    inferred: list[Event] = []
    if release is Release.CLEARED and not job.outside:
        inferred = at_scene_inferred(unit.unit, held, at, "cleared")
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
        at=at,
        job=held.job,
        incident=held.incident,
        unit=unit.unit,
        assignment=held.assignment,
        release=release,
        alarm_at=None if job.outside else alarm_at(job.rank, now, rules),
    )
    there = [
        JobUnitArrived(
            at=at,
            job=held.job,
            incident=held.incident,
            unit=unit.unit,
            assignment=held.assignment,
            inferred=True,
            basis="cleared",
        )
        for _ in inferred
    ]
    return Decided([*inferred, ended], [*there, removed])


def close(job: Job | None, command: CloseJob) -> list[Event]:
    """The end of a job; whoever works for it is stood down before (`stands_down`)."""
    if job is None or job.closed_at is not None:
        return []
    return [JobClosed(at=command.at, job=job.job, incident=job.incident, reason=command.reason)]


def stands_down(job: Job | None) -> list[str]:
    """The units to stand down with the job.

    The units of another control room's job are not ours to stand down: it reports when each of them is free.
    """
    return [] if job is None or job.outside or job.closed_at is not None else [one.unit for one in job.working]
