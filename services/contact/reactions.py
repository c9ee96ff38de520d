"""Contact listens to telephony alone: it hears no other service. Its timers are alarms about what did not happen."""

from collections.abc import Sequence

from chassis.host import Timer
from contracts.contact.contacts import Stage
from contracts.envelope import Envelope, Event
from services.contact.domain.calls.facts import CallCommand
from services.contact.domain.desks.contacting import NoteOverdue
from services.contact.domain.desks.feed import NoteSilence
from services.contact.domain.desks.promise import NoteBroken

Due = NoteSilence | NoteOverdue | NoteBroken

HEEDS: frozenset[type[Event]] = frozenset()
"""What `react` answers to: nothing."""


def react(heard: Envelope[Event]) -> Sequence[CallCommand]:
    """Nothing follows from what others say."""
    return ()


def on_timer(timer: Timer) -> Due:
    """The command of a timer of a feed, a contact or a promise; LookupError for a name that none of them owes."""
    kind, _, identity = timer.stream.partition("-")
    match kind, timer.name:
        case "feed", "silence":
            return NoteSilence(feed=identity)
        case "contact", "taking" | "action":
            return NoteOverdue(contact=identity, waits_for=Stage(timer.name))
        case "promise", "due":
            return NoteBroken(promise=identity)
        case _:
            raise LookupError(f"contact owes no timer {timer.name!r} of a {kind}")
