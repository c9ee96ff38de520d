"""What the incident service can be asked to do: load the incident, add what policy says, decide, record."""

from dataclasses import replace
from datetime import datetime

from chassis import ids
from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from contracts.incident import Origin
from contracts.refusals import Invalid
from services.incident.domain.commands import Command, Grade, OpenForReview, OpenIncident, Regrade, RequestResources
from services.incident.domain.decisions import decide
from services.incident.domain.incident import EVOLVE, Incident, index
from services.incident.domain.standard import Grades, Standard, as_reported

INCIDENT = Aggregate("incident", Incident, EVOLVE, index=index)


def incident_id(origin: Origin, origin_id: str) -> str:
    """The one incident of a call, or of another control room's report: who opens it twice opens it once."""
    return f"incident-{ids.derived('incident', origin.value, origin_id)}"


class Incidents:
    """The use cases of one force, under its grades."""

    def __init__(self, force: str, grades: Dated[Grades]) -> None:
        self._force = force
        self._grades = grades

    def handle(self, transaction: Transaction, command: Command) -> Loaded[Incident]:
        """Obey one command, or raise Refused."""
        loaded = transaction.load(INCIDENT, command.incident)
        informed = self._informed(loaded.state, command, transaction.now)
        return transaction.record(INCIDENT, command.incident, decide(loaded.state, informed, transaction.now))

    def _informed(self, state: Incident | None, command: Command, now: datetime) -> Command:
        """The command with the policy that is in force now; what is decided can then be read from the events alone."""
        grades = self._grades.at(now)
        match command:
            case OpenIncident(force=None):
                return replace(command, force=self._force)
            case OpenForReview():
                return replace(command, force=self._force, standard=grades.top())
            case Grade() | Regrade() if state is not None:
                return replace(command, standard=_standard(grades, state, command.grade))
            case RequestResources() if state is not None and state.grade is not None and not state.outside:
                return replace(command, standard=grades.standard(state.grade))
            case _:
                return command


def _standard(grades: Grades, state: Incident, grade: str) -> Standard:
    standard = as_reported(grade) if state.outside else grades.standard(grade)
    if standard is None:
        names = grades.names()
        raise Invalid("unknown-grade", f"{grades.version} has no such grade; it has {', '.join(names)}.", names)
    return standard
