"""From attempts to callers: whoever rang under one number is one caller, however the number is written."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from chassis.references import telephone
from cli.carrier.lists import Attempt
from services.contact.domain.harvest import FailedCaller

CALLERS_AT_ONCE = 100
ATTEMPTS_AT_ONCE = 800
"""How much of a list goes into one request: well under the 64 KiB that a body may have."""


@dataclass(slots=True)
class Callers:
    """The callers of a list, each with the times of all attempts."""

    attempts: int = 0
    without_number: int = 0
    _known: dict[str, set[datetime]] = field(default_factory=dict)
    _unknown: list[FailedCaller] = field(default_factory=list)
    _alike: Counter[tuple[str, datetime]] = field(default_factory=Counter)

    def add(self, attempt: Attempt) -> None:
        """One more attempt. A number that cannot be dialled tells nobody apart: each attempt under it is a caller of its own."""
        self.attempts += 1
        number, diallable = telephone(attempt.number)
        if diallable:
            self._known.setdefault(number, set()).add(attempt.at)
            return
        self.without_number += 1
        self._alike[number, attempt.at] += 1
        reference = attempt.reference or str(self._alike[number, attempt.at])
        self._unknown.append(FailedCaller(number=number or None, attempted_at=(attempt.at,), reference=reference))

    def __len__(self) -> int:
        return len(self._known) + len(self._unknown)

    def __iter__(self) -> Iterator[FailedCaller]:
        """In the order of their first attempts."""
        known = (FailedCaller(number=number, attempted_at=tuple(sorted(times))) for number, times in self._known.items())
        return iter(sorted((*known, *self._unknown), key=lambda caller: (caller.attempted_at[0], caller.number or "")))


def parts(callers: Iterable[FailedCaller]) -> Iterator[tuple[FailedCaller, ...]]:
    """The callers in parts that fit one request; one who tried more often than fits is told in several."""
    part: list[FailedCaller] = []
    for caller in callers:
        for begin in range(0, len(caller.attempted_at), ATTEMPTS_AT_ONCE):
            times = caller.attempted_at[begin : begin + ATTEMPTS_AT_ONCE]
            told = FailedCaller(number=caller.number, attempted_at=times, reference=caller.reference)
            if len(part) == CALLERS_AT_ONCE or sum(len(one.attempted_at) for one in (*part, told)) > ATTEMPTS_AT_ONCE:
                yield tuple(part)
                part = []
            part.append(told)
    if part:
        yield tuple(part)
