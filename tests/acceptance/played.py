"""A history played through all four services on a virtual clock, and what they said in it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from chassis.clock import VirtualClock
from chassis.flow.lapse import TimeLapse
from chassis.flow.rebuild import rebuild
from chassis.flow.soundness import faults
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.world import World
from cli.composition import idle_service, reference, wiring
from cli.invariants import broken
from contracts.envelope import Envelope, Event
from contracts.topics import SERVICES, TOPICS

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Said:
    """Something the world does."""

    at: datetime
    command: object
    service: str = "contact"
    cause: str = ""
    actor: str = "tester"


@dataclass
class Script:
    """What happens by itself, and how people answer."""

    happens: Sequence[Said]
    answers: Callable[[Envelope[Event]], Iterable[Said]] = lambda heard: ()

    def stimuli(self) -> Iterator[Said]:
        for n, said in enumerate(sorted(self.happens, key=lambda said: said.at)):
            yield Said(said.at, said.command, said.service, said.cause or f"said {n}", said.actor)

    def heard(self, heard: Envelope[Event]) -> Iterable[Said]:
        return self.answers(heard)


class _Over(Exception):
    """Long enough: what nobody acts on escalates for ever."""


class Played:
    """All that was said, by service, and the stores to look into; until `lasts` after the last thing that happened by itself."""

    def __init__(
        self, script: Script, policy: Path | None = None, begins: datetime | None = None, lasts: timedelta = timedelta(hours=6)
    ) -> None:
        start = begins or min((said.at for said in script.happens), default=datetime(2017, 6, 1, tzinfo=UTC))
        self.stores: Mapping[str, Storage] = {name: SqliteStorage() for name in SERVICES}
        self.policy = policy
        self._events: dict[str, Sequence[Envelope[Event]]] = {}
        self.log = MemoryLog()
        self.log.create_now([TOPICS[name] for name in SERVICES])
        self.lapse = TimeLapse(self._services, self.stores, self.log, VirtualClock(start), seed=1)
        self._over_at = max((said.at for said in script.happens), default=start) + lasts
        with suppress(_Over):
            self.lapse.run(script, self._watched)
        self.now = self.lapse.clock.now()

    def _watched(self, now: datetime) -> None:
        if now > self._over_at:
            raise _Over

    def _services(self, lapse: TimeLapse) -> Sequence[Service]:
        def world(name: str) -> World:
            def tell(command: object, cause: str, actor: str) -> None:
                lapse.after(0, lambda: lapse.command(name, command, cause, actor))

            return World("demo", reference, lapse.after, tell, lapse.clock, self.policy)

        return [wiring(name).build(world(name)) for name in SERVICES]

    def events(self, service: str) -> Sequence[Envelope[Event]]:
        """All of them, in order; read once."""
        if service not in self._events:
            self._events[service] = list(self._read(service))
        return self._events[service]

    def _read(self, service: str) -> Iterator[Envelope[Event]]:
        position = 0
        while page := self.stores[service].page(position, 1000):
            for e in page:
                yield envelope(service, e.stream, e.version, e.position, e.type, e.state)
            position = page[-1].position

    def said(self, service: str, kind: type[E]) -> list[E]:
        """Every event of a type, in order."""
        return [heard.event for heard in self.events(service) if isinstance(heard.event, kind)]

    def rebuilt(self, service: str) -> Storage:
        """A store of the service made anew from the log alone."""
        storage = SqliteStorage()
        asyncio.run(rebuild(idle_service(service, self.policy), storage, self.log, self.lapse.clock))
        return storage

    def close(self) -> None:
        """Let the stores go."""
        for storage in self.stores.values():
            storage.close()

    def breaches(self) -> list[str]:
        """Whatever promise was not kept, by the operator's own check."""
        unsound: list[Any] = [fault for name in SERVICES for fault in faults(idle_service(name, self.policy), self.stores[name])]
        return [*map(str, unsound), *broken(self.stores, self.now, False, lambda _: None)]
