"""A day at the simulated switch: calls are presented, queue by line, are answered or break off, 999 always before 101.

A discrete-event simulation that gives telephony's facts in order of time, and holds only the calls that are under way.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from contracts.contact.calls import Line
from services.contact.domain.calls.facts import AnswerCall, EndCall, EstimateLocation, Fact, HangUp, PresentCall, QueueCall
from services.contact.streams import call_id
from simulator import callers, demand
from simulator.callers import Caller, Nature

SWITCH = "switch-1"
_TO_QUEUE_S = {Line.EMERGENCY: (1.0, 7.0), Line.NON_EMERGENCY: (15.0, 40.0)}
"""Up to about 7 s until the force's telephone rings (DOMAIN section 1); 101 hears a greeting first: a design reading."""
_FIX_S = (4.0, 20.0)
"""A handset's fix, about 18 s after dialling, counted from presented: often after the caller is gone."""


@dataclass(slots=True)
class _Call:
    call: str
    caller: Caller
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """A call handler picked up, and the caller has something to say until `ends`."""

    call: str
    caller: Caller
    handler: str
    begins: datetime
    ends: datetime


_Said = Iterator[Fact | Talk]


class Switchboard:
    """So many calls on each day from a midnight on, and until the last call is over."""

    def __init__(self, seed: int, calls: int, midnight: datetime, days: int = 1) -> None:
        self._seed, self._calls, self._midnight, self._days = seed, calls, midnight, days
        self._now = 0.0
        self._order = count()
        self._later: list[tuple[float, int, Callable[[], _Said]]] = []
        self._again: list[tuple[float, int, Caller]] = []
        self._waiting: dict[Line, deque[_Call]] = {line: deque() for line in Line}
        self._free = list(range(1, max(demand.handlers(calls, hour) for hour in range(24)) + 1))
        self._busy = 0

    def facts(self) -> _Said:
        """What the switch says, in order of time, and each conversation where it begins."""
        for hour in range(1, 24 * self._days):
            self._at(hour * 3600.0, self._serve)
        for n, at in enumerate(self._arrivals()):
            yield from self._until(at)
            self._now = at
            yield from self._present(n)
        yield from self._until(float("inf"))

    def _arrivals(self) -> Iterator[float]:
        for day in range(self._days):
            random = Random(f"{self._seed}/arrivals/{day}" if day else f"{self._seed}/arrivals")
            for seconds in demand.arrivals(self._calls, random):
                yield day * 86_400 + seconds

    def _until(self, at: float) -> _Said:
        while self._later and self._later[0][0] <= at:
            self._now, _, step = heapq.heappop(self._later)
            yield from step()

    def _at(self, at: float, step: Callable[[], _Said]) -> None:
        heapq.heappush(self._later, (at, next(self._order), step))

    def _after(self, seconds: float, step: Callable[[], _Said]) -> None:
        self._at(self._now + seconds, step)

    def _instant(self) -> datetime:
        return self._midnight + timedelta(seconds=round(self._now, 1))

    def _present(self, n: int) -> _Said:
        """A caller who broke off and wants to try again goes before a new one, so that the day has exactly its calls."""
        random = Random(f"{self._seed}/caller/{n}")
        due = self._again and self._again[0][0] <= self._now
        caller = callers.again(heapq.heappop(self._again)[2], random) if due else callers.caller(n, random)
        call = _Call(call_id(SWITCH, f"{self._seed}-{n}"), caller)
        at = self._instant()
        yield PresentCall(call=call.call, at=at, line=caller.line, number=caller.number, switch=SWITCH)
        if caller.line is Line.EMERGENCY:
            yield EstimateLocation(call=call.call, at=at, location=callers.cell(caller.at, random))
        if caller.aml:
            self._after(random.uniform(*_FIX_S), partial(self._fix, call))
        if caller.nature is Nature.GONE_AT_ONCE:
            self._after(random.uniform(0.5, 6.0), partial(self._hang_up, call))
        else:
            self._after(random.uniform(*_TO_QUEUE_S[caller.line]), partial(self._queue, call))

    def _fix(self, call: _Call) -> _Said:
        yield EstimateLocation(call=call.call, at=self._instant(), location=callers.fix(call.caller.at))

    def _queue(self, call: _Call) -> _Said:
        yield QueueCall(call=call.call, at=self._instant(), queue=call.caller.line.value)
        call.waiting = True
        self._waiting[call.caller.line].append(call)
        self._after(call.caller.patience_s, partial(self._give_up, call))
        yield from self._serve()

    def _give_up(self, call: _Call) -> _Said:
        if call.waiting:
            call.waiting = False
            yield from self._hang_up(call)

    def _serve(self) -> _Said:
        while (call := self._next()) is not None:
            yield from self._answer(call)

    def _next(self) -> _Call | None:
        idle = demand.handlers(self._calls, int(self._now // 3600)) - self._busy
        for line, kept in ((Line.EMERGENCY, 0), (Line.NON_EMERGENCY, demand.KEPT_FOR_999)):
            queue = self._waiting[line]
            while queue and not queue[0].waiting:
                queue.popleft()
            if queue and idle > kept:
                return queue.popleft()
        return None

    def _answer(self, call: _Call) -> _Said:
        call.waiting = False
        self._busy += 1
        handler = heapq.heappop(self._free)
        begins = self._instant()
        name = f"handler-{handler:03d}"
        yield AnswerCall(call=call.call, at=begins, handler=name, left_queue_at=begins)
        self._after(call.caller.talks_s, partial(self._over, call, handler))
        if call.caller.nature is Nature.ORDINARY:
            yield Talk(call.call, call.caller, name, begins, begins + timedelta(seconds=call.caller.talks_s))

    def _over(self, call: _Call, handler: int) -> _Said:
        self._busy -= 1
        heapq.heappush(self._free, handler)
        if call.caller.nature is Nature.ORDINARY:
            yield EndCall(call=call.call, at=self._instant())
        else:
            yield from self._hang_up(call)
        yield from self._serve()

    def _hang_up(self, call: _Call) -> _Said:
        caller = call.caller
        established = False if caller.nature is Nature.LOST else None
        yield HangUp(call=call.call, at=self._instant(), sounds=caller.sounds, welfare_established=established)
        if caller.rings_again_after_s is not None:
            heapq.heappush(self._again, (self._now + caller.rings_again_after_s, next(self._order), caller))
