"""The command of each timer, by the kind of stream that owes it."""

from typing import Any

from chassis.host import Timer
from services.callback import reactions
from services.callback.harvest.turns import GiveTurns
from services.callback.reconciliation.carried import LookForReview
from services.callback.texts.message import PassDelivery, PassReply
from services.callback.worklist.commands import ClimbAlarm, PassAcknowledgement, PassSilence, PassTaking, RepeatAlarm


def on_timer(timer: Timer) -> Any:
    """What a timer that is due asks for; LookupError for one that nothing owes."""
    match timer.stream.partition("-")[0], timer.name:
        case "review", _:
            return reactions.on_timer(timer)
        case "item", "silence":
            return PassSilence(review=timer.stream.removeprefix("item-"))
        case "item", "acknowledgement":
            return PassAcknowledgement(review=timer.stream.removeprefix("item-"))
        case "item", "taking":
            return PassTaking(review=timer.stream.removeprefix("item-"))
        case "item", "climb":
            return ClimbAlarm(review=timer.stream.removeprefix("item-"))
        case "item", "again":
            return RepeatAlarm(review=timer.stream.removeprefix("item-"))
        case "carried", "orphan":
            return LookForReview(carried=timer.stream.removeprefix("carried-"))
        case "text", "delivery":
            return PassDelivery(text_id=timer.stream.removeprefix("text-"))
        case "text", "reply":
            return PassReply(text_id=timer.stream.removeprefix("text-"))
        case "turns", "turns":
            return GiveTurns()
        case kind, name:
            raise LookupError(f"{kind} owes no timer {name!r}")
