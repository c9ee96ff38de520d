"""Which calls of one number belong together: earlier ones raise the risk, a later answered one calls the ring-back off."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.contact.domain.calls.call import Call
from services.contact.domain.rules import Rules
from services.contact.domain.times import hour


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


def came_back(earlier: Call, waiting: Call, rules: Rules) -> datetime | None:
    """The place that a waiting caller had in an earlier call of the same line, left unanswered not long before."""
    if earlier.call == waiting.call or earlier.rank != waiting.rank or not waiting.waiting or waiting.queued_at is None:
        return None
    if earlier.answered_at is not None or earlier.rang_again is not None:
        return None
    left_at = earlier.abandoned_at or earlier.place_kept_at
    if left_at is None or not timedelta(0) <= waiting.queued_at - left_at <= rules.repeat_window:
        return None
    tried_at = min(earlier.attempted_at, default=left_at)
    return earlier.place_at or earlier.queued_at or earlier.presented_at or tried_at


def earlier(calls: Iterable[Call], call: str, at: datetime, rules: Rules) -> int:
    """How many other calls of the number broke off or were answered within the window before an instant."""
    return sum(other.call != call and _settled_within(other, at - rules.repeat_window, at) for other in calls)


def _settled_within(call: Call, start: datetime, end: datetime) -> bool:
    return any(at is not None and start <= at <= end for at in (call.abandoned_at, call.answered_at))
