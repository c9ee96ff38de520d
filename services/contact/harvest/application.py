"""Use cases of a carrier's list: failed attempts become broken calls, and whoever is answered later calls the ring-back off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from contracts.contact.harvest import HarvestTaken
from services.contact.application import Contact
from services.contact.domain import harvest as harvests
from services.contact.domain.calls import telling
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import AnswerCall, NoteRangAgain
from services.contact.domain.harvest import FailedCaller, Harvest, HarvestCall, HarvestCallers
from services.contact.domain.rules import Rules
from services.contact.domain.times import stamp
from services.contact.streams import CALL, call_stream

HARVEST = Aggregate("harvest", Harvest, harvests.EVOLVE)


def harvest_stream(harvest: str) -> str:
    """The stream of a list."""
    return f"harvest-{harvest}"


@dataclass(slots=True)
class _Taken:
    opened: int = 0
    extended: int = 0
    answered_since: int = 0


@dataclass(frozen=True, slots=True)
class Harvesting:
    """Contact's use cases and those of carriers' lists."""

    contact: Contact

    def handle(self, tx: Transaction, command: Any) -> Loaded[Any]:
        """Obey one command."""
        if isinstance(command, HarvestCallers):
            return self._harvest(tx, command)
        told = self.contact.handle(tx, command)
        if isinstance(command, AnswerCall) and isinstance(told.state, Call):
            self._answered(tx, told.state)
        return told

    def _harvest(self, tx: Transaction, command: HarvestCallers) -> Loaded[Harvest]:
        """Each caller once; a list that is told again changes nothing, and leaves nothing on record."""
        taken, rules = _Taken(), self.contact.policy.at(tx.now)
        for caller in command.callers:
            self._caller(tx, command, caller, taken, rules)
        told = HarvestTaken(
            at=tx.now,
            harvest=command.harvest,
            carrier=command.carrier,
            callers=len(command.callers),
            attempts=sum(len(caller.attempted_at) for caller in command.callers),
            opened=taken.opened,
            extended=taken.extended,
            answered_since=taken.answered_since,
        )
        stream = harvest_stream(command.harvest)
        new = taken.opened or taken.extended or tx.load(HARVEST, stream).state is None
        return tx.record(HARVEST, stream, [told] if new else [])

    def _caller(self, tx: Transaction, command: HarvestCallers, caller: FailedCaller, taken: _Taken, rules: Rules) -> None:
        number, number_ref = (None, None) if caller.number is None else self.contact.numbers.known(caller.number)
        others = self._others(tx, number_ref, caller.attempted_at, rules)
        attempted_at = harvests.unknown(caller.attempted_at, others, rules)
        if not attempted_at:
            return
        call = _call_of(tx, command.carrier, caller, number_ref, attempted_at, rules)
        before = tx.load(CALL, call_stream(call)).state
        first = min(attempted_at)
        known = self.contact.recognition.known(tx, Call(call, first, number_ref=number_ref), first)
        asked = HarvestCall(
            call=call,
            harvest=command.harvest,
            attempted_at=attempted_at,
            number=number,
            number_ref=number_ref,
            markers=known.markers,
            earlier_calls=known.earlier,
        )
        told = harvests.decide(before, asked)
        after = tx.record(CALL, call_stream(call), told).state
        taken.opened += bool(told) and before is None
        taken.extended += bool(told) and before is not None
        if before is None and after is not None:
            self.contact.recognition.tell(tx, after)
            self.contact.turns.follow(tx, before, after)
            taken.answered_since += _was_answered(tx, after, others, rules)

    def _others(self, tx: Transaction, number_ref: str | None, attempted_at: Sequence[datetime], rules: Rules) -> list[Call]:
        """Calls of a number that came here, from a little before the attempts to as long after as they can matter."""
        if number_ref is None:
            return []
        start, end = min(attempted_at) - rules.repeat_window, min(tx.now, max(attempted_at) + rules.harvest_window)
        found = self.contact.recognition.settled(tx, [number_ref], start, end)
        return [call for call in found if not call.attempted_at]

    def _answered(self, tx: Transaction, call: Call) -> None:
        """Whoever could not get through in an outage and is answered now need not be rung."""
        if call.answered_at is None or call.number_ref is None:
            return
        for stream in tx.find("harvested", call.number_ref):
            broken = tx.load(CALL, stream).state
            if broken is not None and harvests.answered_after(broken, call, self.contact.policy.at(tx.now)):
                _note(tx, broken, call)


def _call_of(
    tx: Transaction, carrier: str, caller: FailedCaller, number_ref: str | None, at: tuple[datetime, ...], rules: Rules
) -> str:
    """The harvested call of the number in this outage, if there is one; else one of its own."""
    if number_ref is None:
        return derived("harvested", carrier, caller.number or "", caller.reference, stamp(min(at)))
    for stream in tx.find("harvested", number_ref):
        call = tx.load(CALL, stream).state
        if call is not None and harvests.of_the_same_outage(call, at, rules):
            return call.call
    return derived("harvested", number_ref, stamp(min(at)))


def _was_answered(tx: Transaction, broken: Call, others: Sequence[Call], rules: Rules) -> bool:
    """Whether the caller got through after the first attempt, before the list came: then nobody is rung."""
    for other in others:
        if harvests.answered_after(broken, other, rules):
            _note(tx, broken, other)
            return True
    return False


def _note(tx: Transaction, broken: Call, answered: Call) -> None:
    assert answered.answered_at is not None
    note = NoteRangAgain(call=broken.call, at=answered.answered_at, answered_call=answered.call)
    stream = call_stream(broken.call)
    tx.record(CALL, stream, telling.decide(tx.load(CALL, stream).state, note, tx.now))
