"""A seeded list of 999 calls: when each is presented, what happens in it, and which break off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

SWITCHES = ("bt-north", "bt-south", "bt-west")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something telephony says, so many seconds after the call began; `times` more than 1: it repeats itself."""

    after_s: float
    what: Mapping[str, Any]
    times: int = 1


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call of the plan. `kinds` are the events that must stand at the end, each once."""

    switch: str
    call: str
    begins_s: float
    facts: tuple[Fact, ...]
    kinds: frozenset[str]

    @property
    def abandoned(self) -> bool:
        return "CallAbandoned" in self.kinds


def plan(seed: int, calls: int, abandoned: int, per_second: float) -> list[PlannedCall]:
    """So many calls, so many of them abandoned, at a steady rate."""
    random = Random(seed)
    broken = frozenset(random.sample(range(calls), abandoned))
    return [_call(random, n, n / per_second, n in broken) for n in range(calls)]


def _call(random: Random, n: int, begins_s: float, broken: bool) -> PlannedCall:
    story = _broken(random) if broken else _whole(random)
    told = [Fact(0, {"fact": "presented", "number": f"+4477009{n:05d}"}, _times(random)), *story]
    if random.random() < 0.1:
        random.shuffle(told)  # telephony is not always in order
    return PlannedCall(
        random.choice(SWITCHES), f"{n}", begins_s, tuple(told), frozenset(_KINDS[fact.what["fact"]] for fact in told)
    )


def _whole(random: Random) -> Sequence[Fact]:
    talked_s = random.uniform(1, 4)
    return (
        Fact(0.2, {"fact": "queued", "queue": "999"}, _times(random)),
        Fact(0.5, {"fact": "answered", "handler": f"handler-{random.randrange(30)}"}, _times(random)),
        Fact(0.5 + talked_s, {"fact": "ended"}, _times(random)),
    )


def _broken(random: Random) -> Sequence[Fact]:
    """Broken off before, in or after the queue; some with violence heard (nobody may ring), some with a place to go to."""
    facts = [Fact(0.2, {"fact": "queued", "queue": "999"})] if random.random() < 0.7 else []
    if random.random() < 0.1:
        return (*facts, Fact(0.5, {"fact": "answered", "handler": "handler-1"}), Fact(1.5, _LOST, _times(random)))
    if random.random() < 0.15:
        facts.append(Fact(0.4, {"fact": "located", "location": _place(random)}, _times(random)))
    heard = {"sounds": ["violence"]} if random.random() < 0.06 else {}
    return (*facts, Fact(random.uniform(0.6, 2.5), {"fact": "hung_up", **heard}, _times(random)))


def _place(random: Random) -> dict[str, Any]:
    point = {"latitude": round(random.uniform(51.1, 51.4), 4), "longitude": round(random.uniform(0.4, 1.2), 4)}
    return {"source": "handset", "point": point, "radius_m": 30.0}


def _times(random: Random) -> int:
    return 2 if random.random() < 0.1 else 1


_LOST = {"fact": "hung_up", "welfare_established": False}
_KINDS = {
    "presented": "CallReceived",
    "queued": "CallQueued",
    "answered": "CallAnswered",
    "ended": "CallEnded",
    "hung_up": "CallAbandoned",
    "located": "LocationEstimated",
}
