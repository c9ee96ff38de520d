"""Contact and callback of one force on tables of dictionaries: what contact says, callback hears, and timers fire in order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.testing.memory import MemoryTransaction
from chassis.world import World
from contracts import registry
from contracts.callback.reviews import AttemptPlanned, AttemptStarted, ReviewEscalated
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Line, Marker
from contracts.envelope import Envelope, Event
from services.callback import wiring as callback_wiring
from services.contact import wiring as contact_wiring
from services.contact.domain.callers.caller import Associate, PlaceMarker, Subject
from services.contact.domain.calls.facts import HangUp, PresentCall

T = datetime(2017, 8, 1, 12, tzinfo=UTC)
E = TypeVar("E", bound=Event)

PHONE = Subject(SubjectKind.NUMBER, "07700 900123")
PERSON = Subject(SubjectKind.PERSON, "record 4711")
HOME = Subject(SubjectKind.ADDRESS, "1 Mill Lane, Ashford")


class Force:
    """Both services with the policies given, or those that ship."""

    def __init__(self, contact: Service | None = None, callback: Service | None = None) -> None:
        world = World("kent", lambda kind, value: f"{kind}:{value}", _never, _never, VirtualClock(T), telephone="none")
        self._contact = contact or contact_wiring.build(world)
        self._callback = callback or callback_wiring.build(world)
        self.contact, self.callback = MemoryTransaction(T), MemoryTransaction(T)
        self._heard = 0

    def told(self, *commands: Any) -> "Force":
        """Give contact commands; callback hears what it says."""
        for command in commands:
            self._contact.handle(self.contact, command)
            self._hear()
        return self

    def later(self, seconds: float) -> "Force":
        """So much time passes; what is due falls due."""
        until = self.contact.now + timedelta(seconds=seconds)
        while (due := self.callback.timers()) and due[0].due <= until:
            self.contact.now = self.callback.now = max(self.callback.now, due[0].due)
            self._callback.handle(self.callback, self._callback.on_timer(due[0]))
        self.contact.now = self.callback.now = until
        return self

    def rung(self) -> bool:
        """Whether anything rings, or is going to."""
        return bool(self.said(AttemptPlanned) or self.said(AttemptStarted))

    def deployed(self) -> Sequence[ReviewEscalated]:
        """What was handed to a person with an incident asked for at the top grade."""
        return [event for event in self.said(ReviewEscalated) if event.deploy]

    def said(self, kind: type[E]) -> list[E]:
        """What either service said of a type."""
        return [*self.contact.said(kind), *self.callback.said(kind)]

    def _hear(self) -> None:
        recorded = self.contact.recorded
        while self._heard < len(recorded):
            stream, event = recorded[self._heard]
            self._heard += 1
            heard = self._envelope(stream, event)
            for command in self._callback.react(heard):
                self._callback.handle(self.callback, command)

    def _envelope(self, stream: str, event: Event) -> Envelope[Event]:
        name = f"{self._heard}"
        return Envelope(
            name, "contact", stream, 1, self._heard, registry.of(event).name, self.contact.now, name, name, "tester", event
        )


def _never(*_: object) -> None:
    raise AssertionError("nothing of the outside is needed here")


def warn(subject: Subject, marker: Marker = Marker.DOMESTIC_ABUSE) -> PlaceMarker:
    """A marker as a supervisor places it."""
    review_by = T + timedelta(days=90)
    return PlaceMarker(marker=marker, author="sgt-4", evidence="log 3", review_by=review_by, subject=subject)


def belong(one: Subject, other: Subject) -> Associate:
    """An association as a handler records it."""
    return Associate(subject=one, other=other, author="h7", evidence="statement")


def rings(call: str = "a", at: datetime = T) -> PresentCall:
    """A 999 call from the telephone."""
    return PresentCall(call=call, at=at, line=Line.EMERGENCY, number=PHONE.text, switch="kent-1")


def breaks_off(call: str = "a", at: datetime = T + timedelta(seconds=20), **heard: Any) -> HangUp:
    """The caller is gone."""
    return HangUp(call=call, at=at, **heard)
