"""One incident on its way between two control rooms: offered, acknowledged, accepted or refused, completed; never lost between.

Both sides keep a stream of the same transfer. Until the other side has accepted, the incident is the sender's and its clock runs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.handing import Function, TransferHeard, TransferMessage, TransferSent, TransferTimedOut
from contracts.refusals import Invalid, NotFound, Refused

WAIT = "answer"


class Phase(StrEnum):
    """How far it is."""

    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COMPLETED = "completed"
    CLOSED = "closed"


_LEADS_TO = {
    Function.CREATE: Phase.OFFERED,
    Function.ACKNOWLEDGE: Phase.ACKNOWLEDGED,
    Function.ACCEPT: Phase.ACCEPTED,
    Function.REFUSE: Phase.REFUSED,
    Function.COMPLETE: Phase.COMPLETED,
    Function.CLOSURE: Phase.CLOSED,
}
_ORDER = tuple(Phase)
OPEN = (Phase.OFFERED, Phase.ACKNOWLEDGED)


class Transfer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known here of one transfer. `outgoing`: we offered it. `wait_by`: when an answer should have come."""

    transfer: str
    incident: str
    peer: str
    outgoing: bool
    phase: Phase
    reference: str
    heard: tuple[str, ...] = ()
    answer_by: datetime | None = None
    wait_by: datetime | None = None
    timed_out: int = 0
    closing_code: str | None = None

    @property
    def unanswered(self) -> bool:
        """Nobody has accepted or refused it."""
        return self.phase in OPEN


@dataclass(frozen=True, slots=True)
class Send:
    """A message leaves. `wait_by`: when an answer to it should have come."""

    incident: str
    message: TransferMessage


@dataclass(frozen=True, slots=True)
class Hear:
    """A message arrived; `incident` is the record here."""

    incident: str
    message: TransferMessage


@dataclass(frozen=True, slots=True)
class PassWait:
    """A timer: no answer came."""

    transfer: str


def stream_of(transfer: str) -> str:
    """The stream of a transfer, the same on both sides."""
    return f"transfer-{transfer}"


def decide(state: Transfer | None, command: Send | Hear | PassWait, now: datetime) -> list[Event]:
    """The events that obey. A message heard twice is one message; one that comes late is heard all the same."""
    match command:
        case Send(incident=incident, message=message):
            if state is not None:
                _check(state, message.function)
            return [TransferSent(at=now, incident=incident, message=message)]
        case Hear(incident=incident, message=message):
            if state is None and message.function is not Function.CREATE:
                raise NotFound("unknown-transfer", "This transfer was never offered here.", (Function.CREATE.value,))
            repeated = state is not None and message.message in state.heard
            return [] if repeated else [TransferHeard(at=now, incident=incident, message=message)]
        case PassWait():
            return _time_out(state, now)


def _check(state: Transfer, function: Function) -> None:
    answers = (Function.ACCEPT, Function.REFUSE)
    if function in answers and state.outgoing:
        raise Refused("yours", "It was offered by you: the other side answers.", ())
    if function in answers and not state.unanswered:
        raise Refused("answered-already", f"It is {state.phase.value} already.", ())


def _time_out(state: Transfer | None, now: datetime) -> list[Event]:
    if state is None or state.wait_by is None:
        return []
    waiting_for = "acknowledgement" if state.phase is Phase.OFFERED and state.outgoing else "answer"
    return [TransferTimedOut(at=now, incident=state.incident, transfer=state.transfer, waiting_for=waiting_for)]


def check_message(message: TransferMessage, force: str) -> None:
    """Raises Invalid when a message is not for us, or lacks what its function must carry."""
    if message.receiver != force:
        raise Invalid("not-for-us", f"This control room is {force}.", (force,))
    needs: Mapping[Function, tuple[str, ...]] = {
        Function.CREATE: ("reported_at", "opening_code", "answer_by"),
        Function.REFUSE: ("reason",),
        Function.CLOSURE: ("closing_code",),
    }
    missing = tuple(name for name in needs.get(message.function, ()) if getattr(message, name) is None)
    if missing:
        raise Invalid("content-missing", f"A message to {message.function.value} must carry more.", missing)


def _on_message(state: Transfer | None, event: Any, *, sent: bool) -> Transfer:
    message = event.message
    before = state or Transfer(
        transfer=message.transfer,
        incident=event.incident,
        peer=message.receiver if sent else message.sender,
        outgoing=sent,
        phase=Phase.OFFERED,
        reference=message.reference,
    )
    phase = _LEADS_TO.get(message.function, before.phase)
    forward = phase if _ORDER.index(phase) > _ORDER.index(before.phase) else before.phase
    after = replace(
        before,
        phase=forward,
        heard=before.heard if sent else (*before.heard, message.message),
        answer_by=message.answer_by or before.answer_by,
        closing_code=message.closing_code or before.closing_code,
    )
    return replace(after, wait_by=after.answer_by if after.unanswered and not after.timed_out else None)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Transfer]] = {
    TransferSent: lambda state, event: _on_message(state, event, sent=True),
    TransferHeard: lambda state, event: _on_message(state, event, sent=False),
    TransferTimedOut: lambda state, event: replace(state, wait_by=None, timed_out=state.timed_out + 1),
}


def owes(state: Transfer) -> Mapping[str, datetime]:
    """When an answer should have come: to us, or from us."""
    return {} if state.wait_by is None else {WAIT: state.wait_by}


def index(state: Transfer) -> Iterator[tuple[str, str]]:
    """Found by the incident; what nobody has answered, by when it should be."""
    yield "transfers-of", state.incident
    if state.unanswered and state.answer_by is not None:
        yield "transfers", state.answer_by.isoformat(timespec="milliseconds")
