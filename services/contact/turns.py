"""Whose turn it is: a caller who comes back keeps the place, and one who was answered elsewhere needs it no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chassis.dated import Dated
from chassis.host import Transaction
from chassis.store.aggregate import Aggregate
from services.contact.domain import episode, telling
from services.contact.domain.call import Call
from services.contact.domain.facts import CallCommand, CreditPlace, NoteRangAgain
from services.contact.domain.rules import Rules

Settled = Callable[[Transaction, Call, datetime, datetime], Iterator[Call]]
"""Other calls of the same caller that stand between two instants."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The use case of places in a queue."""

    policy: Dated[Rules]
    calls: Aggregate[Call]
    settled: Settled

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
        assert call.queued_at is not None
        for earlier in self.settled(tx, call, call.queued_at - rules.repeat_window, call.queued_at):
            self._came_back(tx, earlier, call, rules)

    def _credit_later(self, tx: Transaction, call: Call) -> None:
        """The break is told after its caller was already in the queue again."""
        rules = self.policy.at(tx.now)
        assert call.abandoned_at is not None
        for waiting in self.settled(tx, call, call.abandoned_at, call.abandoned_at + rules.repeat_window):
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
            kept = tx.load(self.calls, stream).state
            if kept is None or kept.call == call.call or kept.place_kept_at is None:
                continue
            if kept.place_kept_at <= call.answered_at:
                self._tell(tx, NoteRangAgain(call=kept.call, at=call.answered_at, answered_call=call.call))

    def _tell(self, tx: Transaction, command: CallCommand) -> None:
        stream = f"{self.calls.name}-{command.call}"
        tx.record(self.calls, stream, telling.decide(tx.load(self.calls, stream).state, command, tx.now))
