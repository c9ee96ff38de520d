"""The contact service with nothing behind it: decisions are taken and forgotten. The floor under a durable POST."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis import process
from chassis.flow.live import LiveHost
from chassis.host import Context, Loaded
from chassis.store.aggregate import Aggregate
from contracts.envelope import Event
from services.contact.wiring import WIRING


class Nothing:
    """A transaction in a world where nothing was ever recorded."""

    def __init__(self, now: datetime, actor: str) -> None:
        self.now = now
        self.actor = actor
        self._decided: dict[str, Loaded[Any]] = {}

    def load(self, aggregate: Aggregate[Any], stream: str) -> Loaded[Any]:
        return self._decided.get(stream) or Loaded(stream, None, 0)

    def record(self, aggregate: Aggregate[Any], stream: str, events: Sequence[Event]) -> Loaded[Any]:
        loaded = self.load(aggregate, stream)
        state = loaded.state
        for event in events:
            state = aggregate.evolve[type(event)](state, event)
        self._decided[stream] = Loaded(stream, state, loaded.version + len(events))
        return self._decided[stream]

    def find(self, name: str, value: str) -> list[str]:
        return []

    def first(self, name: str, limit: int) -> list[str]:
        return []


class ForgetfulHost(LiveHost):
    """Decides as the service does, and keeps nothing."""

    async def run(self, command: Any, context: Context) -> Loaded[Any]:
        return self.service.handle(Nothing(self.clock.now(), context.actor), command)


if __name__ == "__main__":
    process.LiveHost = ForgetfulHost  # type: ignore[misc]
    process.main(WIRING)
