"""Looks for records that may be of the same thing: in the cells of the map around it, and among those of its hours."""

from collections.abc import Iterator
from datetime import timedelta

from chassis.host import Entry, Host
from services.incident.domain.incident import Incident
from services.incident.domain.record.likeness import Alike, What, alike
from services.incident.domain.room import Likeness
from services.incident.domain.standing import text
from services.incident.streams import INCIDENT

AT_MOST = 10
LOOKED_AT = 500
"""How many of the same hours are compared: those nearest in time first."""


def suggestions(host: Host, state: Incident, rules: Likeness) -> list[Alike]:
    """The likeliest, at most ten."""
    what = What(state.incident, state.reported_at, state.place, state.opening_code, state.summary)
    streams = dict.fromkeys((*_same_cell(host, state), *_same_hours(host, state, rules)))
    others = (host.load(INCIDENT, stream).state for stream in streams)
    found = (alike(what, other, rules) for other in others if other is not None)
    return sorted((one for one in found if one is not None), key=lambda one: (-one.score, one.incident))[:AT_MOST]


def _same_cell(host: Host, state: Incident) -> Iterator[str]:
    for cell in state.cells:
        yield from (entry.stream for entry in host.find("cell", cell, limit=LOOKED_AT))


def _same_hours(host: Host, state: Incident, rules: Likeness) -> Iterator[str]:
    """The later half first: what came just before matters as much as what came just after."""
    span = timedelta(minutes=rules.within_min)
    after, until = Entry(text(state.reported_at - span), ""), text(state.reported_at + span)
    yield from (entry.stream for entry in host.find("reported", after=after, limit=LOOKED_AT) if entry.value <= until)
