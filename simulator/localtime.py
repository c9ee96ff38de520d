"""Times without a zone become instants: the hour that comes twice is told apart by what happened just before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_JITTER = timedelta(minutes=5)
"""Two clocks of one source may disagree by this much without an hour having passed."""
_HALF_A_DAY = timedelta(hours=12)


class LocalTime:
    """The wall clock of one place."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def instant(self, wall: datetime, after: datetime | None = None) -> datetime:
        """The instant of a wall time; in the hour that comes twice, the first one that is not before `after`."""
        first = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if after is None or first >= after - _JITTER:
            return first
        second = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        return second if second >= after - _JITTER else first


def nearest_day(wall: datetime, before: datetime) -> datetime:
    """A time of day without a date, moved to the day on which it lies nearest to the time before it in its row."""
    if before - wall > _HALF_A_DAY:
        return wall + timedelta(days=1)
    if wall - before > _HALF_A_DAY:
        return wall - timedelta(days=1)
    return wall
