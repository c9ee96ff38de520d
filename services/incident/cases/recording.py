"""What is kept word for word: log entries and assessments."""

from dataclasses import replace

from chassis.host import Loaded, Transaction
from contracts.incident.backlog import TaskKind
from contracts.incident.incidents import Vulnerability
from contracts.incident.records import ThriveAssessed
from services.incident.cases.room import Room
from services.incident.domain.commands import NoteVulnerability
from services.incident.domain.record import logbook, thrive
from services.incident.domain.record.logbook import Logbook, logbook_of
from services.incident.domain.record.thrive import Assess, Thrive, suggestion, thrive_of
from services.incident.domain.room import after
from services.incident.streams import LOGBOOK, THRIVE


def write(
    room: Room, transaction: Transaction, command: logbook.SaveDraft | logbook.MakeEntry | logbook.Strike | logbook.PassDraft
) -> Loaded[Logbook]:
    """Save, enter or strike; also after the end, for what is written down late is written down."""
    stream = logbook_of(command.incident)
    before = transaction.load(LOGBOOK, stream)
    incident = room.incident(transaction, command.incident)
    rules = room.rules.at(transaction.now)
    if isinstance(command, logbook.SaveDraft):
        command = replace(command, finish_by=after(transaction.now, rules.draft_within_min))
    written = transaction.record(LOGBOOK, stream, logbook.decide(before.state, command, transaction.now))
    if isinstance(command, logbook.PassDraft) and written.version > before.version:
        due = after(transaction.now, rules.draft_within_min)
        because = f"entry {command.entry} was begun and never finished"
        room.task(transaction, incident.incident, TaskKind.FINISH_DRAFT, due, because)
    return written


def assess(room: Room, transaction: Transaction, command: Assess) -> tuple[Loaded[Thrive], NoteVulnerability | None]:
    """A further assessment with its suggestion; and, when it sees more or less vulnerability, the command that says so."""
    stream = thrive_of(command.incident)
    state = transaction.load(THRIVE, stream).state
    room.incident(transaction, command.incident)
    rules, grades = room.rules.at(transaction.now), room.grades.at(transaction.now)
    if set(command.headings) == set(thrive.HEADINGS):
        rank, reasons = suggestion(command.headings, rules.thrive)
        command = replace(command, policy=rules.version, suggested=grades.ranked(rank), reasons=reasons)
    events = thrive.decide(state, command, transaction.now)
    level = next((event.level for event in events if isinstance(event, ThriveAssessed)), Vulnerability.NONE_KNOWN)
    noted = NoteVulnerability(command.incident, level, ("assessed under THRIVE",), command.by, command.at)
    return transaction.record(THRIVE, stream, events), noted
