"""Contact's use cases: take what telephony and handsets say, remember what people record, and tell what follows."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from services.contact.cases.desks import DeskCommand, Desks
from services.contact.cases.episodes import Episodes
from services.contact.cases.handsets import HandsetPost
from services.contact.cases.recognition import Recognition
from services.contact.cases.surges import SurgeWatch
from services.contact.cases.turns import Turns
from services.contact.domain.caller_rules import CallerRules
from services.contact.domain.callers.caller import Associate, Caller, CallerCommand, EndAssociation, LiftMarker, PlaceMarker
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls import telling
from services.contact.domain.calls.call import Call, known_as
from services.contact.domain.calls.facts import (
    CallCommand,
    CreditPlace,
    EstimateLocation,
    Fact,
    FromCaller,
    HangUp,
    HearSounds,
    IdentifyCaller,
    MissPlace,
    NoteMatch,
    NoteRangAgain,
    RecogniseStart,
)
from services.contact.domain.calls.locating import GUESSES
from services.contact.domain.desks.contacting import ReceiveContact
from services.contact.domain.handsets.handset import Message, TakeHandsetMessage
from services.contact.domain.rules import Rules
from services.contact.domain.surge import DismissSurge, TakeSurge
from services.contact.policy import caller as caller_policy
from services.contact.streams import CALL, call_stream

Command = CallCommand | CallerCommand | TakeHandsetMessage | TakeSurge | DismissSurge | DeskCommand


class Contact:
    """The use cases, given the policies, the reading of numbers, and the key of handsets' seals."""

    def __init__(
        self,
        policy: Dated[Rules],
        numbers: Numbers,
        callers: Dated[CallerRules] | None = None,
        handset_key: bytes | None = None,
    ) -> None:
        callers = callers or caller_policy.load()
        self.policy = policy
        self.numbers = numbers
        self.desks = Desks(policy)
        self.recognition = Recognition(policy, callers, numbers)
        self._episodes = Episodes(policy, self.recognition)
        self.turns = Turns(policy, self.recognition)
        self._surges = SurgeWatch(callers, numbers)
        self._handsets = HandsetPost(callers, numbers, handset_key)

    def handle(self, tx: Transaction, command: Command) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case PlaceMarker() | LiftMarker() | Associate() | EndAssociation():
                return self._record(tx, command)
            case TakeHandsetMessage():
                return self._take(tx, command)
            case TakeSurge() | DismissSurge():
                return self._surges.answer(tx, command)
            case Fact() | NoteMatch() | NoteRangAgain() | CreditPlace():
                return self._tell(tx, command)
            case ReceiveContact():
                return self._receive(tx, command)
            case _:
                return self.desks.handle(tx, command)

    def _receive(self, tx: Transaction, command: ReceiveContact) -> Loaded[Any]:
        """Somebody who wrote or came here and then rings, or rang, is known again by the number."""
        if command.number is not None and command.number_ref is None:
            number, number_ref = self.numbers.known(command.number)
            command = replace(command, number=number, number_ref=number_ref)
        received = self.desks.handle(tx, command)
        assert received.state is not None
        self.recognition.note_contact(tx, received.state)
        return received

    def _record(self, tx: Transaction, command: CallerCommand) -> Loaded[Caller]:
        """What is recorded of a number, a person or an address reaches the calls that it bears on, also those that broke off."""
        recorded = self.recognition.record(tx, command)
        for call in self.recognition.touched(tx, command):
            self.recognition.tell(tx, call)
            self._episodes.join(tx, call)
        return recorded

    def _take(self, tx: Transaction, command: TakeHandsetMessage) -> Loaded[Message]:
        kept, estimate = self._handsets.take(tx, command)
        if estimate is not None:
            self._tell(tx, estimate)
        return kept

    def _tell(self, tx: Transaction, command: CallCommand) -> Loaded[Call]:
        told = self._told(tx, command)
        if isinstance(command, Fact) and command.teller is not None:
            self.desks.hear(tx, command.teller)
        return told

    def _told(self, tx: Transaction, command: CallCommand) -> Loaded[Call]:
        stream = call_stream(command.call)
        before = tx.load(CALL, stream)
        after = tx.record(CALL, stream, telling.decide(before.state, self._read(tx, before.state, command), tx.now))
        if after.state is None or after.version == before.version or not self._follow(tx, before.state, after.state):
            return after
        return tx.load(CALL, stream)

    def _read(self, tx: Transaction, call: Call | None, command: CallCommand) -> CallCommand:
        """The command at a time that can be, with the references of what it names; with the records where the call may break."""
        rules = self.policy.at(tx.now)
        if isinstance(command, Fact) and not rules.clocks.possible(command.at, tx.now):
            command = replace(command, at=tx.now, told_at=command.at)
        if isinstance(command, FromCaller) and command.number is not None:
            number, number_ref = self.numbers.known(command.number)
            command = replace(command, number=number, number_ref=number_ref)
        match command:
            case HangUp() | HearSounds() | RecogniseStart():
                known = self.recognition.with_record(tx, call, command)
                return replace(command, markers=known.markers, earlier_calls=known.earlier)
            case MissPlace():
                return replace(command, rings_at_most=rules.place_rings_at_most)
            case IdentifyCaller():
                return replace(command, person_ref=self.numbers.person(command.person))
            case EstimateLocation():
                address = None if command.location.source in GUESSES else command.location.address
                named = replace(command, address_ref=None if address is None else self.numbers.address(address))
                return replace(named, areas=self._surges.areas(named, tx.now))
            case _:
                return command

    def _follow(self, tx: Transaction, before: Call | None, call: Call) -> bool:
        """What follows from a call that changed; whether anything could."""
        recognised = known_as(call) != (() if before is None else known_as(before))
        located = call.areas != (() if before is None else before.areas)
        settled = _settling(call) != _settling(before)
        if recognised:
            for estimate in self._handsets.waiting(tx, call):
                self._tell(tx, estimate)
            self.recognition.tell(tx, call)
        if located:
            self._surges.look(tx, call)
        queued = call.waiting and (before is None or not before.waiting)
        if settled or queued or (recognised and call.waiting):
            self.turns.follow(tx, before, call)
        if settled:
            self.desks.promise(tx, before, call)
            self._episodes.join(tx, call)
        return recognised or located or settled or queued


def _settling(call: Call | None) -> tuple[tuple[str, ...], datetime | None, datetime | None] | None:
    """What decides which calls belong together; a call that was neither answered nor abandoned joins nothing."""
    if call is None or (call.answered_at is None and call.abandoned_at is None):
        return None
    return known_as(call), call.answered_at, call.abandoned_at
