"""What the incident service can be asked to do: load the incident, add what policy says, decide, record."""

from dataclasses import replace
from datetime import datetime, timedelta

from chassis import ids
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from contracts.incident import Origin
from contracts.refusals import Invalid
from services.incident.domain.commands import Command, Grade, OpenForReview, OpenIncident, Regrade, RequestResources
from services.incident.domain.decisions import decide
from services.incident.domain.incident import EVOLVE, Incident, index
from services.incident.domain.standard import Standard, as_reported
from services.incident.policy.grades import GradeBook, GradeSet

INCIDENT = Aggregate("incident", Incident, EVOLVE, index=index)


def incident_id(origin: Origin, origin_id: str) -> str:
    """The one incident of an origin: who opens it twice opens it once. A review gives its own identity on."""
    if origin is Origin.REVIEW:
        return f"incident-{origin_id.removeprefix('review-')}"
    return f"incident-{ids.derived('incident', origin.value, origin_id)}"


class Incidents:
    """The use cases, under a force's grades."""

    def __init__(self, grades: GradeBook) -> None:
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
                return replace(command, force=grades.force)
            case OpenForReview():
                return replace(command, force=grades.force, standard=standard(grades, grades.grades[0].name))
            case Grade() | Regrade() if state is not None:
                return replace(command, standard=_given(grades, state, command.grade))
            case RequestResources() if state is not None and state.grade is not None and state.policy == grades.version:
                return replace(command, standard=standard(grades, state.grade))
            case _:
                return command


def _given(grades: GradeSet, state: Incident, grade: str) -> Standard:
    return as_reported(grade) if state.outside else standard(grades, grade)


def standard(grades: GradeSet, name: str) -> Standard:
    """What a grade of the set promises; raises Invalid with the grades there are."""
    try:
        rank = grades.rank(name)
    except LookupError:
        names = tuple(grade.name for grade in grades.grades)
        raise Invalid("unknown-grade", f"{grades.version} has no such grade; it has {', '.join(names)}.", names) from None
    rule = grades.grades[rank - 1]
    return Standard(
        rule.name,
        grades.version,
        rank,
        _minutes(rule.allocate_within_min),
        _minutes(rule.attend_within_min),
        rule.units,
        tuple(rule.skills),
    )


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)
