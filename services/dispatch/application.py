"""What dispatch can be asked to do: load the unit and the job, decide over both, record both."""

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from contracts.refusals import NotFound
from services.dispatch.domain import assignment, job, unit
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    EndAssignment,
    Recommend,
    RegradeJob,
    ReportStatus,
    RequestJob,
)
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.recommendation import Recommendation, recommend
from services.dispatch.domain.unit import Unit

UNIT = Aggregate("unit", Unit, unit.EVOLVE, index=unit.index)
JOB = Aggregate("job", Job, job.EVOLVE, index=job.index)


class Dispatch:
    """The use cases, under a force's rules of deployment."""

    def __init__(self, rules: Dated[Deployment]) -> None:
        self._rules = rules

    def handle(self, transaction: Transaction, command: Command) -> Loaded[Unit] | Loaded[Job] | Loaded[Recommendation]:
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
            case Recommend():
                return self._recommend(transaction, command)
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
        for best in self._weighed(transaction, wanted, rules).best():
            by = f"policy {rules.version}"
            self._assign(transaction, Assign(wanted.job, best.unit, by, reasons=(*best.in_favour, *best.against)))
        return transaction.load(JOB, wanted.job)

    def _recommend(self, transaction: Transaction, command: Recommend) -> Loaded[Recommendation]:
        loaded = transaction.load(JOB, command.job)
        if loaded.state is None:
            raise NotFound("unknown-job", f"There is no job {command.job}.")
        weighed = self._weighed(transaction, loaded.state, self._rules.at(transaction.now))
        return Loaded(loaded.stream, weighed, loaded.version)

    def _weighed(self, transaction: Transaction, wanted: Job, rules: Deployment) -> Recommendation:
        streams = dict.fromkeys(
            stream
            for kind, statuses in (("free", (*rules.available, *rules.preemptible)), ("held", rules.preemptible))
            for status in statuses
            for stream in transaction.find(kind, str(int(status)))
        )
        units = [state for stream in streams if (state := transaction.load(UNIT, stream).state) is not None]
        return recommend(wanted, units, rules)

    def _assign(self, transaction: Transaction, command: Assign) -> Loaded[Job]:
        wanted, held = transaction.load(JOB, command.job), transaction.load(UNIT, command.unit)
        decided = assignment.assign(held.state, wanted.state, command, transaction.now)
        transaction.record(UNIT, command.unit, decided.unit)
        return transaction.record(JOB, command.job, decided.job)

    def _end(self, transaction: Transaction, command: EndAssignment) -> Loaded[Job]:
        wanted, held = transaction.load(JOB, command.job), transaction.load(UNIT, command.unit)
        decided = assignment.end(held.state, wanted.state, command, transaction.now)
        transaction.record(UNIT, command.unit, decided.unit)
        return transaction.record(JOB, command.job, decided.job)

    def _close(self, transaction: Transaction, command: CloseJob) -> Loaded[Job]:
        closing = assignment.close(transaction.load(JOB, command.job).state, command)
        for ended in closing.ends:
            self._end(transaction, ended)
        return transaction.record(JOB, command.job, closing.job)
