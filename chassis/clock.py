"""The only source of the present moment: wall time, or a time that is moved by hand."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time. Always UTC with zone."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class SystemClock:
    """Wall time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A time that only moves when told, and never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Jump forward; a moment already past leaves the time as it is."""
        self._now = max(self._now, instant)

    def move_by(self, step: timedelta) -> None:
        """Jump forward by a duration."""
        self.move_to(self._now + step)
