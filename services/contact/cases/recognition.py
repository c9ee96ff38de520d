"""Who is this: what the records say about whoever calls, at arrival and again whenever a record or the call changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from msgspec import structs

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from contracts.contact.callers import NumberContacted
from contracts.contact.calls import Marker
from services.contact.domain.caller_rules import CallerRules
from services.contact.domain.callers import association, caller
from services.contact.domain.callers.association import Reached, Start
from services.contact.domain.callers.caller import Associate, Caller, CallerCommand, EndAssociation
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls import episode, telling
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import MayBreak, NoteMatch
from services.contact.domain.desks.contact import Contact
from services.contact.domain.rules import Rules
from services.contact.streams import CALL, CALLER, call_stream, caller_stream


class Known(NamedTuple):
    """What the records say about a call: markers, and by which way; other calls, and other contacts, of the window before."""

    markers: tuple[Marker, ...]
    reasons: tuple[str, ...]
    earlier: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """The use cases about who calls."""

    episodes: Dated[Rules]
    policy: Dated[CallerRules]
    numbers: Numbers

    def record(self, tx: Transaction, command: CallerCommand) -> Loaded[Caller]:
        """Change the record of a subject; of two, when they belong together."""
        command = replace(command, subject=self.numbers.subject(command.subject))
        if isinstance(command, Associate | EndAssociation):
            command = replace(command, other=self.numbers.subject(command.other))
            self._change(tx, replace(command, subject=command.other, other=command.subject))
        return self._change(tx, command)

    def note_contact(self, tx: Transaction, contact: Contact) -> None:
        """The record of a number remembers, once, that somebody reached us from it by another way than a call."""
        if contact.number_ref is None:
            return
        stream = caller_stream(contact.number_ref)
        number = tx.load(CALLER, stream).state
        if number is None or all(known.id != contact.contact for known in number.contacts):
            noted = NumberContacted(
                at=contact.received_at, number_ref=contact.number_ref, contact=contact.contact, channel=contact.channel
            )
            tx.record(CALLER, stream, [noted])

    def touched(self, tx: Transaction, command: CallerCommand) -> list[Call]:
        """The calls that a changed record may bear on: those that began not too long ago, of all that belongs to it."""
        subject = self.numbers.subject(command.subject)
        rules = self.policy.at(tx.now)
        found = self._reach(tx, [Start(subject.kind, subject.ref)])
        streams = {
            stream
            for one in found
            for value in episode.hours(one.ref, tx.now - rules.reach_back, tx.now)
            for stream in tx.find("subject-hour", value)
        }
        return [call for stream in sorted(streams) if (call := tx.load(CALL, stream).state) is not None]

    def known(self, tx: Transaction, call: Call, at: datetime) -> Known:
        """All that stands on record at this moment about whoever the call names."""
        found = self._reach(tx, list(association.starts(call)))
        refs = [one.ref for one in found]
        window = self.episodes.at(tx.now).repeat_window
        others = self.settled(tx, refs, at - window, at)
        earlier = episode.earlier(others, call.call, at, self.episodes.at(tx.now))
        reasons = association.reasons(found)
        if len(found) == self.policy.at(tx.now).associations.at_most:
            reasons = (*reasons, "more belongs to the caller than is followed")
        contacts = {one.id for near in found if near.caller for one in near.caller.contacts if at - window <= one.at <= at}
        return Known(association.markers(found), reasons, earlier, len(contacts))

    def same_caller(self, tx: Transaction, call: Call) -> dict[str, str]:
        """The numbers and people that are the same caller, and by what; another person of an address is none."""
        found = self._reach(tx, list(association.starts(call)))
        return {one.ref: "number" if one.ref == call.number_ref else "person" for one in found if one.same_caller}

    def tell(self, tx: Transaction, call: Call) -> None:
        """Say on the call's stream what is known of its caller, where that is more than was said."""
        if not self._on_record(tx, call):
            return
        known = self.known(tx, call, call.abandoned_at or call.answered_at or call.since)
        note = NoteMatch(
            call=call.call, at=tx.now, markers=known.markers, earlier=known.earlier + known.contacts, reasons=known.reasons
        )
        stream = call_stream(call.call)
        tx.record(CALL, stream, telling.decide(tx.load(CALL, stream).state, note, tx.now))

    def with_record(self, tx: Transaction, call: Call | None, gone: MayBreak) -> Known:
        """Everything that is on record about a caller who is gone, or may be, at this moment."""
        state = call or Call(gone.call, gone.at)
        if state.number_ref is None:
            state = structs.replace(state, number_ref=gone.number_ref)
        return self.known(tx, state, state.over_at or gone.at)

    def settled(self, tx: Transaction, refs: list[str], start: datetime, end: datetime) -> Iterator[Call]:
        """Other calls of any of these that may have settled between two instants."""
        streams = {
            stream for ref in refs for value in episode.hours(ref, start, end) for stream in tx.find("subject-hour", value)
        }
        for stream in sorted(streams):
            state = tx.load(CALL, stream).state
            if state is not None:
                yield state

    def _on_record(self, tx: Transaction, call: Call) -> bool:
        """Whether anybody ever recorded anything about whom or what the call names: of most callers nobody did."""
        if call.persons or call.addresses:
            return True
        return call.number_ref is not None and tx.load(CALLER, caller_stream(call.number_ref)).state is not None

    def _reach(self, tx: Transaction, starts: list[Start]) -> list[Reached]:
        return association.reach(
            starts, lambda ref: tx.load(CALLER, caller_stream(ref)).state, self.policy.at(tx.now).associations
        )

    def _change(self, tx: Transaction, command: CallerCommand) -> Loaded[Caller]:
        stream = caller_stream(command.subject.ref)
        return tx.record(CALLER, stream, caller.decide(tx.load(CALLER, stream).state, command, tx.now))
