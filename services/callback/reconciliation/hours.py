"""Reviews by the hour in which their calls broke off: what is held against a carrier's count of the same hour."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.callback.domain.review import Review, stamp

HOUR = timedelta(hours=1)
Page = Callable[[tuple[str, str]], Sequence[tuple[str, str]]]
"""Some entries of the index of hours behind one: their values and streams, in order; none at its end."""


@dataclass(slots=True)
class Hour:
    """One hour, by the clock of the calls. What was taken is what is reviewed and what is open."""

    hour: datetime
    reviewed: int = 0
    open: int = 0

    @property
    def calls(self) -> int:
        """All of them."""
        return self.reviewed + self.open


def hour_of(at: datetime) -> datetime:
    """When the hour of an instant begins."""
    return at.replace(minute=0, second=0, microsecond=0)


def key(at: datetime, number_ref: str | None) -> str:
    """Where a call stands in the index of hours: by the hour, then by the number, so that both find it."""
    return f"{stamp(at)[:13]} {number_ref or ''}"


def times(review: Review) -> tuple[datetime, ...]:
    """When the calls of a review broke off: each attempt of a harvested caller counts."""
    return review.attempted_at or (review.abandoned_at,)


def entries(review: Review) -> Iterable[tuple[str, str]]:
    """Every review stands under the hours of its calls for good."""
    return {("hour", key(at, review.number_ref)) for at in times(review)}


def tally(page: Page, load: Callable[[str], Review | None], begin: datetime, end: datetime) -> list[Hour]:
    """The hours from `begin` until before `end`, also those without a call."""
    found = []
    at = hour_of(begin)
    while at < end:
        one = Hour(at)
        for stream in _streams(page, stamp(at)[:13]):
            review = load(stream)
            if review is not None:
                count = sum(hour_of(time) == at for time in times(review))
                one.open += count if review.open else 0
                one.reviewed += 0 if review.open else count
        found.append(one)
        at += HOUR
    return found


def _streams(page: Page, hour: str) -> set[str]:
    """Whatever stands under an hour."""
    found: set[str] = set()
    after = (hour, "")
    while entries := page(after):
        found |= {stream for value, stream in entries if value.startswith(hour)}
        after = entries[-1]
        if not after[0].startswith(hour):
            break
    return found
