"""What dispatch can be asked to do: load the unit and the job, decide over both, record both."""

from collections.abc import Callable, Iterable

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from services.dispatch.domain import assignment, job, unit
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    EndAssignment,
    RegradeJob,
    ReportStatus,
    RequestJob,
)
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.recommendation import recommend
from services.dispatch.domain.unit import Unit

UNIT = Aggregate("unit", Unit, unit.EVOLVE, index=unit.index)
JOB = Aggregate("job", Job, job.EVOLVE, index=job.index)


def sendable(rules: Deployment, find: Callable[[str, str], Iterable[str]]) -> list[str]:
    """The units that policy lets be sent, by the index of who is free and who is held."""
    free = [stream for status in (*rules.available, *rules.preemptible) for stream in find("free", str(int(status)))]
    return free + [stream for status in rules.preemptible for stream in find("held", str(int(status)))]


class Dispatch:
    """The use cases, under a force's rules of deployment."""

    def __init__(self, rules: Dated[Deployment]) -> None:
        self._rules = rules

    def handle(self, transaction: Transaction, command: Command) -> Loaded[Unit] | Loaded[Job]:
        """Obey one command, or raise Refused."""
        match command:
            case BookOn():
                return self._unit(transaction, unit_of(command.callsign), command)
            case ReportStatus() | BookOff():
                return self._unit(transaction, command.unit, command)
            case RequestJob():
                return self._request(transaction, command)
            case RegradeJob():
                loaded = transaction.load(JOB, command.job)
                return transaction.record(JOB, command.job, job.decide(loaded.state, command, transaction.now))
            case CloseJob():
                return self._close(transaction, command)
            case Assign():
                return self._assign(transaction, command)
            case EndAssignment():
                return self._end(transaction, command)

    def _unit(self, transaction: Transaction, stream: str, command: BookOn | ReportStatus | BookOff) -> Loaded[Unit]:
        loaded = transaction.load(UNIT, stream)
        return transaction.record(UNIT, stream, unit.decide(loaded.state, command, transaction.now))

    def _request(self, transaction: Transaction, command: RequestJob) -> Loaded[Job]:
        loaded = transaction.load(JOB, command.job)
        requested = transaction.record(JOB, command.job, job.decide(loaded.state, command, transaction.now))
        rules = self._rules.at(transaction.now)
        if not rules.auto_assign or requested.state is None or requested.state.outside:
            return requested
        return self._assign_best(transaction, requested.state, rules)

    def _assign_best(self, transaction: Transaction, wanted: Job, rules: Deployment) -> Loaded[Job]:
        streams = sendable(rules, transaction.find)
        units = [state for stream in streams if (state := transaction.load(UNIT, stream).state) is not None]
        for best in recommend(wanted, units, rules).best():
            by = f"policy {rules.version}"
            self._assign(transaction, Assign(wanted.job, best.unit, by, reasons=(*best.in_favour, *best.against)))
        return transaction.load(JOB, wanted.job)

    def _assign(self, transaction: Transaction, command: Assign) -> Loaded[Job]:
        held, wanted = transaction.load(UNIT, command.unit), transaction.load(JOB, command.job)
        decided = assignment.assign(held.state, wanted.state, command, transaction.now)
        transaction.record(UNIT, command.unit, decided.unit)
        return transaction.record(JOB, command.job, decided.job)

    def _end(self, transaction: Transaction, command: EndAssignment) -> Loaded[Job]:
        held, wanted = transaction.load(UNIT, command.unit), transaction.load(JOB, command.job)
        decided = assignment.end(held.state, wanted.state, command, transaction.now)
        transaction.record(UNIT, command.unit, decided.unit)
        return transaction.record(JOB, command.job, decided.job)

    def _close(self, transaction: Transaction, command: CloseJob) -> Loaded[Job]:
        closing = assignment.close(transaction.load(JOB, command.job).state, command)
        for ended in closing.ends:
            self._end(transaction, ended)
        return transaction.record(JOB, command.job, closing.job)
