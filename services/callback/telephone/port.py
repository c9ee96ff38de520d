"""What callback asks of a telephone, whoever or whatever dials."""

from typing import Protocol

from services.callback.domain.gate import Permit


class Telephone(Protocol):
    """Something that rings, on the safety gate's permit alone. It tells the service what came of it (`EndRinging`), at least
    once or never: what a crash leaves unsaid becomes an unknown outcome by the review's own timer.
    """

    def ring(self, permit: Permit) -> None:
        """Begin to ring and return at once. A permit is good for one ring, however often it is shown."""
        ...

    def hang_up(self, attempt_id: str) -> None:
        """Stop ringing and return at once; what became of it is still told. Of a ring that is over or unknown: nothing."""
        ...
