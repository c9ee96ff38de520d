"""The order of the backlog: minutes past the promise times how vulnerable, then age. Within one weight the order never changes.

So each weight keeps its own list, ordered by the end of the promise, and a page is merged from the heads of the lists at one
instant: nothing is ranked again as time goes by.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from contracts.incident.incidents import Vulnerability
from services.incident.domain.backlog.escalation import Escalation
from services.incident.domain.incident import Incident


class Late(NamedTuple):
    """One of those whose promise is broken: `score` is minutes past it, times the weight."""

    score: float
    reported: str
    stream: str


def promised(value: str) -> tuple[datetime, str]:
    """The end of the promise, and when it was reported, out of an entry of the list of a weight."""
    due, _, reported = value.partition(" ")
    return datetime.fromisoformat(due), reported


def score(due: datetime, now: datetime, weight: int) -> float:
    """Minutes past the promise, times the weight."""
    return (now - due).total_seconds() / 60 * weight


def order(late: Late) -> tuple[float, str, str]:
    """The latest first; of equals the oldest."""
    return -late.score, late.reported, late.stream


def reasons(state: Incident, escalation: Escalation | None, now: datetime, weights: Mapping[Vulnerability, int]) -> list[str]:
    """Why it stands where it stands, in words."""
    told = []
    if state.grade is None:
        told.append("nobody has graded it")
    if state.due is not None and state.due <= now:
        clock = "come" if state.working or state.allocate_by is None else "been sent"
        told.append(f"somebody should have {clock} {_minutes(now, state.due)} min ago")
    if state.vulnerability is not Vulnerability.NONE_KNOWN:
        told.append(f"vulnerability {state.vulnerability.value}: counts {weights[state.vulnerability]} times")
    told.append(f"reported {_minutes(now, state.reported_at)} min ago")
    if state.delay is not None:
        told.append(f"delay: {state.delay}")
    if escalation is not None:
        stands = "waits for the" if escalation.pending else "acknowledged, told to the"
        told.append(f"escalation {escalation.number} {stands} {escalation.role}")
    return told


def _minutes(now: datetime, then: datetime) -> int:
    return int((now - then).total_seconds() // 60)
