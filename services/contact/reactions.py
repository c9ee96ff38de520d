"""Contact listens to telephony alone: it hears no other service."""

from collections.abc import Sequence

from contracts.envelope import Envelope, Event
from services.contact.domain.calls.facts import CallCommand

HEEDS: frozenset[type[Event]] = frozenset()
"""What `react` answers to: nothing."""


def react(heard: Envelope[Event]) -> Sequence[CallCommand]:
    """Nothing follows from what others say."""
    return ()
