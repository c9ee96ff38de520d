"""Contact listens to telephony alone: it hears no other service and owes no timers."""

from collections.abc import Sequence

from chassis.host import Timer
from contracts.envelope import Envelope, Event
from services.contact.domain.facts import CallCommand

HEEDS: frozenset[type[Event]] = frozenset()
"""What `react` answers to: nothing."""


def react(heard: Envelope[Event]) -> Sequence[CallCommand]:
    """Nothing follows from what others say."""
    return ()


def on_timer(timer: Timer) -> CallCommand:
    """Contact's states owe nothing, so a timer here is a programming error."""
    raise LookupError(f"contact owes no timer {timer.name!r}")
