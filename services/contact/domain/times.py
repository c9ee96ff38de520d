"""Times of a call in seconds and as text that sorts; clocks of switch and desk may disagree."""

from datetime import UTC, datetime


def waited_s(queued_at: datetime | None, left_at: datetime) -> float:
    """Seconds in the queue. Never queued is 0, and clocks that disagree do not make a wait negative."""
    return 0.0 if queued_at is None else max(0.0, (left_at - queued_at).total_seconds())


def talked_s(answered_at: datetime | None, ended_at: datetime) -> float:
    """Seconds of talk; 0 as long as nobody said when the call was answered."""
    return 0.0 if answered_at is None else max(0.0, (ended_at - answered_at).total_seconds())


def stamp(at: datetime) -> str:
    """An instant as text, in UTC, that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def hour(ref: str, at: datetime) -> str:
    """A number, person or place within one hour: what keeps a search for repeats short however often it has called."""
    return f"{ref} {stamp(at)[:13]}"


def newest_first(ref: str, at: datetime) -> str:
    """A reference with an instant that sorts backwards, so that the first page holds the latest."""
    return f"{ref} {_LAST - int(at.timestamp()):012d}"


_LAST = 999_999_999_999
