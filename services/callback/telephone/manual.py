"""A person dials: the worklist shows whom to ring, and the outcome comes in by HTTP."""

from services.callback.telephone.port import RingOrder


class ManualTelephone:
    """Does nothing by itself: the recorded start of the attempt is the order, and a call handler reads it on the worklist."""

    def ring(self, order: RingOrder) -> None:
        """A person will see to it, or the attempt ends as unknown."""
