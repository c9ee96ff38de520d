"""Heartbeats tell a loop that waits from a loop that hangs: liveness asks this and never a dependency."""

from collections.abc import Callable


class Heartbeats:
    """When each loop last showed a sign of life. `now` is any clock in seconds that never goes back."""

    def __init__(self, now: Callable[[], float], silent_after_s: float) -> None:
        self._now = now
        self._silent_after_s = silent_after_s
        self._last: dict[str, float] = {}

    def beat(self, name: str) -> None:
        """The loop is alive now; the first time, it is watched from now on."""
        self._last[name] = self._now()

    def forget(self, name: str) -> None:
        """The loop has ended as it should."""
        self._last.pop(name, None)

    def silent(self) -> list[str]:
        """The loops that have not shown themselves for too long, in words."""
        ages = {name: self._now() - last for name, last in list(self._last.items())}
        return [f"loop {name} has been silent for {age:.0f} s" for name, age in ages.items() if age > self._silent_after_s]
