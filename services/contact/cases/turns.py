"""Whose turn it is: a caller who comes back keeps the place, and one who was answered elsewhere needs it no more."""

from dataclasses import dataclass

from chassis.dated import Dated
from chassis.host import Transaction
from services.contact.cases.recognition import Recognition
from services.contact.domain.calls import episode, telling
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import CallCommand, CreditPlace, NoteRangAgain
from services.contact.domain.rules import Rules
from services.contact.streams import CALL, call_stream


@dataclass(frozen=True, slots=True)
class Turns:
    """The use case of places in a queue."""

    policy: Dated[Rules]
    recognition: Recognition

    def follow(self, tx: Transaction, before: Call | None, call: Call) -> None:
        """What a call that changed means for its own place, and for those of other calls of the caller."""
        if call.number_ref is None:
            return
        numbered = before is None or before.number_ref != call.number_ref
        if call.waiting and (numbered or before is None or not before.waiting):
            self._credit(tx, call)
        if call.abandoned_at is not None and (numbered or before is None or before.abandoned_at is None):
            self._credit_later(tx, call)
        if call.answered_at is not None and (numbered or before is None or before.answered_at is None):
            self._give_up(tx, call)

    def _credit(self, tx: Transaction, call: Call) -> None:
        rules = self.policy.at(tx.now)
        assert call.queued_at is not None and call.number_ref is not None
        start = call.queued_at - rules.repeat_window
        for earlier in self.recognition.settled(tx, [call.number_ref], start, call.queued_at):
            self._came_back(tx, earlier, call, rules)

    def _credit_later(self, tx: Transaction, call: Call) -> None:
        """The break is told after its caller was already in the queue again."""
        rules = self.policy.at(tx.now)
        assert call.abandoned_at is not None and call.number_ref is not None
        end = call.abandoned_at + rules.repeat_window
        for waiting in self.recognition.settled(tx, [call.number_ref], call.abandoned_at, end):
            self._came_back(tx, call, waiting, rules)

    def _came_back(self, tx: Transaction, earlier: Call, waiting: Call, rules: Rules) -> None:
        place = episode.came_back(earlier, waiting, rules)
        if place is not None and waiting.queued_at is not None:
            credit = CreditPlace(call=waiting.call, at=waiting.queued_at, place_at=place, earlier_call=earlier.call)
            self._tell(tx, credit)

    def _give_up(self, tx: Transaction, call: Call) -> None:
        """Places kept for this caller are not needed any more."""
        assert call.number_ref is not None and call.answered_at is not None
        for stream in tx.find("place", call.number_ref):
            kept = tx.load(CALL, stream).state
            if kept is None or kept.call == call.call or kept.place_kept_at is None:
                continue
            if kept.place_kept_at <= call.answered_at:
                self._tell(tx, NoteRangAgain(call=kept.call, at=call.answered_at, answered_call=call.call))

    def _tell(self, tx: Transaction, command: CallCommand) -> None:
        stream = call_stream(command.call)
        tx.record(CALL, stream, telling.decide(tx.load(CALL, stream).state, command, tx.now))
