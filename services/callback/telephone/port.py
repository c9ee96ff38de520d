"""What callback asks of a telephone, whoever or whatever dials."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RingOrder:
    """Ring this number until `give_up_at`. The same `attempt_id` is rung once, however often the order is given."""

    review: str
    attempt: int
    attempt_id: str
    number: str
    give_up_at: datetime


class Telephone(Protocol):
    """Something that rings. It tells the service what came of it (`EndRinging`), at least once or never: what a crash leaves
    unsaid becomes an unknown outcome by the review's own timer.
    """

    def ring(self, order: RingOrder) -> None:
        """Begin to ring and return at once."""
        ...
