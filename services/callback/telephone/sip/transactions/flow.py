"""What a transaction asks of a transport."""

from collections.abc import Callable
from typing import Protocol

from services.callback.telephone.sip.wire.address import Carrier
from services.callback.telephone.sip.wire.message import Message


class Flow(Protocol):
    """The way to one remote place and back. `here` is where it can reach us."""

    @property
    def carrier(self) -> Carrier:
        """What carries the messages."""
        ...

    @property
    def here(self) -> tuple[str, int]:
        """Our host and port, for Via and Contact."""
        ...

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        """Send, without waiting. `failed` is called once, later, if it surely did not go out."""
        ...
