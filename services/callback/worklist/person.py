"""Who left the desk and what they handed over then: one person's log-offs, each on record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from contracts.callback.worklist import PersonLoggedOff
from contracts.envelope import Event


class Person(msgspec.Struct, frozen=True):
    """One person's last log-off."""

    person: str
    left_at: datetime
    by: str
    handed_over: tuple[str, ...]


def _left(_: Person | None, event: PersonLoggedOff) -> Person:
    return Person(event.person, event.at, event.by, tuple(event.reviews))


EVOLVE: dict[type[Event], Callable[[Any, Any], Person]] = {PersonLoggedOff: _left}
