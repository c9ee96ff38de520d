"""Which calls of one number belong together: earlier ones raise the risk, a later answered one calls the ring-back off."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from services.contact.domain.call import Call
from services.contact.domain.times import hour


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a force can set differently: how long after a call broke off another one of the number belongs to it.

    `harvest_window_s`: attempts of one number in carriers' lists that lie no further apart are one outage's. `same_attempt_s`:
    an attempt in such a list this close to a call that came here is that call, by two clocks.
    """

    version: str
    repeat_window_s: int
    harvest_window_s: int
    same_attempt_s: int

    def __post_init__(self) -> None:
        for name in ("repeat_window_s", "harvest_window_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"`{name}` must be more than 0")
        if self.same_attempt_s < 0:
            raise ValueError("`same_attempt_s` must not be less than 0")

    @property
    def repeat_window(self) -> timedelta:
        """The same as a duration."""
        return timedelta(seconds=self.repeat_window_s)

    @property
    def harvest_window(self) -> timedelta:
        """How far apart attempts of one outage may lie."""
        return timedelta(seconds=self.harvest_window_s)

    @property
    def same_attempt(self) -> timedelta:
        """How far apart two clocks may put one attempt."""
        return timedelta(seconds=self.same_attempt_s)


def hours(number_ref: str, start: datetime, end: datetime) -> Iterator[str]:
    """The places in the index where calls of a number settled between two instants can stand."""
    at = start.replace(minute=0, second=0, microsecond=0)
    while at <= end:
        yield hour(number_ref, at)
        at += timedelta(hours=1)


def rang_again(broken: Call, answered: Call, rules: Rules) -> bool:
    """Whether the caller of a broken call was answered in another one soon enough after it."""
    if broken.call == answered.call or broken.abandoned_at is None or answered.answered_at is None:
        return False
    return timedelta(0) <= answered.answered_at - broken.abandoned_at <= rules.repeat_window


def earlier(calls: Iterable[Call], call: str, at: datetime, rules: Rules) -> int:
    """How many other calls of the number broke off or were answered within the window before an instant."""
    return sum(other.call != call and _settled_within(other, at - rules.repeat_window, at) for other in calls)


def _settled_within(call: Call, start: datetime, end: datetime) -> bool:
    return any(at is not None and start <= at <= end for at in (call.abandoned_at, call.answered_at))
