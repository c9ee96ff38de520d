"""Contact, callback and incident on tables of dictionaries, each told at once what it hears: one control room, on a clock."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chassis.host import Service
from chassis.testing.memory import MemoryTransaction
from chassis.world import World
from cli.composition import reference, wiring
from contracts import registry
from contracts.callback.reviews import AttemptStarted, Outcome
from contracts.contact.calls import Line, Sound
from contracts.envelope import Envelope, Event
from services.callback.domain.commands import EndRinging
from services.callback.domain.review import Review
from services.contact.domain.calls.facts import AnswerCall, HangUp, PresentCall
from services.incident.domain.incident import Incident, of_review

E = TypeVar("E", bound=Event)
T = datetime(2017, 6, 1, 12, tzinfo=UTC)
SERVICES = ("contact", "callback", "incident")
HER = "07700 900123"


class _Still:
    """A clock nobody asks: the tables have their own time."""

    def now(self) -> datetime:
        return T


def _never(*_: object) -> None:
    raise AssertionError("nothing outside is touched")


class ControlRoom:
    """Tell it what happens; look at what was said."""

    def __init__(self) -> None:
        world = World("kent", reference, _never, _never, _Still(), telephone="none")
        self._services: dict[str, Service] = {name: wiring(name).build(world) for name in SERVICES}
        self._tables = {name: MemoryTransaction(T) for name in SERVICES}
        self._heard: defaultdict[str, int] = defaultdict(int)

    @property
    def now(self) -> datetime:
        """The time in the room."""
        return self._tables["contact"].now

    def tell(self, service: str, command: object) -> None:
        """Obey a command, and all that follows from it in the other services."""
        self._services[service].handle(self._tables[service], command)
        while self._pass_on():
            pass

    def wait(self, seconds: float) -> None:
        """Time passes, and every timer fires when it is due."""
        until = self.now + timedelta(seconds=seconds)
        while due := self._next(until):
            instant, name = due
            timer = self._tables[name].timers()[0]
            self._move(max(self.now, instant))
            self.tell(name, self._services[name].on_timer(timer))
        self._move(until)

    def said(self, kind: type[E]) -> list[E]:
        """Every event of a type, of whichever service."""
        found: list[E] = []
        for table in self._tables.values():
            found += table.said(kind)
        return found

    def review(self, call: str) -> Review:
        """The review of a call."""
        state = self._services["callback"].aggregate_of(f"review-{call}")
        review: Review | None = self._tables["callback"].load(state, f"review-{call}").state
        assert review is not None
        return review

    def incident(self, call: str) -> Incident:
        """The incident of the review of a call."""
        stream = of_review(call)
        incident: Incident | None = self._tables["incident"].load(self._services["incident"].aggregate_of(stream), stream).state
        assert incident is not None
        return incident

    def call(self, call: str, *, number: str = HER, handler: str | None = None) -> None:
        """A 999 call comes in, and is answered where a handler is named."""
        self.tell("contact", PresentCall(call=call, at=self.now, switch="kent-1", line=Line.EMERGENCY, number=number))
        if handler is not None:
            self.tell("contact", AnswerCall(call=call, at=self.now, handler=handler))

    def breaks_off(self, call: str, *sounds: Sound, welfare: bool | None = None, number: str = HER) -> None:
        """The caller is gone."""
        gone = HangUp(call=call, at=self.now, sounds=sounds, welfare_established=welfare, number=number, line=Line.EMERGENCY)
        self.tell("contact", gone)

    def telephone(self, outcome: Outcome) -> None:
        """How the attempt that rings now ended."""
        last = self.said(AttemptStarted)[-1]
        self.tell("callback", EndRinging(review=last.review, attempt_id=last.attempt_id, outcome=outcome, at=self.now))

    def _next(self, until: datetime) -> tuple[datetime, str] | None:
        due = [(timers[0].due, name) for name in SERVICES if (timers := self._tables[name].timers()) and timers[0].due <= until]
        return min(due, default=None)

    def _move(self, instant: datetime) -> None:
        for table in self._tables.values():
            table.now = instant

    def _pass_on(self) -> bool:
        moved = False
        for teller in SERVICES:
            recorded = self._tables[teller].recorded
            while self._heard[teller] < len(recorded):
                stream, event = recorded[self._heard[teller]]
                self._heard[teller] += 1
                moved = True
                self._hear(_envelope(teller, stream, self._heard[teller], event))
        return moved

    def _hear(self, heard: Envelope[Any]) -> None:
        for name in SERVICES:
            service = self._services[name]
            if heard.service in service.hears and type(heard.event) in service.heeds:
                for command in service.react(heard):
                    service.handle(self._tables[name], command)


def _envelope(service: str, stream: str, n: int, event: Event) -> Envelope[Event]:
    kind = registry.of(event).name
    return Envelope(f"{service}/{n}", service, stream, n, n, kind, event.at, "c", f"{service}/{n}", "tester", event)
