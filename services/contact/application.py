"""Contact's use cases: take what telephony says, remember who warned about a number, and tell which calls belong together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from contracts.refusals import Invalid
from services.contact.domain import call as calls
from services.contact.domain import caller as callers
from services.contact.domain import episode, telling
from services.contact.domain.call import Call
from services.contact.domain.caller import Caller, LiftMarker, PlaceMarker
from services.contact.domain.episode import Rules
from services.contact.domain.facts import CallCommand, FromCaller, HangUp, NoteRangAgain

CALL = Aggregate("call", Call, calls.EVOLVE, index=calls.index)
CALLER = Aggregate("caller", Caller, callers.EVOLVE)

Command = CallCommand | PlaceMarker | LiftMarker


def call_id(switch: str, reference: str) -> str:
    """The id of a call, the same however often and in whatever order a switch speaks of it."""
    return derived("call", switch, reference)


def call_stream(call: str) -> str:
    """The stream of a call."""
    return f"call-{call}"


def caller_stream(number_ref: str) -> str:
    """The stream of a number."""
    return f"caller-{number_ref}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are read and matched: `telephone` gives the normal form and whether it can be dialled."""

    telephone: Callable[[str], tuple[str, bool]]
    reference: Callable[[str, str], str]

    def known(self, raw: str) -> tuple[str, str | None]:
        """The normal form of a number, and its reference unless it tells nobody apart, as "withheld" does."""
        number, diallable = self.telephone(raw)
        return number, self.reference("tel", number) if diallable else None


@dataclass(frozen=True, slots=True)
class Contact:
    """The use cases, given the policy and the reading of numbers."""

    policy: Dated[Rules]
    numbers: Numbers

    def handle(self, tx: Transaction, command: Command) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case PlaceMarker() | LiftMarker():
                return self._mark(tx, command)
            case _:
                return self._tell(tx, command)

    def _mark(self, tx: Transaction, command: PlaceMarker | LiftMarker) -> Loaded[Caller]:
        number, number_ref = self.numbers.known(command.number)
        if number_ref is None:
            raise Invalid("number-unreadable", "a marker belongs to a telephone number, for example +44 7700 900123")
        command = replace(command, number=number, number_ref=number_ref)
        stream = caller_stream(number_ref)
        return tx.record(CALLER, stream, callers.decide(tx.load(CALLER, stream).state, command, tx.now))

    def _tell(self, tx: Transaction, command: CallCommand) -> Loaded[Call]:
        stream = call_stream(command.call)
        before = tx.load(CALL, stream)
        if isinstance(command, FromCaller) and command.number is not None:
            number, number_ref = self.numbers.known(command.number)
            command = replace(command, number=number, number_ref=number_ref)
        if isinstance(command, HangUp):
            command = self._with_record(tx, before.state, command)
        after = tx.record(CALL, stream, telling.decide(before.state, command, tx.now))
        if _settling(after.state) == _settling(before.state):
            return after
        self._join(tx, after)
        return tx.load(CALL, stream)

    def _with_record(self, tx: Transaction, call: Call | None, gone: HangUp) -> HangUp:
        """What is on record about the number of a caller who is gone: markers, and calls shortly before."""
        number_ref = (call.number_ref if call else None) or gone.number_ref
        if number_ref is None:
            return gone
        caller = tx.load(CALLER, caller_stream(number_ref)).state
        rules = self.policy.at(tx.now)
        others = self._settled(tx, number_ref, gone.at - rules.repeat_window, gone.at)
        return replace(
            gone,
            markers=() if caller is None else tuple(warned.marker for warned in caller.warnings),
            earlier_calls=episode.earlier(others, gone.call, gone.at, rules),
        )

    def _join(self, tx: Transaction, told: Loaded[Call]) -> None:
        """Tell every broken call of the number that its caller was answered, whichever of the two was learned first."""
        call, rules = told.state, self.policy.at(tx.now)
        if call is None or call.number_ref is None:
            return
        if call.answered_at is not None:
            for other in self._settled(tx, call.number_ref, call.answered_at - rules.repeat_window, call.answered_at):
                self._note(tx, other, call, rules)
        if call.abandoned_at is not None:
            for other in self._settled(tx, call.number_ref, call.abandoned_at, call.abandoned_at + rules.repeat_window):
                self._note(tx, call, other, rules)

    def _note(self, tx: Transaction, broken: Call, answered: Call, rules: Rules) -> None:
        if answered.answered_at is None or not episode.rang_again(broken, answered, rules):
            return
        note = NoteRangAgain(call=broken.call, at=answered.answered_at, answered_call=answered.call)
        stream = call_stream(broken.call)
        tx.record(CALL, stream, telling.decide(tx.load(CALL, stream).state, note, tx.now))

    def _settled(self, tx: Transaction, number_ref: str, start: datetime, end: datetime) -> Iterator[Call]:
        streams = {stream for value in episode.hours(number_ref, start, end) for stream in tx.find("number-hour", value)}
        for stream in sorted(streams):
            state = tx.load(CALL, stream).state
            if state is not None:
                yield state


def _settling(call: Call | None) -> tuple[str | None, datetime | None, datetime | None] | None:
    """What decides which calls belong together; a call that was neither answered nor abandoned joins nothing."""
    if call is None or (call.answered_at is None and call.abandoned_at is None):
        return None
    return call.number_ref, call.answered_at, call.abandoned_at
