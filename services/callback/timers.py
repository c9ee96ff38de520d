"""What a timer of this service asks for when it is due, by the kind of stream that owes it; pure."""

from typing import Any

from chassis.host import Timer
from services.callback.domain.commands import EndEmergencyPeriod, GiveUpWaiting, PassDeadline, StartAttempt
from services.callback.harvest.turns import GiveTurns
from services.callback.reconciliation.carried import LookForReview
from services.callback.texts.message import PassDelivery, PassReply
from services.callback.worklist.commands import ClimbAlarm, PassAcknowledgement, PassSilence, PassTaking, RepeatAlarm


def on_timer(timer: Timer) -> Any:
    """What a timer that is due asks for; LookupError for one that nothing owes."""
    kind, _, identity = timer.stream.partition("-")
    match kind, timer.name:
        case "review", "attempt":
            return StartAttempt(review=identity)
        case "review", "unknown":
            return GiveUpWaiting(review=identity)
        case "review", "deadline":
            return PassDeadline(review=identity)
        case "review", "emergency":
            return EndEmergencyPeriod(review=identity)
        case "item", "silence":
            return PassSilence(review=identity)
        case "item", "acknowledgement":
            return PassAcknowledgement(review=identity)
        case "item", "taking":
            return PassTaking(review=identity)
        case "item", "climb":
            return ClimbAlarm(review=identity)
        case "item", "again":
            return RepeatAlarm(review=identity)
        case "carried", "orphan":
            return LookForReview(carried=identity)
        case "text", "delivery":
            return PassDelivery(text_id=identity)
        case "text", "reply":
            return PassReply(text_id=identity)
        case "turns", "turns":
            return GiveTurns()
        case _:
            raise LookupError(f"{kind} owes no timer {timer.name!r}")
