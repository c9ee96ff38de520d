"""A person dials: the worklist shows whom to ring, and the outcome comes in by HTTP."""

from services.callback.domain.gate import Permit


class ManualTelephone:
    """Does nothing by itself: the recorded start of the attempt is the order, and a call handler reads it on the worklist."""

    def ring(self, permit: Permit) -> None:
        """A person will see to it, or the attempt ends as unknown."""

    def hang_up(self, attempt_id: str) -> None:
        """A person reads on the worklist that the ring is to stop."""
