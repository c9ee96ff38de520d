"""Supervisors who see to it that every review ends: they decide and acknowledge what was handed to them, and close.

How long they take is a design reading; the Met spends about 15 minutes on the risk of one abandoned call (DOMAIN section 2).
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from contracts.callback.reviews import ReviewClosed, ReviewEscalated
from contracts.envelope import Envelope, Event
from contracts.incident.backlog import EscalationRaised
from contracts.incident.incidents import IncidentOpened, Origin
from services.callback.domain.commands import CloseReview
from services.incident.domain.backlog.escalation import Acknowledge
from services.incident.domain.commands import Close
from simulator.script import Stimulus

DECIDES_S = (300, 1500)
ELSEWHERE_S = (1500, 3600)
"""Nobody says that all is well while the telephone may still ring: three attempts and a talk take a quarter of an hour."""
ACKNOWLEDGES_S = (5, 30)
BY = "supervisor-1"


class Supervisors:
    """Those on duty. Remembers the reviews for which somebody was sent: these end with their incident, not by decision.

    With `units_elsewhere` nobody is on duty here: an incident asked for by a review is dealt with by others, and closed when
    they say so. Without `acknowledges` escalations of incidents are for others to answer.
    """

    def __init__(self, seed: int, units_elsewhere: bool = False, acknowledges: bool = True) -> None:
        self._seed, self._units_elsewhere, self._acknowledges = seed, units_elsewhere, acknowledges
        self._deployed: set[str] = set()

    def heard(self, envelope: Envelope[Event]) -> Iterator[Stimulus]:
        """What a supervisor does about an event."""
        match envelope.event:
            case ReviewEscalated(deploy=True, review=review):
                self._deployed.add(review)
            case ReviewEscalated(review=review) if review not in self._deployed:
                close = CloseReview(review=review, by=BY, reason="nothing known speaks for a risk; number kept under watch")
                yield self._later(envelope, "callback", close, f"supervisor:{self._seed}:{review}", DECIDES_S)
            case ReviewClosed(review=review):
                self._deployed.discard(review)
            case IncidentOpened(origin=Origin.REVIEW, incident=incident) if self._units_elsewhere:
                close_incident = Close(
                    incident, "dealt with elsewhere", "checked by those sent", BY, welfare="seen by those sent, all in order"
                )
                yield self._later(envelope, "incident", close_incident, f"supervisor:{self._seed}:{incident}", ELSEWHERE_S)
            case EscalationRaised(incident=incident, number=number, role=role) if self._acknowledges:
                acknowledged = Acknowledge(incident, BY, role, "the next unit that is free goes")
                within = (0, 0) if self._units_elsewhere else ACKNOWLEDGES_S
                yield self._later(envelope, "incident", acknowledged, f"supervisor:{self._seed}:{incident}:{number}", within)
            case _:
                pass

    def _later(self, envelope: Envelope[Event], service: str, command: object, cause: str, within: tuple[int, int]) -> Stimulus:
        return Stimulus(envelope.recorded + timedelta(seconds=Random(cause).randint(*within)), service, command, cause, BY)
