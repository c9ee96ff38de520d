"""What callback asks of whoever sends texts: the port, a person, and a simulation."""

import hashlib
from collections.abc import Callable
from typing import Protocol

from chassis.world import After, Tell
from contracts.callback.texts import Delivery
from services.callback.domain.gate import TextPermit
from services.callback.texts.message import ReportDelivery


class Messenger(Protocol):
    """Something that sends texts. It takes what the safety gate let through and nothing else, and tells the service what became
    of it (`ReportDelivery`), at least once or never.
    """

    def send(self, permit: TextPermit) -> None:
        """Begin to send and return at once."""
        ...


class ManualMessenger:
    """Does nothing by itself: a person reads the words on the list and sends them, or the delivery stays unknown."""

    def send(self, permit: TextPermit) -> None:
        """A person will see to it."""


class SimulatedMessenger:
    """Texts nobody. What becomes of a text is a fixed function of its identity: the same run goes the same way again."""

    def __init__(self, tell: Tell, after: After, seconds: float = 5, undelivered_in_100: int = 8) -> None:
        self._tell = tell
        self._after = after
        self._seconds = seconds
        self._undelivered = undelivered_in_100

    def send(self, permit: TextPermit) -> None:
        """Say a little later whether it arrived."""
        drawn = hashlib.sha256(permit.text_id.encode()).digest()[0] * 100 // 256
        delivery = Delivery.UNDELIVERED if drawn < self._undelivered else Delivery.DELIVERED
        self._after(self._seconds, self._told(permit.text_id, delivery))

    def _told(self, text_id: str, delivery: Delivery) -> Callable[[], None]:
        return lambda: self._tell(ReportDelivery(text_id=text_id, delivery=delivery), f"messenger {text_id}", "messenger")
