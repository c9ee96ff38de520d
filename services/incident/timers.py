"""What a timer of this service asks for when it is due; pure."""

from typing import Any

from chassis.host import Timer
from contracts.incident.incidents import Danger
from services.incident.cases.waiting import LookAt, RaiseAgain
from services.incident.domain.backlog import custody, escalation
from services.incident.domain.backlog.task import PassDue
from services.incident.domain.commands import NoteDanger
from services.incident.domain.handing.concern import PassAnswer
from services.incident.domain.handing.transfer import PassWait
from services.incident.domain.record.logbook import PassDraft


def on_timer(timer: Timer) -> Any:
    """The command of a timer; LookupError for a name no state of this service owes."""
    kind, _, tail = timer.stream.partition("-")
    incident = f"incident-{tail}"
    match kind, timer.name:
        case "incident", name if name.partition(" ")[0] in set(Danger):
            return NoteDanger(incident, Danger(name.partition(" ")[0]))
        case "escalation", escalation.CLIMB:
            return escalation.Climb(incident)
        case "escalation", escalation.AGAIN:
            return RaiseAgain(incident)
        case "task", _:
            return PassDue(timer.stream)
        case "custody", custody.SILENCE:
            return LookAt(incident)
        case "custody", custody.HAND_OVER:
            return custody.PassOffer(incident)
        case "log", entry:
            return PassDraft(incident, entry)
        case "transfer", _:
            return PassWait(tail)
        case "concern", _:
            return PassAnswer(incident)
        case _:
            raise LookupError(f"nothing here owes a timer {timer.name!r} of {kind}")
