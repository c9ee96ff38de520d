"""The dispatch service without its process, for tests that say themselves what happens when."""

from datetime import datetime
from typing import Any

from stage import Station

from chassis.clock import Clock, VirtualClock
from chassis.dated import Dated
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from contracts.envelope import Envelope, Event
from contracts.topics import HEARS
from services.dispatch.application import Dispatch
from services.dispatch.domain.deployment import Deployment
from services.dispatch.policy.deployment import load
from services.dispatch.reactions import HEEDS, react
from services.dispatch.streams import AGGREGATES
from services.dispatch.timers import on_timer


def service(rules: Dated[Deployment] | None = None) -> Service:
    """Dispatch under the rules that ship, or under others."""
    dispatch = Dispatch(rules or load())
    return Service("dispatch", AGGREGATES, HEARS["dispatch"], dispatch.handle, react, on_timer, {}, HEEDS)


def station(storage: Storage, clock: Clock, rules: Dated[Deployment] | None = None) -> Station:
    """A process of dispatch on a store."""
    return Station(service(rules), storage, MemoryLog(), clock)


class ControlRoom:
    """A dispatch service from an instant on: it is told what incident says, time passes, and everything said can be read."""

    def __init__(self, begins: datetime) -> None:
        self.clock = VirtualClock(begins)
        self.storage = SqliteStorage()
        self.station = station(self.storage, self.clock)

    def close(self) -> None:
        """Let the store go."""
        self.storage.close()

    def hears(self, event: Event) -> None:
        """What another service says, by its reaction."""
        heard = Envelope("1", "incident", "incident-1", 1, 1, "type", event.at, "c", "c", "a", event)
        for command in react(heard):
            self.station.do(command)

    def until(self, instant: datetime) -> None:
        """Time passes, and whatever comes due on the way fires at its time."""
        while (due := self.storage.next_due()) is not None and due <= instant:
            self.clock.move_to(due)
            for result in self.station.tick():
                assert result.error is None, result.error
        self.clock.move_to(instant)

    def said(self, kind: type[Event]) -> list[Any]:
        """Every event of a type, in order."""
        stored = (envelope("dispatch", *event) for event in _all(self.storage))
        return [one.event for one in stored if isinstance(one.event, kind)]

    def queue(self, name: str = "wanting") -> list[str]:
        """The jobs that stand in a queue, in its order."""
        return [entry.stream for entry in self.storage.find(name, None, None, None, 100)]


def _all(storage: Storage) -> list[tuple[str, int, int, str, bytes]]:
    return [(event.stream, event.version, event.position, event.type, event.state) for event in storage.page(0, 10_000)]
