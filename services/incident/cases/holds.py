"""Why an incident must stay open: what is pending about it elsewhere than in its own record (Devon and Cornwall 2022)."""

from collections.abc import Iterator

from chassis.host import Transaction
from contracts.incident.backlog import TaskKind
from contracts.refusals import Refused
from services.incident.cases.linking import has_original
from services.incident.cases.room import Room
from services.incident.domain.backlog.escalation import escalation_of
from services.incident.domain.closing import DUPLICATE
from services.incident.domain.commands import Close
from services.incident.domain.handing.concern import concern_of
from services.incident.streams import CONCERN, ESCALATION, TRANSFER

_HOLDING = {TaskKind.REVIEW: "a review is pending", TaskKind.INFORM_CALLER: "the caller has not been told"}


def holds(room: Room, transaction: Transaction, command: Close) -> tuple[str, ...]:
    """Every reason, in words. A duplicate needs the record it is a duplicate of."""
    duplicate = command.closing_code.rpartition(": ")[2] == DUPLICATE
    if duplicate and not has_original(transaction, command.incident):
        raise Refused("no-original", "Link or merge it with the record it is a duplicate of.", ("link", "merge"))
    return tuple(_pending(room, transaction, command.incident))


def _pending(room: Room, transaction: Transaction, incident: str) -> Iterator[str]:
    for one in room.tasks_of(transaction, incident, *_HOLDING):
        yield f"{_HOLDING[one.kind]}: {one.because}"
    ladder = transaction.load(ESCALATION, escalation_of(incident)).state
    if ladder is not None and ladder.pending:
        yield f"escalation {ladder.number} waits for the {ladder.role}"
    asked = transaction.load(CONCERN, concern_of(incident)).state
    if asked is not None and asked.unanswered:
        yield f"the {asked.agency} has not answered"
    for stream in transaction.find("transfers-of", incident):
        on_its_way = transaction.load(TRANSFER, stream).state
        if on_its_way is not None and on_its_way.outgoing and on_its_way.unanswered:
            yield f"{on_its_way.peer} has not answered"
