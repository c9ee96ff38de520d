"""What a job goes through without a unit: asked for, regraded, delayed for a reason, left without anybody, opened again."""

from datetime import datetime, timedelta

from contracts.dispatch.deployment import JobRegraded, JobRequested, JobUnitArrived
from contracts.dispatch.waiting import JobDelayed, JobReopened, JobUnresourced, JobUnresourcedAcknowledged
from contracts.envelope import Event
from contracts.refusals import Invalid, NotFound, Refused
from services.dispatch.domain.commands import (
    AcknowledgeAlarm,
    DelayJob,
    JobCommand,
    RaiseAlarm,
    RegradeJob,
    ReopenJob,
    RequestJob,
)
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.place import place_of
from services.dispatch.domain.times import happened


def decide(state: Job | None, command: JobCommand, now: datetime, rules: Deployment) -> list[Event]:
    """The events that follow; none when nothing would change. What the incident says is never refused, what people say may be."""
    match command:
        case RequestJob():
            return _request(state, command, now, rules)
        case RegradeJob():
            return _regrade(state, command, now, rules)
        case ReopenJob():
            return _reopen(state, command)
        case DelayJob():
            return _delay(known(state, command.job), command, now, rules)
        case RaiseAlarm():
            return _raise(state, now, rules)
        case AcknowledgeAlarm():
            return _acknowledge(known(state, command.job), command, now, rules)


def known(state: Job | None, job: str) -> Job:
    """A job that was asked for; raises NotFound."""
    if state is None:
        raise NotFound("unknown-job", f"There is no job {job}.")
    return state


def alarm_at(rank: int, since: datetime, rules: Deployment) -> datetime | None:
    """When somebody is told first that nobody works for a job.

    But for the first request, `since` is the present: an alarm that was raised is never due again at the same instant.
    """
    first = rules.alarm(rank, 1)
    return None if first is None else since + first[1]


def _request(state: Job | None, command: RequestJob, now: datetime, rules: Deployment) -> list[Event]:
    if state is not None and (state.closed_at is not None or _asks_the_same(state, command)):
        return []  # the incident is over, or this was heard before
    waits = not command.outside and (state is None or not state.working)
    running = state is not None and state.idle and state.rank == command.rank
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
            alarm_at=alarm_at(command.rank, command.at if state is None else now, rules) if waits and not running else None,
        )
    ]


def _asks_the_same(state: Job, command: RequestJob) -> bool:
    standing = (state.units, state.grade, state.skills, state.silent_approach, state.place)
    return standing == (command.units, command.grade, command.skills, command.silent_approach, place_of(command.location))


def _regrade(state: Job | None, command: RegradeJob, now: datetime, rules: Deployment) -> list[Event]:
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
            alarm_at=_sooner(state, command.rank, now, rules),
        )
    ]


def _sooner(state: Job, rank: int, now: datetime, rules: Deployment) -> datetime | None:
    """A new grade can bring the alarm forward and never put it off."""
    if not state.idle:
        return None
    times = [at for at in (state.alarm.next_at, alarm_at(rank, now, rules)) if at is not None]
    return min(times, default=None)


def _reopen(state: Job | None, command: ReopenJob) -> list[Event]:
    if state is None or state.closed_at is None:
        return []
    return [JobReopened(at=command.at, job=state.job, incident=state.incident)]


def _delay(state: Job, command: DelayJob, now: datetime, rules: Deployment) -> list[Event]:
    meaning = next((one.meaning for one in rules.delays if one.code == command.code), None)
    if meaning is None:
        raise Invalid("delay-unknown", "The code is not in the list of the policy.", tuple(one.code for one in rules.delays))
    if not state.wanting:
        raise Refused("nothing-waits", "The job waits for no unit.", ("assign", "read the job again"))
    at = happened(command.at, now, rules, state.reported_at, "report")
    if state.delay == command.code:
        return []
    return [
        JobDelayed(
            at=at,
            job=state.job,
            incident=state.incident,
            code=command.code,
            meaning=meaning,
            policy=rules.version,
            by=command.by,
        )
    ]


def _raise(state: Job | None, now: datetime, rules: Deployment) -> list[Event]:
    if state is None or not state.idle or state.alarm.next_at is None or state.alarm.next_at > now:
        return []
    alarm = state.alarm
    level = alarm.level if alarm.acknowledged_by is not None else alarm.level + 1
    told, following = rules.alarm(state.rank, level), rules.alarm(state.rank, level + 1)
    role = alarm.role or "supervisor" if told is None else told[0]
    return [
        JobUnresourced(
            at=now,
            job=state.job,
            incident=state.incident,
            level=level,
            role=role,
            reported_at=state.reported_at,
            next_at=None if following is None else now + following[1],
        )
    ]


def _acknowledge(state: Job, command: AcknowledgeAlarm, now: datetime, rules: Deployment) -> list[Event]:
    alarm = state.alarm
    if not state.idle or not alarm.level:
        raise Refused("no-alarm", "Nobody was told yet that this job is without a unit.", ("assign", "delay"))
    if alarm.acknowledged_by is not None:
        return []
    told = rules.alarm(state.rank, alarm.level)
    again = timedelta(hours=1) if told is None else told[1]
    return [
        JobUnresourcedAcknowledged(
            at=now, job=state.job, incident=state.incident, level=alarm.level, by=command.by, next_at=now + again
        )
    ]


def arrived(state: Job | None, unit: str, at: datetime, basis: str | None = None) -> list[Event]:
    """That a unit was on scene, as the unit said or (with a basis) as was inferred; once for each, the earliest word counting."""
    legs = [] if state is None else [leg for leg in state.legs if leg.unit == unit]
    if state is None or not legs:
        return []
    leg = next((one for one in reversed(legs) if one.sent_at <= at), legs[0])
    known_at = leg.arrived_at if basis is None else leg.there_at()
    if known_at is not None and (basis is not None or known_at <= at):
        return []
    return [
        JobUnitArrived(
            at=at,
            job=state.job,
            incident=state.incident,
            unit=unit,
            assignment=leg.assignment,
            inferred=basis is not None,
            basis=basis,
        )
    ]
