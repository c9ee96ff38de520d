"""Sums up waiting times as they come by: one counter of whole seconds, however many there are."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime


class Durations:
    """Times in seconds. The mean is of the exact times, order statistics are of whole seconds (cut, not rounded)."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._sum_ms = 0

    def add(self, seconds: float, times: int = 1) -> None:
        """One more, or with -1 one less. Clocks that disagree do not make a time negative."""
        seconds = max(0.0, seconds)
        self._seconds[int(seconds)] += times
        self._sum_ms += times * round(seconds * 1000)

    def between(self, start: datetime, end: datetime) -> None:
        """One more, from two instants."""
        self.add((end - start).total_seconds())

    def take(self, other: "Durations") -> None:
        """All of another's times besides."""
        self._seconds.update(other._seconds)
        self._sum_ms += other._sum_ms

    @property
    def count(self) -> int:
        """How many there are."""
        return self._seconds.total()

    def mean(self) -> float | None:
        """The mean to a hundredth of a second."""
        return round(self._sum_ms / 1000 / self.count, 2) if self.count else None

    def median(self) -> int | float | None:
        """The middle one, or halfway between the two in the middle."""
        if not self.count:
            return None
        low, high = self._nth((self.count - 1) // 2), self._nth(self.count // 2)
        return low if low == high else (low + high) / 2

    def percentile(self, percent: int) -> int | None:
        """The smallest whole second that at least this share of the times does not exceed (nearest rank)."""
        return self._nth(-(-self.count * percent // 100) - 1) if self.count else None

    def longest(self) -> int | None:
        """The longest of all; never thrown away as an error."""
        return max((second for second, count in self._seconds.items() if count), default=None)

    def bands(self, edges: Sequence[int]) -> list[int]:
        """How many lie below the first edge, from each edge to the next, and from the last edge on."""
        bands = [0] * (len(edges) + 1)
        for second, count in self._seconds.items():
            bands[bisect_right(edges, second)] += count
        return bands

    def _nth(self, place: int) -> int:
        for second in sorted(self._seconds):
            place -= self._seconds[second]
            if place < 0:
                return second
        raise IndexError(place)
