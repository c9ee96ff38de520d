"""What a service is given of the world outside, in real time and in time-lapse alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chassis.clock import Clock
from chassis.metrics import Metrics
from chassis.sip_settings import Sip


class After(Protocol):
    """Does something after a delay in seconds, by whatever clock is in force."""

    def __call__(self, seconds: float, act: Callable[[], None], /) -> None: ...


class Tell(Protocol):
    """Gives the service a command that comes from an adapter of its own (a telephone), without waiting for it.

    `cause` identifies what happened out there, so that telling it twice changes nothing.
    """

    def __call__(self, command: object, cause: str, actor: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """The outside of one service. `reference(kind, value)` is the keyed reference of a personal value.

    `handset_key` is the key of the seals on positions that handsets send, if the force has one.
    """

    force: str
    reference: Callable[[str, str], str]
    after: After
    tell: Tell
    clock: Clock
    policy: Path | None = None
    telephone: str = "simulated"
    sip: Sip | None = None
    metrics: Metrics | None = None
    handset_key: bytes | None = None
