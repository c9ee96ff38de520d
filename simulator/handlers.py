"""What call handlers do while they talk: open an incident, grade it, ask for units, or settle the matter on the telephone.

Sources: on 23 June 2018 North Yorkshire recorded 690 incidents from 1,231 calls (its own "24 hours"): 56 %. The grades are the
national set (DOMAIN section 5). How incidents divide among the grades, and how long it takes to see what a call is about, is a
design reading.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from random import Random

from contracts.contact.calls import Line
from contracts.incident.incidents import Origin
from contracts.places import Location, LocationSource
from services.incident.application import incident_id
from services.incident.domain.commands import Close, Grade, OpenIncident, Regrade, RequestResources
from simulator.script import Stimulus
from simulator.switchboard import Talk

INCIDENTS_IN_100: Mapping[Line, int] = {Line.EMERGENCY: 75, Line.NON_EMERGENCY: 50}
IMMEDIATE, PRIORITY, SCHEDULED, RESOLVED = "Immediate", "Priority", "Scheduled", "Resolution without deployment"
GRADES: Mapping[Line, Mapping[str, int]] = {
    Line.EMERGENCY: {IMMEDIATE: 35, PRIORITY: 40, SCHEDULED: 10, RESOLVED: 15},
    Line.NON_EMERGENCY: {IMMEDIATE: 3, PRIORITY: 17, SCHEDULED: 20, RESOLVED: 60},
}
RAISED_IN_100 = 4
OPENING_CODES: Mapping[str, int] = {
    "anti-social behaviour: nuisance": 16,
    "anti-social behaviour: personal": 7,
    "public safety: concern for safety": 22,
    "public safety: suspicious circumstances": 12,
    "public safety: missing person": 4,
    "public safety: domestic incident": 12,
    "transport: road traffic collision": 9,
    "transport: road related offence": 5,
    "crime: violence": 7,
    "crime: theft": 6,
}
"""The categories of the national standard; weights after North Yorkshire's day."""


def reported(seed: int, talk: Talk) -> Iterator[Stimulus]:
    """What follows from one conversation."""
    random = Random(f"{seed}/talk/{talk.call}")
    if random.randrange(100) >= INCIDENTS_IN_100[talk.caller.line]:
        return
    incident = incident_id(Origin.CALL, talk.call)
    at = min(talk.begins + timedelta(seconds=random.randint(30, 90)), talk.ends)
    grade = _drawn(GRADES[talk.caller.line], random)
    opened = OpenIncident(
        incident,
        Origin.CALL,
        talk.call,
        _drawn(OPENING_CODES, random),
        reported_at=talk.begins,
        location=Location(source=LocationSource.SPOKEN, point=talk.caller.at, radius_m=50),
    )
    commands: list[tuple[timedelta, object]] = [
        (timedelta(0), opened),
        (timedelta(0), Grade(incident, grade, talk.handler)),
    ]
    if grade == RESOLVED:
        closed = Close(incident, "resolved on the telephone", "advice given", talk.handler)
        commands.append((talk.ends - at + timedelta(seconds=random.randint(60, 600)), closed))
    else:
        commands.append((timedelta(0), RequestResources(incident)))
    if grade == PRIORITY and random.randrange(100) < RAISED_IN_100:
        raised = Regrade(incident, IMMEDIATE, talk.handler, "the caller says that it is happening now")
        commands.append((timedelta(seconds=random.randint(20, 90)), raised))
    for n, (later, command) in enumerate(commands):
        yield Stimulus(at + later, "incident", command, f"force-day:{seed}:{talk.call}:incident:{n}", talk.handler)


def _drawn(weights: Mapping[str, int], random: Random) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]
