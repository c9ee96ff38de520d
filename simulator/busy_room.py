"""A control room with more to do than people: some escalations are answered late or by the next one up, callers are rung late.

How many are missed, and how many callers are vulnerable, is a design reading: the inspectorate found both, and counts neither.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from contracts.envelope import Envelope, Event
from contracts.incident.backlog import EscalationAcknowledged, EscalationClimbed, EscalationRaised, TaskDone, TaskOpened
from contracts.incident.incidents import IncidentGraded, Vulnerability
from services.incident.domain.backlog.escalation import Acknowledge
from services.incident.domain.backlog.task import Finish
from services.incident.domain.commands import Close, NoteVulnerability
from simulator.dispatchers import Dispatcher
from simulator.script import Stimulus

MISSED_IN_100 = 30
"""Escalations that those who are told first do not answer in time. Whoever stands at the top always does, in the end."""
AT_THE_TOP_S = (300, 3600)
LATE_TASKS_IN_100 = 15
RAISED_IN_100, HIGH_IN_100 = 10, 5
BY = "duty officer"


class BusyRoom:
    """Those whom escalations and tasks go to."""

    def __init__(self, seed: int, dispatcher: Dispatcher) -> None:
        self._seed, self._dispatcher = seed, dispatcher

    def heard(self, envelope: Envelope[Event]) -> Iterator[Stimulus]:
        """What they do about an event of the incident service, sooner or later."""
        now = envelope.recorded
        random = Random(f"{self._seed}/room/{envelope.id}")
        match envelope.event:
            case IncidentGraded(incident=incident):
                yield from self._vulnerable(incident, now, random, envelope.id)
            case EscalationRaised() | EscalationClimbed() as event:
                yield from self._acknowledge(event, now, random, envelope.id)
            case TaskOpened(task=task, due=due):
                at = now + (due - now) * random.uniform(0.2, 0.9)
                if random.randrange(100) < LATE_TASKS_IN_100:
                    at = due + timedelta(minutes=random.randint(5, 60))
                yield Stimulus(at, "incident", Finish(task, BY, "spoken to, and told how long it will take"), envelope.id, BY)
            case EscalationAcknowledged(incident=incident) | TaskDone(incident=incident) if self._dispatcher.ending(incident):
                close = Close(incident, "dealt with", "the last unit is clear", BY, welfare="seen by the unit that went")
                yield Stimulus(now + timedelta(minutes=15), "incident", close, envelope.id, BY)
            case _:
                pass

    def _vulnerable(self, incident: str, now: datetime, random: Random, cause: str) -> Iterator[Stimulus]:
        place = random.randrange(100)
        if place < RAISED_IN_100 + HIGH_IN_100:
            level = Vulnerability.HIGH if place < HIGH_IN_100 else Vulnerability.RAISED
            noted = NoteVulnerability(incident, level, ("as the caller said",), BY)
            yield Stimulus(now + timedelta(seconds=10), "incident", noted, cause, BY)

    def _acknowledge(
        self, event: EscalationRaised | EscalationClimbed, now: datetime, random: Random, cause: str
    ) -> Iterator[Stimulus]:
        if event.acknowledge_by is None:
            at = now + timedelta(seconds=random.randint(*AT_THE_TOP_S))
        elif random.randrange(100) < MISSED_IN_100:
            return
        else:
            at = now + (event.acknowledge_by - now) * random.uniform(0.1, 0.9)
        yield Stimulus(at, "incident", Acknowledge(event.incident, BY, event.role, "the next unit that is free goes"), cause, BY)
