"""A dispatcher who watches the dispatch service's events and sends whom its own rules recommend, the most urgent job first."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from chassis.dated import Dated
from contracts.dispatch.deployment import (
    AssignmentEnded,
    JobClosed,
    JobRequested,
    JobUnitRemoved,
    UnitAssigned,
    UnitBookedOff,
    UnitBookedOn,
)
from contracts.envelope import Envelope, Event
from services.dispatch.domain import job as jobs
from services.dispatch.domain import unit as units
from services.dispatch.domain.commands import Assign
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.recommendation import Known, recommend
from services.dispatch.domain.unit import Unit
from services.incident.domain.commands import Close
from simulator.script import Stimulus

THINKS_S = {1: (10, 45), 2: (30, 180)}
"""Seconds from seeing a job to sending somebody, by the rank of its grade; for all others up to ten minutes. A design reading."""
_UNHURRIED_S = (60, 600)
_CLOSES_AFTER_S = (120, 900)
_RINGING = timedelta(minutes=20)
"""For so long the telephone may still ring for an incident that began with a broken call: it is not closed before."""
_CLOSING_CODES = {"dealt with": 60, "no trace": 20, "advice given": 12, "arrest made": 8}
BY = "dispatcher-1"


class Dispatcher:
    """Knows the units on duty and the open jobs, as every listener of the bus can. Ends an incident when the last unit left."""

    def __init__(self, seed: int, rules: Dated[Deployment]) -> None:
        self._seed, self._rules = seed, rules
        self.units: dict[str, Unit] = {}
        self.jobs: dict[str, Job] = {}
        self.relieved: set[str] = set()
        """Units whose relief has booked on: they are sent nowhere any more."""
        self.promised: dict[str, str] = {}
        """Units about to be sent, and to which job."""
        self._ending: set[str] = set()

    def ending(self, incident: str) -> bool:
        """Whether the last unit has left an incident, and it was to be closed."""
        return any(name in self._ending and job.incident == incident for name, job in self.jobs.items())

    def heard(self, envelope: Envelope[Event]) -> Iterator[Stimulus]:
        """Follow one event of dispatch, and do what it makes possible."""
        event, now = envelope.event, envelope.recorded
        if envelope.service != "dispatch":
            return
        self._follow(envelope.stream, event)
        match event:
            case JobRequested():
                yield from self._send([self.jobs[event.job]], now)
            case JobUnitRemoved():
                yield from self._perhaps_end(self.jobs[event.job], now)
            case AssignmentEnded() | UnitBookedOn():
                yield from self._send(sorted(self.jobs.values(), key=_urgency), now)
            case _:
                pass

    def _follow(self, stream: str, event: Event) -> None:
        if type(event) in units.EVOLVE:
            self.units[stream] = units.EVOLVE[type(event)](self.units.get(stream), event)
        elif type(event) in jobs.EVOLVE:
            self.jobs[stream] = jobs.EVOLVE[type(event)](self.jobs.get(stream), event)
        match event:
            case UnitAssigned():
                self.promised.pop(event.unit, None)
            case UnitBookedOff():
                del self.units[stream]
                self.relieved.discard(stream)
            case JobClosed():
                del self.jobs[stream]
                self._ending.discard(stream)

    def _free(self) -> list[Unit]:
        return [unit for name, unit in self.units.items() if not (unit.held or name in self.promised or name in self.relieved)]

    def _wanting(self, job: Job) -> int:
        """As many as were asked for are sent once: a unit that has left again is not made up for."""
        if job.job in self._ending or job.outside:
            return 0
        return job.units - job.sent - sum(promised == job.job for promised in self.promised.values())

    def _send(self, waiting: Iterable[Job], now: datetime) -> Iterator[Stimulus]:
        free = self._free()
        for job in waiting:
            if not free:
                return
            wanting = self._wanting(job)
            if wanting <= 0:
                continue
            fitting = [
                one
                for one in recommend(job, free, self._rules.at(now), Known(now)).candidates
                if one.suitable and not one.preemptible
            ]
            for one in fitting[:wanting]:
                self.promised[one.unit] = job.job
                cause = f"dispatcher:{self._seed}:{job.job}:{one.unit}:{job.sent}"
                at = now + timedelta(seconds=Random(cause).randint(*THINKS_S.get(job.rank, _UNHURRIED_S)))
                assign = Assign(job.job, one.unit, BY, reasons=(*one.in_favour, *one.against))
                yield Stimulus(at, "dispatch", assign, cause, BY)
            free = [unit for unit in free if unit.unit not in self.promised]

    def _perhaps_end(self, job: Job, now: datetime) -> Iterator[Stimulus]:
        """Once everybody has left, the incident is closed; whoever was still on the way to be sent keeps it open."""
        if job.working or job.job in self._ending or job.job in self.promised.values():
            return
        self._ending.add(job.job)
        cause = f"dispatcher:{self._seed}:{job.job}:close"
        random = Random(cause)
        code = random.choices(list(_CLOSING_CODES), weights=list(_CLOSING_CODES.values()))[0]
        close = Close(job.incident, code, "the last unit is clear", BY, welfare="seen by the unit that went")
        at = max(now + timedelta(seconds=random.randint(*_CLOSES_AFTER_S)), job.requested_at + _RINGING)
        yield Stimulus(at, "incident", close, cause, BY)


def _urgency(job: Job) -> tuple[int, datetime, str]:
    return job.rank, job.reported_at, job.job
