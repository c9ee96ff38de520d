"""What a timer of this service asks for when it is due; pure."""

from chassis.host import Timer
from contracts.dispatch.offers import Answer
from services.dispatch.domain.commands import AnswerOffer, Command, NoteMealMissed, RaiseAlarm


def on_timer(timer: Timer) -> Command:
    """A crew did not answer, a meal was not taken, nobody works for a job."""
    match timer.name:
        case "answer":
            return AnswerOffer(timer.stream, "", Answer.LAPSED, "nobody answered")
        case "meal":
            return NoteMealMissed(timer.stream)
        case "unresourced":
            return RaiseAlarm(timer.stream)
    raise LookupError(f"dispatch owes no timer {timer.name!r}")
