"""What all use cases of a force share: its policies, and telling somebody higher."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis import ids
from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from contracts.incident.backlog import EscalationReason, TaskKind
from contracts.refusals import NotFound
from services.incident.domain.backlog import escalation, task
from services.incident.domain.backlog.escalation import Escalation, escalation_of
from services.incident.domain.backlog.task import Task
from services.incident.domain.codes import Codes
from services.incident.domain.incident import Incident
from services.incident.domain.room import RoomRules, after
from services.incident.domain.standard import Grades, Step
from services.incident.streams import ESCALATION, INCIDENT, TASK

OF_THE_GRADE = (EscalationReason.UNALLOCATED, EscalationReason.OVERDUE, EscalationReason.SHIFT_CHANGE)


@dataclass(frozen=True, slots=True)
class Room:
    """One control room: the force, its policies by date, and the keyed reference of a value that must not be read."""

    force: str
    grades: Dated[Grades]
    rules: Dated[RoomRules]
    codes: Dated[Codes]
    reference: Callable[[str, str], str]

    def incident(self, transaction: Transaction, incident: str) -> Incident:
        """The state of an incident there is."""
        state = transaction.load(INCIDENT, incident).state
        if state is None:
            raise NotFound("unknown-incident", f"There is no incident {incident}.", ("open",))
        return state

    def escalate(self, transaction: Transaction, incident: str, reason: EscalationReason) -> Loaded[Escalation]:
        """Tell the first role of the ladder of the grade, or of the room where the grade has none."""
        rules, state = self.rules.at(transaction.now), self.incident(transaction, incident)
        own = self._ladder(state) if reason in OF_THE_GRADE else ()
        again = rules.next_shift_change(transaction.now) if state.waiting else None
        raised = escalation.Raise(
            incident, reason, own or rules.ladder, state.policy if own and state.policy else rules.version, again
        )
        return self.on_ladder(transaction, raised)

    def on_ladder(
        self, transaction: Transaction, command: escalation.Raise | escalation.Acknowledge | escalation.Climb | escalation.Settle
    ) -> Loaded[Escalation]:
        """One step on an incident's ladder."""
        stream = escalation_of(command.incident)
        state = transaction.load(ESCALATION, stream).state
        return transaction.record(ESCALATION, stream, escalation.decide(state, command, transaction.now))

    def _ladder(self, state: Incident) -> tuple[Step, ...]:
        if state.policy is None or state.grade is None or state.outside:
            return ()
        return self.grades.version(state.policy).ladder(state.grade)

    def task(
        self,
        transaction: Transaction,
        incident: str,
        kind: TaskKind,
        due: datetime,
        because: str,
        owner: str | None = None,
        nth: int = 0,
    ) -> str:
        """Give somebody something to do; gives the task's id. `nth` tells tasks apart that arise at one instant."""
        name = f"task-{ids.derived('task', incident, kind.value, transaction.now.isoformat(), because, nth)}"
        opened = task.OpenTask(name, incident, kind, due, because, owner)
        state = transaction.load(TASK, name).state
        transaction.record(TASK, name, task.decide(state, opened, transaction.now))
        return name

    def tasks_of(self, transaction: Transaction, incident: str, *kinds: TaskKind) -> list[Task]:
        """What is still to be done for an incident, of these kinds."""
        found = (transaction.load(TASK, stream).state for stream in transaction.find("tasks-of", incident))
        return [one for one in found if one is not None and one.kind in kinds]

    def recontact(self, transaction: Transaction, state: Incident) -> None:
        """A vulnerable victim who waits is to be spoken to again; one such task at a time."""
        due = self.rules.at(transaction.now).recontact_by(state.vulnerability, transaction.now)
        if due is None or not state.waiting or self.tasks_of(transaction, state.incident, TaskKind.RECONTACT):
            return
        self.task(transaction, state.incident, TaskKind.RECONTACT, due, f"waits, vulnerability {state.vulnerability.value}")

    def inform_caller(self, transaction: Transaction, state: Incident, because: str) -> None:
        """Whoever waits is told that it will take longer (West Yorkshire 2022)."""
        due = after(transaction.now, self.rules.at(transaction.now).inform_caller_within_min)
        self.task(transaction, state.incident, TaskKind.INFORM_CALLER, due, because, nth=state.regrades)
