"""Contact's use cases: take what telephony says, remember who warned about a number, and tell which calls belong together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from contracts.contact import Marker
from contracts.refusals import Invalid
from services.contact.desks import DeskCommand, Desks
from services.contact.domain import call as calls
from services.contact.domain import caller as callers
from services.contact.domain import episode, folding, telling
from services.contact.domain.call import Call
from services.contact.domain.caller import Caller, LiftMarker, PlaceMarker
from services.contact.domain.facts import (
    CallCommand,
    CreditPlace,
    Fact,
    FromCaller,
    HangUp,
    HearSounds,
    MayBreak,
    MissPlace,
    NoteRangAgain,
    RecogniseStart,
)
from services.contact.domain.rules import Rules
from services.contact.turns import Turns

CALL = Aggregate("call", Call, folding.EVOLVE, index=calls.index)
CALLER = Aggregate("caller", Caller, callers.EVOLVE)

Command = CallCommand | PlaceMarker | LiftMarker | DeskCommand


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


class Contact:
    """The use cases, given the policy and the reading of numbers."""

    def __init__(self, policy: Dated[Rules], numbers: Numbers) -> None:
        self.policy = policy
        self.numbers = numbers
        self.desks = Desks(policy)
        self._turns = Turns(policy, CALL, lambda tx, call, start, end: self._settled(tx, call.number_ref or "", start, end))

    def handle(self, tx: Transaction, command: Command) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case PlaceMarker() | LiftMarker():
                return self._mark(tx, command)
            case Fact() | NoteRangAgain() | CreditPlace():
                return self._tell(tx, command)
            case _:
                return self.desks.handle(tx, command)

    def _mark(self, tx: Transaction, command: PlaceMarker | LiftMarker) -> Loaded[Caller]:
        number, number_ref = self.numbers.known(command.number)
        if number_ref is None:
            raise Invalid("number-unreadable", "a marker belongs to a telephone number, for example +44 7700 900123")
        command = replace(command, number=number, number_ref=number_ref)
        stream = caller_stream(number_ref)
        return tx.record(CALLER, stream, callers.decide(tx.load(CALLER, stream).state, command, tx.now))

    def _tell(self, tx: Transaction, command: CallCommand) -> Loaded[Call]:
        if isinstance(command, Fact) and command.teller is not None:
            self.desks.hear(tx, command.teller)
        stream = call_stream(command.call)
        before = tx.load(CALL, stream)
        after = tx.record(CALL, stream, telling.decide(before.state, self._read(tx, before.state, command), tx.now))
        if after.state is None or after.version == before.version:
            return after
        self._follow(tx, before.state, after.state)
        return tx.load(CALL, stream)

    def _follow(self, tx: Transaction, before: Call | None, call: Call) -> None:
        """What a call that changed means for others of its caller."""
        self._turns.follow(tx, before, call)
        self.desks.promise(tx, before, call)
        if _settling(call) != _settling(before):
            self._join(tx, call)

    def _read(self, tx: Transaction, call: Call | None, command: CallCommand) -> CallCommand:
        """The command with a time that can be, with its number read, and with what is on record where the call may break."""
        rules = self.policy.at(tx.now)
        if isinstance(command, Fact) and not rules.clocks.possible(command.at, tx.now):
            command = replace(command, at=tx.now, told_at=command.at)
        if isinstance(command, FromCaller) and command.number is not None:
            number, number_ref = self.numbers.known(command.number)
            command = replace(command, number=number, number_ref=number_ref)
        match command:
            case HangUp() | HearSounds() | RecogniseStart():
                markers, earlier = self._on_record(tx, call, command)
                return replace(command, markers=markers, earlier_calls=earlier)
            case MissPlace():
                return replace(command, rings_at_most=rules.place_rings_at_most)
            case _:
                return command

    def _on_record(self, tx: Transaction, call: Call | None, gone: MayBreak) -> tuple[tuple[Marker, ...], int]:
        """What is on record about the number of a caller who is gone: markers, and calls shortly before."""
        number_ref = (call.number_ref if call else None) or gone.number_ref
        if number_ref is None:
            return (), 0
        caller = tx.load(CALLER, caller_stream(number_ref)).state
        rules = self.policy.at(tx.now)
        at = (call.over_at if call else None) or gone.at
        others = self._settled(tx, number_ref, at - rules.repeat_window, at)
        markers = () if caller is None else tuple(warned.marker for warned in caller.warnings)
        return markers, episode.earlier(others, gone.call, at, rules)

    def _join(self, tx: Transaction, call: Call) -> None:
        """Tell every broken call of the number that its caller was answered, whichever of the two was learned first."""
        rules = self.policy.at(tx.now)
        if call.number_ref is None:
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
