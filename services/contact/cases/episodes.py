"""A caller who rings again and is answered is told to the broken calls, whichever was learned first, and from whatever number."""

from dataclasses import dataclass

from chassis.dated import Dated
from chassis.host import Transaction
from services.contact.cases.recognition import Recognition
from services.contact.domain.calls import episode, telling
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import NoteRangAgain
from services.contact.domain.rules import Rules
from services.contact.streams import CALL, call_stream


@dataclass(frozen=True, slots=True)
class Episodes:
    """The use case that joins calls."""

    policy: Dated[Rules]
    recognition: Recognition

    def join(self, tx: Transaction, call: Call) -> None:
        """Tell every broken call of the caller that they were answered."""
        if call.answered_at is None and call.abandoned_at is None:
            return
        rules = self.policy.at(tx.now)
        same = self.recognition.same_caller(tx, call)
        for ref, by in same.items():
            if call.answered_at is not None:
                for other in self.recognition.settled(tx, [ref], call.answered_at - rules.repeat_window, call.answered_at):
                    self._note(tx, other, call, by, rules)
            if call.abandoned_at is not None:
                for other in self.recognition.settled(tx, [ref], call.abandoned_at, call.abandoned_at + rules.repeat_window):
                    self._note(tx, call, other, by, rules)

    def _note(self, tx: Transaction, broken: Call, answered: Call, by: str, rules: Rules) -> None:
        if answered.answered_at is None or not episode.rang_again(broken, answered, rules):
            return
        note = NoteRangAgain(call=broken.call, at=answered.answered_at, answered_call=answered.call, by=by)
        stream = call_stream(broken.call)
        tx.record(CALL, stream, telling.decide(tx.load(CALL, stream).state, note, tx.now))
