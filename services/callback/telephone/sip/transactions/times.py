"""How long SIP waits (RFC 3261 table 4): the protocol's own numbers, the same for every force."""

from collections.abc import Callable
from typing import Protocol

T1 = 0.5
"""A guess at the round trip."""
T2 = 4.0
"""The longest pause between two repeats."""
T4 = 5.0
"""How long a message can wander through the network."""
LIMIT = 64 * T1
"""Timers B, D, F, H, J, L and M: 32 seconds."""


class Handle(Protocol):
    """Something that will be done unless it is cancelled."""

    def cancel(self) -> None:
        """It is not done."""
        ...


class Later(Protocol):
    """Does something after so many seconds; an event loop's `call_later` is one."""

    def __call__(self, seconds: float, act: Callable[[], None], /) -> Handle: ...


class Timers:
    """The running timers of one owner, by name: set again they start anew, and all of them end together."""

    def __init__(self, later: Later) -> None:
        self._later = later
        self._running: dict[str, Handle] = {}

    def set(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Start a timer."""
        self.stop(name)
        self._running[name] = self._later(seconds, act)

    def stop(self, *names: str) -> None:
        """End these timers; without a name all of them."""
        for name in names or tuple(self._running):
            if (handle := self._running.pop(name, None)) is not None:
                handle.cancel()
