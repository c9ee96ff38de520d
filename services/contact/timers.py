"""What a timer of this service asks for when it is due, each an alarm about what did not happen; pure."""

from chassis.host import Timer
from contracts.contact.contacts import Stage
from services.contact.domain.desks.contacting import NoteOverdue
from services.contact.domain.desks.feed import NoteSilence
from services.contact.domain.desks.promise import NoteBroken

Due = NoteSilence | NoteOverdue | NoteBroken


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
