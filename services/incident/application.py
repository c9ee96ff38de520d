"""What the incident service can be asked to do: load the incident, add what policy says, decide, record."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chassis import ids
from chassis.host import Loaded, Transaction
from contracts.envelope import Event
from contracts.incident.backlog import EscalationReason
from contracts.incident.incidents import (
    Danger,
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    IncidentRegraded,
    Origin,
    PromiseAtRisk,
    UnitOnScene,
    Vulnerability,
    VulnerabilityNoted,
)
from contracts.places import Location
from contracts.refusals import Invalid
from services.incident.cases import handing, linking, recording, sheets, unreviewed, waiting
from services.incident.cases.holds import holds
from services.incident.cases.room import Room
from services.incident.domain.backlog import custody, escalation, task
from services.incident.domain.backlog.unreviewed import ExpectReview, ExplainUnreviewed, PassReview, SeeReview
from services.incident.domain.commands import (
    Authority,
    Close,
    Command,
    Grade,
    OpenForEmergency,
    OpenForReview,
    OpenIncident,
    RecordDelay,
    Regrade,
    RequestResources,
)
from services.incident.domain.decisions import decide
from services.incident.domain.handing import concern, transfer
from services.incident.domain.incident import Incident
from services.incident.domain.record import day, likeness, logbook, sheet, thrive
from services.incident.domain.standard import Grades, Standard, as_reported
from services.incident.streams import DAY, INCIDENT, THRIVE

_RISKS = {Danger.UNALLOCATED: EscalationReason.UNALLOCATED, Danger.OVERDUE: EscalationReason.OVERDUE}

Case = Callable[[Room, Transaction, Any], Loaded[Any]]

_CASES: Mapping[type, Case] = {
    escalation.Acknowledge: waiting.on_ladder,
    escalation.Climb: waiting.on_ladder,
    waiting.RaiseAgain: waiting.raise_again,
    waiting.RequestReview: waiting.request_review,
    task.Finish: waiting.finish,
    task.PassDue: waiting.pass_due,
    waiting.AcceptIncident: waiting.accept,
    waiting.LookAt: waiting.look,
    waiting.HandOver: waiting.hand_over,
    waiting.TakeOver: waiting.take_over,
    custody.PassOffer: waiting.pass_offer,
    logbook.SaveDraft: recording.write,
    logbook.MakeEntry: recording.write,
    logbook.Strike: recording.write,
    logbook.PassDraft: recording.write,
    sheets.GiveOutSheets: sheets.give_out,
    sheet.MarkEntered: sheets.work,
    sheet.Void: sheets.work,
    sheet.PassSheet: sheets.work,
    ExpectReview: unreviewed.hear,
    SeeReview: unreviewed.hear,
    ExplainUnreviewed: unreviewed.explain,
    linking.Link: linking.link,
    linking.Unlink: linking.link,
    linking.Merge: linking.merge,
    linking.Unmerge: linking.unmerge,
    handing.OfferTransfer: handing.offer,
    handing.UpdateTransfer: handing.update,
    transfer.PassWait: handing.pass_wait,
    concern.DecideThreshold: handing.of_concern,
    concern.Answer: handing.of_concern,
    concern.PassAnswer: handing.of_concern,
    handing.HandTo: handing.of_concern,
}


def incident_id(origin: Origin, origin_id: str) -> str:
    """The one incident of a call, or of another control room's report: who opens it twice opens it once."""
    return f"incident-{ids.derived('incident', origin.value, origin_id)}"


class Incidents:
    """The use cases of one force, under its policies."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def handle(self, transaction: Transaction, command: Any) -> Loaded[Any]:
        """Obey one command, or raise Refused."""
        case = _CASES.get(type(command))
        if case is not None:
            return case(self.room, transaction, command)
        match command:
            case thrive.Assess():
                return self._assess(transaction, command)
            case PassReview():
                return unreviewed.pass_review(self.room, transaction, command, self.obey)
            case unreviewed.OpenForCall():
                return unreviewed.open_for(transaction, command, self.obey)
            case handing.AnswerTransfer():
                return handing.answer(self.room, transaction, command, self.obey)
            case handing.HearMessage():
                return handing.hear(self.room, transaction, command, self.obey)
            case _:
                return self.obey(transaction, command)

    def obey(self, transaction: Transaction, command: Command) -> Loaded[Incident]:
        """A command of the incident itself, and all that follows from it here."""
        loaded = transaction.load(INCIDENT, command.incident)
        informed = self._informed(transaction, loaded.state, command)
        events = decide(loaded.state, informed, transaction.now)
        after = transaction.record(INCIDENT, command.incident, events)
        if after.state is not None and not after.state.outside:
            self._follow(transaction, after.state, events)
        return after

    def _assess(self, transaction: Transaction, command: thrive.Assess) -> Loaded[Any]:
        assessed, noted = recording.assess(self.room, transaction, command)
        if noted is not None and self.room.incident(transaction, command.incident).live:
            self.obey(transaction, noted)
        return assessed

    def _informed(self, transaction: Transaction, state: Incident | None, command: Command) -> Command:
        """The command with the policy that is in force now; what is decided can then be read from the events alone."""
        grades = self.room.grades.at(transaction.now)
        match command:
            case OpenIncident():
                return command if state is not None else self._opening(transaction, command)
            case OpenForReview() | OpenForEmergency():
                force, cells = self.room.force, self._cells(command.location)
                number = None if state is not None else self._number(transaction, command.incident)
                return replace(command, force=force, cells=cells, standard=grades.top(), reference=number)
            case Grade() | Regrade() if state is not None:
                return self._grading(transaction, state, command, grades)
            case RequestResources() if state is not None and state.grade is not None and not state.outside:
                promised = self.room.grades.version(state.policy) if state.policy is not None else grades
                return replace(command, standard=promised.standard(state.grade))
            case Close() if state is not None and not state.outside:
                return self._closing(transaction, command)
            case RecordDelay():
                self.room.codes.at(transaction.now).check_delay(command.code)
                return command
            case _:
                return command

    def _opening(self, transaction: Transaction, command: OpenIncident) -> OpenIncident:
        command = replace(command, force=command.force or self.room.force)
        if command.origin is Origin.OTHER_CONTROL_ROOM:
            return command
        if command.origin is not Origin.TRANSFER:
            codes = self.room.codes.at(transaction.now)
            codes.check_opening(command.opening_code)
            codes.check_qualifiers(command.qualifiers)
        number, cells = self._number(transaction, command.incident), self._cells(command.location)
        return replace(command, reference=number, cells=cells)

    def _number(self, transaction: Transaction, incident: str) -> str:
        today = self.room.rules.at(transaction.now).day(transaction.now)
        state = transaction.load(DAY, day.day_of(today)).state
        return day.reference(day.draw(state, today, incident, transaction.now))

    def _cells(self, location: Location | None) -> tuple[str, ...]:
        """The cell of the map it lies in, and those beside it, by references nobody can read back."""
        if location is None or location.point is None:
            return ()
        names = likeness.cells_around(location.point.latitude, location.point.longitude)
        return tuple(self.room.reference("cell", name) for name in names)

    def _grading(self, transaction: Transaction, state: Incident, command: Grade | Regrade, grades: Grades) -> Command:
        if command.grade == state.grade:
            return command  # what it was graded under may be in force no longer, and nothing changes
        standard = _standard(grades, state, command.grade)
        if state.outside:
            return replace(command, standard=standard)
        assessed = transaction.load(THRIVE, thrive.thrive_of(command.incident)).state
        suggested = None if assessed is None else assessed.assessments[-1].suggested
        if isinstance(command, Grade):
            return replace(command, standard=standard, suggested=suggested)
        rules = self.room.rules.at(transaction.now)
        authority = Authority(rules.downgrade_roles, rules.near_breach_min)
        return replace(command, standard=standard, suggested=suggested, authority=authority)

    def _closing(self, transaction: Transaction, command: Close) -> Close:
        codes = self.room.codes.at(transaction.now)
        codes.check_closing(command.closing_code)
        codes.check_qualifiers(command.qualifiers)
        return replace(command, holds=holds(self.room, transaction, command))

    def _follow(self, transaction: Transaction, state: Incident, events: list[Event]) -> None:
        for event in events:
            match event:
                case IncidentRegraded(downgrade=True):
                    because = f"downgraded from {event.previous} to {event.grade}"
                    self.room.inform_caller(transaction, state, because)
                case IncidentGraded() | VulnerabilityNoted() if state.vulnerability is not Vulnerability.NONE_KNOWN:
                    self.room.recontact(transaction, state)
                case PromiseAtRisk():
                    self.room.escalate(transaction, state.incident, _RISKS[event.danger])
                case UnitOnScene() if state.dangers:
                    waiting.settle(self.room, transaction, state.incident, "a unit is there")
                case IncidentClosed():
                    waiting.end(self.room, transaction, state.incident)
                    handing.tell_closed(self.room, transaction, state.incident, event.closing_code)
                case IncidentOpened() if event.reference is not None:
                    self._draw(transaction, event)

    def _draw(self, transaction: Transaction, opened: IncidentOpened) -> None:
        """The number the incident was opened under is taken, in the same transaction: by two at once it cannot be."""
        today = self.room.rules.at(transaction.now).day(transaction.now)
        stream = day.day_of(today)
        drawn = day.draw(transaction.load(DAY, stream).state, today, opened.incident, transaction.now)
        transaction.record(DAY, stream, [drawn])


def _standard(grades: Grades, state: Incident, grade: str) -> Standard:
    standard = as_reported(grade) if state.outside else grades.standard(grade)
    if standard is None:
        names = grades.names()
        raise Invalid("unknown-grade", f"{grades.version} has no such grade; it has {', '.join(names)}.", names)
    return standard
