"""The loop that fires timers as they come due."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from chassis.flow import timers
from chassis.flow.live import LiveHost
from chassis.flow.waiting import Bell
from chassis.host import Timer
from chassis.store.aggregate import nothing_owed
from chassis.store.storage import StoredEvent

LOOK_EVERY_S = 0.25
AFTER_FAILURE_S = 1.0


class Timekeeping:
    """Looks at the earliest timer after each commit, and now and then for those another process set."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host
        self._changed = Bell()
        self._failed: dict[Timer, float] = {}
        """Those that could not be obeyed, and when they are tried again; they keep no other timer waiting."""
        self._lines = structlog.get_logger()
        self._owing = tuple(f"{kind.name}-" for kind in host.service.aggregates if kind.owes is not nothing_owed)
        host.committed.append(self._committed)

    def _committed(self, events: Sequence[StoredEvent]) -> None:
        if any(event.stream.startswith(self._owing) for event in events):
            self._changed.ring()

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Fire until told to stop; what is due then fires at the next start."""
        with self._changed.rung_by(stop):
            while not stop.is_set():
                beat()
                self._changed.clear()
                await self._host.try_again()
                wait = self._until_next()
                if wait <= 0:
                    due = self._due()
                    await self._fire(due)
                    wait = 0 if due else LOOK_EVERY_S
                if wait > 0:
                    await self._changed.wait(min(wait, LOOK_EVERY_S))

    def _until_next(self) -> float:
        """Seconds until a timer is due."""
        following = self._host.storage.next_due()
        return LOOK_EVERY_S if following is None else (following - self._host.clock.now()).total_seconds()

    def _due(self) -> list[Timer]:
        now = asyncio.get_running_loop().time()
        self._failed = {timer: again for timer, again in self._failed.items() if again > now}
        due = timers.due(self._host.storage, self._host.clock.now(), len(self._failed))
        return [timer for timer in due if timer not in self._failed]

    async def _fire(self, due: Sequence[Timer]) -> None:
        works = (self._host.submit(timers.fire(self._host.service, timer)) for timer in due)
        fired: list[Any] = await asyncio.gather(*works, return_exceptions=True)
        again = asyncio.get_running_loop().time() + AFTER_FAILURE_S
        for timer, result in zip(due, fired, strict=True):
            if isinstance(result, BaseException):
                self._failed[timer] = again
                self._lines.error("a timer could not be obeyed", timer=timer.name, error=type(result).__name__)
        self._host.metrics.timer_fired(sum(timer not in self._failed for timer in due))
