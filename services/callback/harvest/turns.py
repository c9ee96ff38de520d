"""Who gives the turns: begins when the first harvested caller waits, and stops when nobody does any more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from contracts.callback.turns import TurnsBegun, TurnsTaken
from contracts.envelope import Event


@dataclass(frozen=True, slots=True)
class GiveTurns:
    """It is time for the next turns."""


class Turns(msgspec.Struct, frozen=True):
    """When the next turns are given, if anybody waits, and how many were given so far."""

    policy: str
    next_at: datetime | None
    given: int = 0


def owes(turns: Turns) -> Mapping[str, datetime]:
    """The next turns."""
    return {} if turns.next_at is None else {"turns": turns.next_at}


def _begun(turns: Turns | None, event: TurnsBegun) -> Turns:
    return Turns(event.policy, event.next_at, 0 if turns is None else turns.given)


def _taken(turns: Turns, event: TurnsTaken) -> Turns:
    return Turns(event.policy, event.next_at, turns.given + len(event.reviews))


EVOLVE: dict[type[Event], Callable[[Any, Any], Turns]] = {TurnsBegun: _begun, TurnsTaken: _taken}
