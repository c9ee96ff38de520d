"""What follows from an incident's state: the clocks that are watched, and where it is found and stands in the backlog."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from contracts.incident.incidents import Danger
from services.incident.domain.incident import Incident


def owes(state: Incident) -> Mapping[str, datetime]:
    """When somebody higher is told that nobody was sent, or that nobody came. The first word of a name is the danger."""
    if not state.waiting or state.attend_by is None:
        return {}
    timers: dict[str, datetime] = {}
    if Danger.OVERDUE not in state.dangers:
        timers[_timer(state, Danger.OVERDUE)] = state.attend_by
    if not state.working and state.escalate_at is not None and Danger.UNALLOCATED not in state.dangers:
        timers[_timer(state, Danger.UNALLOCATED)] = state.escalate_at
    return timers


def _timer(state: Incident, danger: Danger) -> str:
    """A clock that is watched anew is another timer, though it runs out at the same instant."""
    return f"{danger.value} {state.watches}"


def index(state: Incident) -> Iterator[tuple[str, str]]:
    """Found by what it was opened from, its number and where it is; while open, in the orders the backlog is read in."""
    yield "origin", state.origin_id
    if state.reference is not None:
        yield "reference", state.reference
    yield from (("cell", cell) for cell in state.cells[:1])
    reported = text(state.reported_at)
    if not state.outside:
        yield "reported", reported
    if not state.live:
        return
    yield "open", f"{state.rank:02d} {reported}"
    if state.outside:
        return
    if state.grade is None:
        yield "ungraded", reported
    if state.due is not None:
        yield f"promised:{state.vulnerability.value}", f"{text(state.due)} {reported}"
        yield "waiting", f"{reported} {text(state.due)} {state.vulnerability.value}"


def text(instant: datetime) -> str:
    """An instant (UTC) as it sorts."""
    return instant.isoformat(timespec="milliseconds")
