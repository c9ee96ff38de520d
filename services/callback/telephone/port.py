"""What callback asks of a telephone, whoever or whatever dials."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.callback.domain.commands import EndRinging, RecordOutcome


@dataclass(frozen=True, slots=True)
class RingOrder:
    """Ring this number until `give_up_at`. The same `attempt_id` is rung once, however often the order is given."""

    review: str
    attempt: int
    attempt_id: str
    number: str
    give_up_at: datetime


Report = Callable[[EndRinging | RecordOutcome, str], None]
"""How a telephone says what came of it: a command, and a cause that is the same when it is said again. Must not block."""


class Telephone(Protocol):
    """Something that rings. What a crash leaves unsaid becomes an unknown outcome by the review's own timer."""

    def ring(self, order: RingOrder) -> None:
        """Begin to ring and return at once; the outcome is reported later, at least once or never."""
        ...
