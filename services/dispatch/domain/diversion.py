"""Taking a unit from one job for another: the first goes back to the head of its queue with its original clock, and says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.dispatch.deployment import Release
from contracts.dispatch.waiting import JobReturned
from contracts.envelope import Event
from contracts.places import Point
from contracts.refusals import Refused
from services.dispatch.domain.assignment import released, sent, signed, wanted
from services.dispatch.domain.commands import Assign, Divert
from services.dispatch.domain.demand import alarm_at, known
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.duty import known as known_unit
from services.dispatch.domain.job import Job
from services.dispatch.domain.unit import Unit


class Diverted(NamedTuple):
    """What is recorded on the unit, on the job it leaves and on the one it is sent to, in one transaction."""

    unit: Sequence[Event] = ()
    left: Sequence[Event] = ()
    job: Sequence[Event] = ()


def divert(
    unit: Unit | None,
    left: Job | None,
    job: Job | None,
    command: Divert,
    now: datetime,
    rules: Deployment,
    point: Point | None = None,
) -> Diverted:
    """Decide over all three. `left` is the job the unit is on."""
    job, unit = known(job, command.job), known_unit(unit, command.unit)
    if unit.holds(command.job) is not None:
        return Diverted()
    if not unit.held or left is None:
        raise Refused("not-committed", f"{unit.callsign} is on no job to be diverted from.", ("assign",))
    if len(unit.held) > 1:
        said = f"{unit.callsign} holds several incidents, as another control room reported."
        raise Refused("committed-twice", said, tuple(f"end {held.job}" for held in unit.held))
    signed(command.override)
    _may_leave(unit, left, job, command, rules)
    wanted(job, command.override)
    held = unit.held[0]
    freed = released(unit, left, held, Release.DIVERTED, now, now, rules)
    assign = Assign(command.job, unit.unit, command.by, reasons=(f"diverted from {left.incident}",))
    if command.override is not None:
        assign = Assign(assign.job, assign.unit, assign.by, reasons=assign.reasons, override=command.override)
    gone = sent(unit, job, assign, now, point)
    return Diverted([*freed.unit, *gone.unit], [*freed.job, *_returned(left, command, job, now, rules)], gone.job)


def _may_leave(unit: Unit, left: Job, job: Job, command: Divert, rules: Deployment) -> None:
    """A unit that is committed but deployable may leave; any other only for a more urgent job, or if a named person says so."""
    if unit.status in rules.preemptible or job.rank < left.rank or command.override is not None:
        return
    available_as = ", ".join(str(int(status)) for status in rules.preemptible)
    raise Refused(
        "not-preemptible",
        f"{unit.callsign} is committed to a job that is as urgent.",
        (f"status {available_as}", "another unit", "override with a name and a reason"),
    )


def _returned(left: Job, command: Divert, job: Job, now: datetime, rules: Deployment) -> list[Event]:
    """Only a job that now wants a unit waits again; its clock is the one of its first report."""
    if left.closed_at is not None or len(left.working) > left.units:
        return []
    return [
        JobReturned(
            at=now,
            job=left.job,
            incident=left.incident,
            unit=command.unit,
            to=job.job,
            by=command.by,
            reason=command.reason,
            reported_at=left.reported_at,
            owner=left.owner,
            attend_by=left.attend_by,
            alarm_at=alarm_at(left.rank, now, rules),
        )
    ]
