"""What a time-lapse is played from: stimuli in the order of time, and actors that answer to what the services say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.envelope import Envelope, Event
from simulator.set_aside import SetAside


@dataclass(frozen=True, slots=True)
class Stimulus:
    """One command from outside, given to a service at an instant.

    `at` is when the service hears it; the command's own `at` is when it happened by its source's clock, which may be earlier.
    `cause` is made from file and row, or from seed and counter, so the same input gives the same event ids.
    """

    at: datetime
    service: str
    command: object
    cause: str
    actor: str = "simulator"


class InputRefused(Exception):
    """The input as a whole cannot be used; the message says what it should be. No personal data."""


class Script(Protocol):
    """An input of the time-lapse. Its memory does not grow with the length of what it plays."""

    set_aside: SetAside
    zone: str
    """The zone of the hours in figures and report."""
    total: int
    """How many rows or calls there are to play."""

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From when to when they begin: for a progress bar that follows the clock. None: there are none."""
        ...

    def stimuli(self) -> Iterator[Stimulus]:
        """Everything that comes by itself, lazily and in order of `at`. Can be asked for once."""
        ...

    def heard(self, envelope: Envelope[Event]) -> Iterable[Stimulus]:
        """What the people outside do about an event that any service published, at or after its recorded time."""
        ...

    def close(self) -> None:
        """Let scratch files go."""
        ...
