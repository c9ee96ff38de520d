"""Nobody may crowd the others out: each principal has a bucket of requests that refills at a steady rate."""

from collections import OrderedDict
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import Clock


class LimitSettings(BaseModel):
    """Requests a second that each principal may make for long, and at once; and how many principals are remembered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 200.0
    at_once: Annotated[int, Field(ge=1)] = 400
    remembered: Annotated[int, Field(ge=1)] = 10_000


class _Bucket(NamedTuple):
    left: float
    seen: datetime


class RateLimit:
    """Token buckets by principal, the longest unseen forgotten first: forgetting one only refills it."""

    def __init__(self, settings: LimitSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, subject: str) -> float:
        """Take one request; the seconds to wait when there is none left, else 0."""
        now = self._clock.now()
        left = self._left(subject, now)
        wait = 0.0 if left >= 1 else (1 - left) / self._settings.per_second
        self._buckets[subject] = _Bucket(left if wait else left - 1, now)
        self._buckets.move_to_end(subject)
        if len(self._buckets) > self._settings.remembered:
            self._buckets.popitem(last=False)
        return wait

    def _left(self, subject: str, now: datetime) -> float:
        bucket = self._buckets.get(subject)
        if bucket is None:
            return float(self._settings.at_once)
        refill = max(0.0, (now - bucket.seen).total_seconds()) * self._settings.per_second
        return min(float(self._settings.at_once), bucket.left + refill)
