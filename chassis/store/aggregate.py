"""What the store must know of an aggregate: its state, how events change it, and what follows from a state."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from contracts.envelope import Event

S = TypeVar("S", bound=msgspec.Struct)

Evolve = Mapping[type[Event], Callable[[Any, Any], Any]]
"""For each event type the pure function (state before or None, event) -> state after."""


def nothing_owed(_: Any) -> Mapping[str, datetime]:
    """What an aggregate without timers owes."""
    return {}


def _not_indexed(_: Any) -> Iterable[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(Generic[S]):
    """One kind of stream. Everything stored beside its events is a function of its state.

    `owes` names the timers a state has open and when each is due; `index` the (name, value) entries under which the
    stream can be found. Both are compared before and after each append, so a rebuild from events restores them exactly.
    Stream ids begin with `name` and a hyphen. Raise `revision` when `evolve` changes meaning: older snapshots are then ignored.
    """

    name: str
    state: type[S]
    evolve: Evolve
    owes: Callable[[S], Mapping[str, datetime]] = nothing_owed
    index: Callable[[S], Iterable[tuple[str, str]]] = _not_indexed
    snapshot_every: int = 100
    revision: int = 1
