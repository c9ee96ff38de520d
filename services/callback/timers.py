"""The command of each timer, by the kind of stream that owes it."""

from typing import Any

from chassis.host import Timer
from services.callback import reactions
from services.callback.harvest.turns import GiveTurns


def on_timer(timer: Timer) -> Any:
    """What a timer that is due asks for; LookupError for one that nothing owes."""
    match timer.stream.partition("-")[0], timer.name:
        case "review", _:
            return reactions.on_timer(timer)
        case "turns", "turns":
            return GiveTurns()
        case kind, name:
            raise LookupError(f"{kind} owes no timer {name!r}")
