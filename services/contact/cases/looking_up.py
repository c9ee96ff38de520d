"""Gathers what the call handler's screen shows, now or as it was known: few and short reads, however much is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from chassis.host import Entry, Host, Loaded
from chassis.store.aggregate import Aggregate
from contracts.refusals import NotFound
from services.contact.domain.callers import association
from services.contact.domain.callers.association import Reached
from services.contact.domain.callers.caller import Caller
from services.contact.domain.calls.call import Call
from services.contact.domain.desks.contact import Contact
from services.contact.policy.policies import Policies
from services.contact.streams import CALL, CALLER, CONTACT, SURGE, call_stream, caller_stream
from services.contact.views.screen import ScreenView, screen
from services.contact.views.surges import SurgeView, surge

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class LookingUp:
    """Reads of one moment: `known_at`, or now."""

    host: Host
    now: datetime
    known_at: datetime | None

    def screen(self, call: str) -> tuple[Loaded[Call], ScreenView]:
        """The call and everything known about its caller; raises NotFound."""
        loaded = self.host.load(CALL, call_stream(call), self.known_at)
        assert loaded.state is not None
        policies: Policies = self.host.rules
        rules = policies.callers.at(self.now)
        found = association.reach(association.starts(loaded.state), self._caller, rules.associations)
        earlier, beyond = self._earlier(loaded.state, found, rules.earlier_shown)
        window = policies.episodes.at(self.now).repeat_window
        surges = list(self._surges(loaded.state))
        return loaded, screen(loaded.state, found, earlier, beyond, surges, window, self.now)

    def _caller(self, ref: str) -> Caller | None:
        return self._state(CALLER, caller_stream(ref))

    def _earlier(self, call: Call, found: Sequence[Reached], most: int) -> tuple[list[tuple[str, Call | Contact]], bool]:
        """The newest other contacts of each subject, each contact once, and whether there are more than are shown."""
        ways: dict[str, str] = {}
        beyond = False
        for one in found:
            entries = self._newest(one.ref, most + 2)
            others = [entry.stream for entry in entries if entry.stream != call_stream(call.call)]
            beyond |= len(others) > most
            for stream in others[:most]:
                ways.setdefault(stream, one.words)
        states = ((words, self._contact(stream)) for stream, words in ways.items())
        return [(words, state) for words, state in states if state is not None], beyond

    def _contact(self, stream: str) -> Call | Contact | None:
        """A contact of any channel: a call is one kind."""
        return self._state(CALL, stream) if stream.startswith("call-") else self._state(CONTACT, stream)

    def _newest(self, ref: str, limit: int) -> list[Entry]:
        after = Entry(f"{ref} ", "")
        page = self.host.find("subject", known_at=self.known_at, after=after, limit=limit)
        return [entry for entry in page if entry.value.startswith(after.value)]

    def _surges(self, call: Call) -> Iterator[SurgeView]:
        for entry in self.host.find("surge-call", call.call, known_at=self.known_at) if call.areas else ():
            state = self._state(SURGE, entry.stream)
            if state is not None:
                yield surge(state)

    def _state(self, aggregate: Aggregate[S], stream: str) -> S | None:
        try:
            return self.host.load(aggregate, stream, self.known_at).state
        except NotFound:
            return None
