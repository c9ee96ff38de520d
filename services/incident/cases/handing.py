"""Handing incidents to other forces and agencies, and taking them: what is sent, what is heard, and what follows here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis import ids
from chassis.host import Loaded, Transaction
from contracts.incident.backlog import EscalationReason
from contracts.incident.handing import Function, TransferMessage
from contracts.incident.incidents import Origin
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.cases.room import Room
from services.incident.domain.commands import Close, Command, NoteVulnerability, OpenIncident
from services.incident.domain.handing import concern, transfer
from services.incident.domain.handing.concern import Concern, concern_of
from services.incident.domain.handing.transfer import Transfer, stream_of
from services.incident.domain.record import logbook
from services.incident.domain.record.logbook import logbook_of
from services.incident.domain.room import after
from services.incident.streams import CONCERN, LOGBOOK, TRANSFER

TRANSFERRED = "transferred"
"""The code a record is closed under once another control room has accepted it."""

Core = Callable[[Transaction, Command], object]
"""Obeys a command of the incident itself."""


@dataclass(frozen=True, slots=True)
class OfferTransfer:
    """Offer an incident to another force or agency."""

    incident: str
    to: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerTransfer:
    """Accept what was offered, or refuse it with the reason."""

    transfer: str
    accept: bool
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateTransfer:
    """Tell the other side what is new."""

    transfer: str
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class HearMessage:
    """A message of another control room arrived."""

    message: TransferMessage


@dataclass(frozen=True, slots=True)
class HandTo:
    """Put a concern to an agency."""

    incident: str
    agency: str
    by: str
    contact: str | None = None


def transfer_id(force: str, incident: str, to: str, n: int) -> str:
    """The identity of the n-th offer of an incident to somebody."""
    return ids.derived("transfer", force, incident, to, n)


def offer(room: Room, transaction: Transaction, command: OfferTransfer) -> Loaded[Transfer]:
    """The whole content goes with it; the incident stays ours, its clock running, until the other side has accepted."""
    state = room.incident(transaction, command.incident)
    if not state.live or state.outside:
        raise Refused("not-live", "Only an open incident of ours can be offered.", ("reopen",))
    if command.to == room.force:
        raise Invalid("to-yourself", "Offer it to somebody else.")
    earlier = [transaction.load(TRANSFER, stream).state for stream in transaction.find("transfers-of", command.incident)]
    pending = next((one for one in earlier if one is not None and one.outgoing and one.unanswered), None)
    if pending is not None:
        raise Refused("offered-already", f"{pending.peer} has not answered yet.", ("update", "wait"))
    rules, name = room.rules.at(transaction.now), transfer_id(room.force, command.incident, command.to, len(earlier))
    message = _with(
        _message(room, name, Function.CREATE, command.to, state.reference or command.incident, transaction.now),
        reported_at=state.reported_at,
        opening_code=state.opening_code,
        grade=state.grade,
        vulnerability=state.vulnerability,
        silent_approach=state.silent_approach,
        summary=state.summary,
        location=None if state.place is None else state.place.location(),
        answer_by=after(transaction.now, rules.transfer_answer_within_min),
        reason=command.reason,
    )
    return _send(transaction, command.incident, message)


def answer(room: Room, transaction: Transaction, command: AnswerTransfer, core: Core) -> Loaded[Transfer]:
    """Accepted: it is ours. Refused: our record of it ends, and the other side is told."""
    state = _known(transaction, command.transfer)
    if not command.accept and not (command.reason or "").strip():
        raise Invalid("reason-needed", "Say why it is refused.")
    function = Function.ACCEPT if command.accept else Function.REFUSE
    sent = _send(transaction, state.incident, _with(_answering(room, state, function, transaction.now), reason=command.reason))
    if not command.accept:
        _close_here(transaction, core, state.incident, f"refused: it goes back to {state.peer}", command.by)
    return sent


def update(room: Room, transaction: Transaction, command: UpdateTransfer) -> Loaded[Transfer]:
    """What is new goes to the other side."""
    state = _known(transaction, command.transfer)
    message = _answering(room, state, Function.UPDATE, transaction.now)
    name = ids.derived(message.message, command.words, command.by)
    return _send(transaction, state.incident, _with(message, message=name, summary=command.words))


def hear(room: Room, transaction: Transaction, command: HearMessage, core: Core) -> Loaded[Transfer]:
    """Acknowledged at once by the machine, accepted by a person; what was accepted is completed at once."""
    message = command.message
    stream = stream_of(message.transfer)
    before = transaction.load(TRANSFER, stream)
    transfer.check_message(message, room.force)
    incident = before.state.incident if before.state is not None else _incident_of(message)
    events = transfer.decide(before.state, transfer.Hear(incident, message), transaction.now)
    heard = transaction.record(TRANSFER, stream, events)
    if heard.version == before.version or heard.state is None:
        return heard
    _FOLLOW.get(message.function, _nothing)(room, transaction, heard.state, message, core)
    return transaction.load(TRANSFER, stream)


def pass_wait(room: Room, transaction: Transaction, command: transfer.PassWait) -> Loaded[Transfer]:
    """No answer in time: somebody higher is told. The incident is where it was, and a late answer is heard."""
    stream = stream_of(command.transfer)
    before = transaction.load(TRANSFER, stream)
    passed = transaction.record(TRANSFER, stream, transfer.decide(before.state, command, transaction.now))
    if passed.version > before.version and passed.state is not None:
        room.escalate(transaction, passed.state.incident, EscalationReason.TRANSFER)
    return passed


def tell_closed(room: Room, transaction: Transaction, incident: str, closing_code: str) -> None:
    """Whoever handed it to us is told how it ended."""
    for stream in transaction.find("transfers-of", incident):
        state = transaction.load(TRANSFER, stream).state
        if state is not None and not state.outgoing and state.phase in (transfer.Phase.ACCEPTED, transfer.Phase.COMPLETED):
            message = _answering(room, state, Function.CLOSURE, transaction.now)
            _send(transaction, incident, _with(message, closing_code=closing_code))


def of_concern(
    room: Room, transaction: Transaction, command: concern.DecideThreshold | concern.Answer | concern.PassAnswer | HandTo
) -> Loaded[Concern]:
    """The threshold, the agency, its answer; no answer in time brings it before somebody higher."""
    stream = concern_of(command.incident)
    before = transaction.load(CONCERN, stream)
    room.incident(transaction, command.incident)
    rules = room.rules.at(transaction.now)
    asked: concern.Command
    if isinstance(command, HandTo):
        due = after(transaction.now, rules.concern_answer_within_min)
        asked = concern.HandConcern(command.incident, command.by, command.agency, due, command.contact)
    else:
        asked = command
    if isinstance(asked, concern.DecideThreshold | concern.HandConcern):
        concern.check(asked, rules)
    decided = transaction.record(CONCERN, stream, concern.decide(before.state, asked, transaction.now))
    if isinstance(asked, concern.PassAnswer) and decided.version > before.version:
        room.escalate(transaction, command.incident, EscalationReason.TRANSFER)
    return decided


def _with(message: TransferMessage, /, **changes: object) -> TransferMessage:
    """A message with more in it."""
    return message.model_copy(update=changes)


def _known(transaction: Transaction, name: str) -> Transfer:
    state = transaction.load(TRANSFER, stream_of(name)).state
    if state is None:
        raise NotFound("unknown-transfer", "There is no such transfer.", ("offer",))
    return state


def _incident_of(message: TransferMessage) -> str:
    return f"incident-{ids.derived('incident', Origin.TRANSFER.value, message.transfer)}"


def _message(room: Room, name: str, function: Function, to: str, reference: str, now: datetime) -> TransferMessage:
    return TransferMessage(
        message=ids.derived("transfer message", name, function.value, room.force, now.isoformat()),
        transfer=name,
        function=function,
        sender=room.force,
        receiver=to,
        sent_at=now,
        reference=reference,
    )


def _answering(room: Room, state: Transfer, function: Function, now: datetime) -> TransferMessage:
    return _message(room, state.transfer, function, state.peer, state.reference, now)


def _send(transaction: Transaction, incident: str, message: TransferMessage) -> Loaded[Transfer]:
    stream = stream_of(message.transfer)
    state = transaction.load(TRANSFER, stream).state
    return transaction.record(TRANSFER, stream, transfer.decide(state, transfer.Send(incident, message), transaction.now))


def _nothing(*_: object) -> None:
    """An acknowledgement, a completion: the stream of the transfer knows it."""


def _on_create(room: Room, transaction: Transaction, state: Transfer, message: TransferMessage, core: Core) -> None:
    opening = OpenIncident(
        state.incident,
        Origin.TRANSFER,
        message.transfer,
        message.opening_code or "",
        reported_at=message.reported_at,
        summary=message.summary,
        location=message.location,
        silent_approach=message.silent_approach,
        outside_reference=f"{message.sender} {message.reference}"[:500],
    )
    core(transaction, opening)
    if message.vulnerability is not None:
        noted = NoteVulnerability(state.incident, message.vulnerability, (f"as {message.sender} says",), message.sender)
        core(transaction, noted)
    _send(transaction, state.incident, _answering(room, state, Function.ACKNOWLEDGE, transaction.now))


def _on_accept(room: Room, transaction: Transaction, state: Transfer, message: TransferMessage, core: Core) -> None:
    _send(transaction, state.incident, _answering(room, state, Function.COMPLETE, transaction.now))
    _close_here(transaction, core, state.incident, f"accepted by {state.peer}", state.peer)


def _on_refuse(room: Room, transaction: Transaction, state: Transfer, message: TransferMessage, core: Core) -> None:
    room.escalate(transaction, state.incident, EscalationReason.TRANSFER)


def _on_words(room: Room, transaction: Transaction, state: Transfer, message: TransferMessage, core: Core) -> None:
    words = message.summary if message.function is Function.UPDATE else f"closed there: {message.closing_code}"
    stream = logbook_of(state.incident)
    entry = logbook.MakeEntry(state.incident, message.message, message.sender, words or "nothing new")
    book = transaction.load(LOGBOOK, stream).state
    transaction.record(LOGBOOK, stream, logbook.decide(book, entry, transaction.now))


_FOLLOW: dict[Function, Callable[[Room, Transaction, Transfer, TransferMessage, Core], None]] = {
    Function.CREATE: _on_create,
    Function.ACCEPT: _on_accept,
    Function.REFUSE: _on_refuse,
    Function.UPDATE: _on_words,
    Function.CLOSURE: _on_words,
}


def _close_here(transaction: Transaction, core: Core, incident: str, reason: str, by: str) -> None:
    """The record here ends; where something about it is still pending here, it stays open and people see to it."""
    try:
        core(transaction, Close(incident, TRANSFERRED, reason, by, welfare=reason))
    except Refused:
        return
