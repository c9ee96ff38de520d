"""The callback service with a SIP telephone and a store in memory, in one event loop: who rings in these tests."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from stage import Station

from chassis.clock import SystemClock
from chassis.log.memory import MemoryLog
from chassis.metrics import Metrics
from chassis.sip_settings import Sip
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from chassis.world import World
from contracts.callback.reviews import AttemptStarted
from contracts.contact.calls import Abandonment
from contracts.envelope import Envelope, Event
from services.callback.domain.commands import OpenReview, StartAttempt
from services.callback.domain.review import Attempt, Review
from services.callback.policy import default
from services.callback.policy import sip as sip_policy
from services.callback.wiring import build

NUMBER = "+447700900123"
RING_S = 2
LIMIT_S = 40.0


class Desk:
    """`ring` begins an attempt; `attempt` is how the store has it."""

    def __init__(self, sip: Sip, policy: Path) -> None:
        self.metrics = Metrics("callback", "test")
        clock = SystemClock()
        world = World("kent", lambda kind, value: value, _later, self._tell, clock, policy, "sip", sip, self.metrics)
        self.station = Station(build(world), SqliteStorage(), MemoryLog(), clock)
        self._name = ""
        self.started: list[Envelope[Event]] = []
        self._kept: Review | None = None

    def _tell(self, command: object, cause: str, actor: str) -> None:
        self._do(command, cause)

    def _do(self, command: object, cause: str = "") -> None:
        self._kept = self.station.do(command, cause).state

    def ring(self, review: str = "r1", number: str = NUMBER) -> None:
        """The caller of a review is rung: the recorded intention comes first."""
        self._name = review
        now = self.station.clock.now()
        self._do(
            OpenReview(review=review, abandonment=Abandonment.BEFORE_QUEUE, abandoned_at=now, number=number, number_ref=number)
        )
        self.again()

    def again(self) -> None:
        """The planned attempt is due."""
        seen = len(self.station.committed)
        self._do(StartAttempt(review=self._name))
        for event in self.station.committed[seen:]:
            if "AttemptStarted" in event.type:
                started = envelope("callback", event.stream, event.version, event.position, event.type, event.state)
                self.started.append(started)
                self.station.service.effects[AttemptStarted](started)

    @property
    def review(self) -> Review:
        """The review as the store has it."""
        assert self._kept is not None
        return self._kept

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts that were started."""
        return [attempt for attempt in self.review.attempts if attempt.started_at is not None]

    async def until(self, so: Callable[[Attempt], bool]) -> Attempt:
        """The last attempt, once something is so of it."""
        async with asyncio.timeout(LIMIT_S):
            while not (self.attempts and so(self.attempts[-1])):
                await asyncio.sleep(0.01)
        return self.attempts[-1]


@asynccontextmanager
async def desk(
    folder: Path, trunks: tuple[str, ...], handlers: tuple[str, ...] = (), limits: Mapping[str, int] | None = None, **more: Any
) -> AsyncIterator[Desk]:
    """A desk whose trunks are open; `limits` replaces numbers of the SIP policy."""
    policy = folder / "policy"
    policy.mkdir(parents=True, exist_ok=True)
    rules = Path(default.__file__).with_suffix(".toml").read_text().replace("ring_s = 30", f"ring_s = {RING_S}")
    (policy / "callback.toml").write_text(rules)
    sip = sip_policy.SIP_RULES.read_text()
    for name, value in (limits or {}).items():
        sip = re.sub(rf"^{name} = \d+", f"{name} = {value}", sip, flags=re.MULTILINE)
    (policy / "sip.toml").write_text(sip)
    own = Desk(Sip(trunks, handlers or ("control-room",), listen="127.0.0.1:0", **more), policy)
    [loop] = own.station.service.loops
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop, lambda: None))
    try:
        yield own
    finally:
        stop.set()
        await running
        own.station.storage.close()


def _later(seconds: float, act: Callable[[], None]) -> None:
    raise AssertionError("a telephone keeps its own time")
