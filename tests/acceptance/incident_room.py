"""The incident service of one force on its real store, with its real timers, in a time that a test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from stage import Station

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store import fold
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import Origin
from contracts.topics import HEARS
from services.incident.application import Incidents
from services.incident.cases.room import Room
from services.incident.domain.backlog.escalation import Acknowledge, Escalation, escalation_of
from services.incident.domain.commands import Grade, OpenIncident
from services.incident.domain.incident import Incident
from services.incident.policy import codes, grades, room
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL, ESCALATION, INCIDENT
from services.incident.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE, OTHER = "incident-1", "incident-2"


class IncidentRoom:
    """A control room's incidents. What people ask is `do`, what other services say is `hear`; `wait` lets time pass."""

    def __init__(self, start: datetime = NOON, force: str = "kent") -> None:
        self.clock = VirtualClock(start)
        self.storage = SqliteStorage()
        self.incidents = Incidents(Room(force, grades.load(), room.load(), codes.load(), lambda kind, value: value))
        service = Service("incident", ALL, HEARS["incident"], self.incidents.handle, react, on_timer, {}, HEEDS)
        self.station = Station(service, self.storage, MemoryLog(), self.clock)

    def do(self, *commands: Any, expected: int | None = None) -> Any:
        """Obey commands, each in a commit of its own; gives the last state."""
        for command in commands:
            state = self.station.do(command, expected=expected).state
        return state

    def hear(self, event: Event) -> None:
        """Another service said something."""
        heard = Envelope("1", "other", "stream-1", 1, 1, "type", self.clock.now(), "correlation", "cause", "actor", event)
        for command in react(heard):
            self.do(command)

    def wait(self, minutes: float) -> None:
        """Time passes, and every timer fires when it is due."""
        until = self.clock.now() + minutes * MINUTE
        while (due := self.storage.next_due()) is not None and due <= until:
            self.clock.move_to(due)
            for result in self.station.tick():
                if result.error is not None:
                    raise result.error
        self.clock.move_to(until)

    def opened(self, incident: str = ONE, grade: str | None = "Priority", **more: Any) -> Incident:
        """An incident from a call, graded."""
        self.do(OpenIncident(incident, Origin.CALL, f"call of {incident}", "burglary", **more))
        if grade is not None:
            self.do(Grade(incident, grade, "handler 7"))
        return self.incident(incident)

    def incident(self, incident: str = ONE) -> Incident:
        """What is known of it."""
        return self.load(INCIDENT, incident)

    def escalation(self, incident: str = ONE) -> Escalation:
        """Its ladder."""
        return self.load(ESCALATION, escalation_of(incident))

    def acknowledge(self, incident: str = ONE) -> None:
        """Whoever was told has it."""
        self.do(Acknowledge(incident, "inspector 1", self.escalation(incident).role, "the next unit goes"))

    def load(self, aggregate: Any, stream: str) -> Any:
        """A state there is."""
        state, _ = fold.load(aggregate, self.storage, stream)
        assert state is not None, f"nothing was said on {stream}"
        return state

    def events(self) -> list[Event]:
        """Everything that was said, in order."""
        return [self._event(stored) for stored in self.storage.page(0, 100_000)]

    def said(self, kind: type[Event]) -> list[Any]:
        """Every event of a type, in order."""
        return [event for event in self.events() if type(event) is kind]

    @staticmethod
    def _event(stored: Any) -> Event:
        found: Event = envelope("incident", stored.stream, stored.version, stored.position, stored.type, stored.state).event
        return found


@contextmanager
def incident_room(start: datetime = NOON, force: str = "kent") -> Iterator[IncidentRoom]:
    """A room for one test."""
    made = IncidentRoom(start, force)
    yield made
    made.storage.close()
