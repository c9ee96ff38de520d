"""Escalations, tasks and who has an incident in hand: what is asked by people and by timers, and what follows."""

from dataclasses import dataclass
from datetime import datetime

from chassis.host import Loaded, Transaction
from contracts.incident.backlog import EscalationReason, TaskKind
from contracts.refusals import Invalid
from services.incident.cases import unreviewed
from services.incident.cases.room import Room
from services.incident.domain.backlog import custody, escalation, task
from services.incident.domain.backlog.custody import Custody, custody_of
from services.incident.domain.backlog.escalation import Escalation, escalation_of
from services.incident.domain.backlog.task import Task
from services.incident.domain.incident import Incident
from services.incident.domain.record.logbook import logbook_of
from services.incident.domain.room import after
from services.incident.streams import CUSTODY, ESCALATION, INCIDENT, LOGBOOK, TASK


@dataclass(frozen=True, slots=True)
class RaiseAgain:
    """A timer: the shifts change."""

    incident: str


@dataclass(frozen=True, slots=True)
class RequestReview:
    """A supervisor is to look at the log before it is closed."""

    incident: str
    by: str
    because: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptIncident:
    """I have it in hand."""

    incident: str
    by: str


@dataclass(frozen=True, slots=True)
class LookAt:
    """A timer: has whoever has it in hand done anything?"""

    incident: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """I go off: everything I have in hand, or one incident, is offered to somebody else."""

    by: str
    to: str
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """I have it now."""

    incident: str
    by: str


def on_ladder(room: Room, transaction: Transaction, command: escalation.Acknowledge | escalation.Climb) -> Loaded[Escalation]:
    """Acknowledge, or climb."""
    return room.on_ladder(transaction, command)


def raise_again(room: Room, transaction: Transaction, command: RaiseAgain) -> Loaded[Escalation]:
    """At the change of shifts whoever comes on is told of what still waits."""
    state = transaction.load(INCIDENT, command.incident).state
    if state is not None and state.waiting:
        return room.escalate(transaction, command.incident, EscalationReason.SHIFT_CHANGE)
    call = unreviewed.raised_for(transaction, command.incident)
    if call is not None:
        return unreviewed.tell(room, transaction, call, EscalationReason.SHIFT_CHANGE)
    return room.on_ladder(transaction, escalation.Settle(command.incident, "nobody waits any more"))


def request_review(room: Room, transaction: Transaction, command: RequestReview) -> Loaded[Task]:
    """While it is pending the incident cannot be closed (Devon and Cornwall 2022)."""
    room.incident(transaction, command.incident)
    if not command.because.strip():
        raise Invalid("reason-needed", "Say what is to be looked at.")
    due = after(transaction.now, room.rules.at(transaction.now).review_within_min)
    because = f"{command.because} (asked by {command.by})"
    return transaction.load(TASK, room.task(transaction, command.incident, TaskKind.REVIEW, due, because, command.owner))


def finish(room: Room, transaction: Transaction, command: task.Finish) -> Loaded[Task]:
    """Done; a victim who goes on waiting is to be spoken to again."""
    done = transaction.load(TASK, command.task)
    after_it = transaction.record(TASK, command.task, task.decide(done.state, command, transaction.now))
    if after_it.version > done.version and after_it.state is not None and after_it.state.kind is TaskKind.RECONTACT:
        room.recontact(transaction, room.incident(transaction, after_it.state.incident))
    return after_it


def pass_due(room: Room, transaction: Transaction, command: task.PassDue) -> Loaded[Task]:
    """Late: somebody higher is told. A victim who no longer waits need not be spoken to again."""
    late = transaction.load(TASK, command.task)
    state = late.state
    moot = state is not None and state.kind is TaskKind.RECONTACT and not room.incident(transaction, state.incident).waiting
    if moot:
        over = task.Finish(command.task, f"policy {room.rules.at(transaction.now).version}", "nobody waits any more")
        return transaction.record(TASK, command.task, task.decide(state, over, transaction.now))
    after_it = transaction.record(TASK, command.task, task.decide(state, command, transaction.now))
    if after_it.version > late.version and state is not None:
        room.escalate(transaction, state.incident, EscalationReason.TASK_OVERDUE)
    return after_it


def accept(room: Room, transaction: Transaction, command: AcceptIncident) -> Loaded[Custody]:
    """Accepting is not acting: from now on somebody looks whether anything is done."""
    stream = custody_of(command.incident)
    state = transaction.load(CUSTODY, stream).state
    _workable(room.incident(transaction, command.incident))
    accepted = custody.Accept(command.incident, command.by, _act_by(room, transaction))
    return transaction.record(CUSTODY, stream, custody.decide(state, accepted, transaction.now))


def look(room: Room, transaction: Transaction, command: LookAt) -> Loaded[Custody]:
    """Anything done since the last look counts: an entry, a grade, a unit. Nothing: an alarm, and somebody higher is told."""
    stream = custody_of(command.incident)
    held = transaction.load(CUSTODY, stream).state
    incident = room.incident(transaction, command.incident)
    looked = custody.Look(command.incident, _act_by(room, transaction))
    if not incident.live or incident.attended:
        looked = custody.Look(command.incident, looked.act_by, over="somebody came, or it is over")
    elif held is not None:
        looked = custody.Look(command.incident, looked.act_by, acted=_acted(transaction, incident, held))
    after_it = transaction.record(CUSTODY, stream, custody.decide(held, looked, transaction.now))
    if looked.acted is None and looked.over is None:
        room.escalate(transaction, command.incident, EscalationReason.SILENCE)
    return after_it


def _acted(transaction: Transaction, incident: Incident, held: Custody) -> str | None:
    book = transaction.load(LOGBOOK, logbook_of(incident.incident)).state
    if incident.working:
        return "a unit is on its way"
    if book is not None and book.last_at is not None and book.last_at > held.seen_at:
        return "an entry in the log"
    if incident.acted_at is not None and incident.acted_at > held.seen_at:
        return "a change of the incident"
    return None


def hand_over(room: Room, transaction: Transaction, command: HandOver) -> Loaded[Custody]:
    """Everything somebody has in hand is offered, and stays with them until it was acknowledged."""
    held = [custody_of(command.incident)] if command.incident else transaction.find("held-by", command.by)
    by = after(transaction.now, room.rules.at(transaction.now).handover_within_min)
    last: Loaded[Custody] = transaction.load(CUSTODY, held[-1] if held else f"custody-of-{command.by}")
    for stream in held:
        state = transaction.load(CUSTODY, stream).state
        incident = command.incident or (state.incident if state is not None else "")
        offered = custody.Offer(incident, command.by, command.to, by)
        last = transaction.record(CUSTODY, stream, custody.decide(state, offered, transaction.now))
    return last


def take_over(room: Room, transaction: Transaction, command: TakeOver) -> Loaded[Custody]:
    """Acknowledged: it is theirs now."""
    stream = custody_of(command.incident)
    state = transaction.load(CUSTODY, stream).state
    taken = custody.TakeOver(command.incident, command.by, _act_by(room, transaction))
    return transaction.record(CUSTODY, stream, custody.decide(state, taken, transaction.now))


def pass_offer(room: Room, transaction: Transaction, command: custody.PassOffer) -> Loaded[Custody]:
    """Nobody acknowledged the hand-over: somebody higher is told, and the offer stands."""
    stream = custody_of(command.incident)
    state = transaction.load(CUSTODY, stream).state
    passed = transaction.record(CUSTODY, stream, custody.decide(state, command, transaction.now))
    room.escalate(transaction, command.incident, EscalationReason.HANDOVER)
    return passed


def settle(room: Room, transaction: Transaction, incident: str, why: str) -> None:
    """Nobody waits any more: nothing is raised again at the change of shifts."""
    if transaction.load(ESCALATION, escalation_of(incident)).state is not None:
        room.on_ladder(transaction, escalation.Settle(incident, why))


def end(room: Room, transaction: Transaction, incident: str) -> None:
    """The incident is over: nobody has it in hand, and nobody need speak to somebody who waits."""
    settle(room, transaction, incident, "the incident is over")
    held = transaction.load(CUSTODY, custody_of(incident)).state
    if held is not None and not held.ended:
        over = custody.Look(incident, transaction.now, over="the incident is over")
        transaction.record(CUSTODY, custody_of(incident), custody.decide(held, over, transaction.now))
    for one in room.tasks_of(transaction, incident, TaskKind.RECONTACT):
        done = task.Finish(one.task, f"policy {room.rules.at(transaction.now).version}", "the incident is over")
        transaction.record(TASK, one.task, task.decide(one, done, transaction.now))


def _workable(state: Incident) -> None:
    if not state.live:
        raise Invalid("over", "Nothing is left to do for this record.", ("reopen",))


def _act_by(room: Room, transaction: Transaction) -> datetime:
    return after(transaction.now, room.rules.at(transaction.now).silence_min)
