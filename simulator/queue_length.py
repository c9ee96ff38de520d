"""How many wait at once, from joins and leaves that are told a little out of order, forgetting what is long past."""

import heapq
from datetime import datetime, timedelta

_JOIN, _LEAVE = 1, 0
SLACK = timedelta(hours=2)
"""A join or a leave may be told this much late and is still counted in its place."""


class QueueLength:
    """Within one second, who leaves goes before who joins."""

    def __init__(self) -> None:
        self.most = 0
        self.most_at: datetime | None = None
        self._now = 0
        self._pending: list[tuple[datetime, int]] = []

    def joined(self, at: datetime) -> None:
        """Somebody joined the queue."""
        heapq.heappush(self._pending, (at.replace(microsecond=0), _JOIN))

    def left(self, at: datetime) -> None:
        """Somebody left the queue, however."""
        heapq.heappush(self._pending, (at.replace(microsecond=0), _LEAVE))

    def told_until(self, now: datetime) -> None:
        """Count what happened long enough before `now` that nothing earlier can still be told."""
        horizon = now - SLACK
        while self._pending and self._pending[0][0] < horizon:
            self._count()

    def finish(self) -> None:
        """Nothing more will be told."""
        while self._pending:
            self._count()

    def _count(self) -> None:
        at, kind = heapq.heappop(self._pending)
        self._now += 1 if kind == _JOIN else -1
        if self._now > self.most:
            self.most, self.most_at = self._now, at
