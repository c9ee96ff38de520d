"""What handsets send of where they are: every message is kept, and finds its call by number and time, whichever came first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from contracts.contact.handsets import HandsetMessageWaits
from services.contact.domain.caller_rules import CallerRules, Handsets
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls import episode
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import EstimateLocation
from services.contact.domain.handsets import handset
from services.contact.domain.handsets.handset import Message, TakeHandsetMessage
from services.contact.streams import CALL, CALLER, HANDSET, caller_stream, handset_stream


@dataclass(frozen=True, slots=True)
class HandsetPost:
    """The use cases about handsets' messages. `key` is that of their seals, if the force has one."""

    policy: Dated[CallerRules]
    numbers: Numbers
    key: bytes | None

    def take(self, tx: Transaction, command: TakeHandsetMessage) -> tuple[Loaded[Message], EstimateLocation | None]:
        """Keep a message; and what it adds to its call, if that is known."""
        reading = handset.read(command.form, command.raw, self.key)
        raw = command.number or reading.number
        number, number_ref = (None, None) if raw is None else self.numbers.known(raw)
        command = replace(command, number=number, number_ref=number_ref)
        rules = self.policy.at(tx.now).handsets
        stream = handset_stream(command.message)
        before = tx.load(HANDSET, stream).state
        kept = tx.record(HANDSET, stream, handset.receive(before, command, reading, rules))
        if before is not None or kept.state is None:
            return kept, None
        call = self._call_of(tx, kept.state, rules)
        if call is None:
            self._wait(tx, kept.state)
            return kept, None
        return self._assign(tx, kept.state, call, rules)

    def waiting(self, tx: Transaction, call: Call) -> Iterator[EstimateLocation]:
        """What messages that came before their call add to it."""
        rules = self.policy.at(tx.now).handsets
        number = None if call.number_ref is None else tx.load(CALLER, caller_stream(call.number_ref)).state
        for mention in () if number is None else number.messages:
            message = tx.load(HANDSET, handset_stream(mention.id)).state if handset.belongs(mention, call, rules) else None
            if message is not None and message.call is None:
                _, estimate = self._assign(tx, message, call, rules)
                yield estimate

    def _wait(self, tx: Transaction, message: Message) -> None:
        """The number remembers the message: the call that is told later looks there, and nowhere else."""
        if message.number_ref is not None:
            waits = HandsetMessageWaits(
                at=message.at, number_ref=message.number_ref, message=message.message, measured_at=message.measured_at
            )
            tx.record(CALLER, caller_stream(message.number_ref), [waits])

    def _assign(self, tx: Transaction, message: Message, call: Call, rules: Handsets) -> tuple[Loaded[Message], EstimateLocation]:
        kept = tx.record(HANDSET, handset_stream(message.message), handset.assign(message, call))
        return kept, handset.estimate(message, call, rules)

    def _call_of(self, tx: Transaction, message: Message, rules: Handsets) -> Call | None:
        """Of the calls of the number that it can belong to, the one that began last before the message came."""
        if message.number_ref is None:
            return None
        found = [call for call in self._calls(tx, message, message.number_ref, rules) if handset.belongs(message, call, rules)]
        return max(found, key=lambda call: (call.since <= message.at, call.since), default=None)

    def _calls(self, tx: Transaction, message: Message, number_ref: str, rules: Handsets) -> Iterator[Call]:
        times = [at for at in (message.measured_at, message.at) if at is not None]
        values = {value for at in times for value in episode.hours(number_ref, at - rules.after_call, at + rules.before_call)}
        for stream in sorted({stream for value in values for stream in tx.find("subject-hour", value)}):
            call = tx.load(CALL, stream).state
            if call is not None:
                yield call
