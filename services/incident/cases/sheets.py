"""Paper sheets during a breakdown: given out by number, entered or void, and never forgotten in between."""

from dataclasses import dataclass, replace

from chassis.host import Loaded, Transaction
from services.incident.cases.room import Room
from services.incident.domain.record import sheet
from services.incident.domain.record.logbook import logbook_of
from services.incident.domain.record.sheet import Sheet, sheet_of
from services.incident.streams import LOGBOOK, SHEET


@dataclass(frozen=True, slots=True)
class GiveOutSheets:
    """Somebody gets sheets: all of these numbers, or none."""

    sheets: tuple[str, ...]
    holder: str
    by: str


def give_out(room: Room, transaction: Transaction, command: GiveOutSheets) -> Loaded[Sheet]:
    """Each number once."""
    for number in command.sheets:
        given = work(room, transaction, sheet.GiveOut(number, command.holder, command.by))
    return given


def work(room: Room, transaction: Transaction, command: sheet.Command) -> Loaded[Sheet]:
    """Enter, void, or tell somebody higher. Entered is what a log names, not what somebody remembers."""
    state = transaction.load(SHEET, sheet_of(command.sheet)).state
    if isinstance(command, sheet.MarkEntered):
        room.incident(transaction, command.incident)
        command = replace(command, found=_named(transaction, command))
    events = sheet.decide(state, command, transaction.now, room.rules.at(transaction.now))
    return transaction.record(SHEET, sheet_of(command.sheet), events)


def _named(transaction: Transaction, command: sheet.MarkEntered) -> bool:
    book = transaction.load(LOGBOOK, logbook_of(command.incident)).state
    return book is not None and any(one.written == command.sheet and one.struck_by is None for one in book.entries)
