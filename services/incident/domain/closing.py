"""How an incident ends, begins again, or is worked on under another record; nothing of it is ever deleted."""

from datetime import datetime

from contracts.envelope import Event
from contracts.incident.incidents import IncidentClosed, IncidentMerged, IncidentReopened, IncidentUnmerged
from contracts.refusals import Invalid, Refused
from services.incident.domain.commands import Close, MarkMerged, MarkUnmerged, Reopen
from services.incident.domain.grading import open_or_refuse
from services.incident.domain.incident import Incident, allowed

DUPLICATE = "duplicate"
"""The closing code of a record of something that is on another record: there must be that other record."""


def close(state: Incident, command: Close, at: datetime) -> list[Event]:
    """Refused, with the reasons, while anything about it is pending; and without knowing that all are well."""
    if state.closing_code == command.closing_code:
        return []
    if state.outside:
        if state.closed_at is not None:
            raise Refused("closed", "The incident is closed: another closing code comes too late.", ())
        return [_closed(state, command, at)]
    open_or_refuse(state, "another closing code")
    if not command.reason.strip():
        raise Invalid("reason-needed", "Closing needs a reason.")
    holds = (*_own_holds(state), *command.holds)
    if holds:
        raise Refused("pending", f"It cannot be closed: {'; '.join(holds)}.", ("settle what is pending", *allowed(state)[:-1]))
    if state.welfare_unknown and state.on_scene_at is None and not (command.welfare or "").strip():
        raise Refused(
            "welfare-unknown",
            "Nobody got there: say in welfare how it was established that whoever called is well.",
            ("close with welfare", "resources"),
        )
    return [_closed(state, command, at)]


def _own_holds(state: Incident) -> tuple[str, ...]:
    there = tuple(unit for unit in state.at_scene if unit in state.working)  # a late word of one that has left holds nothing
    scene = (f"{', '.join(there)} at the scene",) if there else ()
    ringing = ("a ring back to the caller is pending",) if state.ringing else ()
    return (*scene, *ringing)


def _closed(state: Incident, command: Close, at: datetime) -> IncidentClosed:
    return IncidentClosed(
        at=at,
        incident=state.incident,
        closing_code=command.closing_code,
        reason=command.reason,
        by=command.by,
        qualifiers=command.qualifiers,
        welfare=command.welfare,
    )


def reopen(state: Incident, command: Reopen, at: datetime) -> list[Event]:
    """Everything is as it was before the closing, the clocks of the first report included."""
    if state.closed_at is None:
        return []
    if state.outside:
        raise Refused("outside", "Another control room runs it, and says itself when it goes on.", ())
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say why it is worked on again.")
    return [IncidentReopened(at=at, incident=state.incident, reason=command.reason, by=command.by)]


def merge(state: Incident, command: MarkMerged, at: datetime) -> list[Event]:
    """Work on it under another record. Not while units work for this one: they would be lost to sight."""
    if state.merged_into == command.into:
        return []
    open_or_refuse(state, "a merger")
    if state.working:
        raise Refused("units-working", "Units work for this record: merge the other one into it.", ("merge the other way",))
    return [IncidentMerged(at=at, incident=state.incident, into=command.into, reason=command.reason, by=command.by)]


def unmerge(state: Incident, command: MarkUnmerged, at: datetime) -> list[Event]:
    """It stands on its own again, with its own clocks."""
    if state.merged_into is None:
        raise Refused("not-merged", "This record stands on its own.", allowed(state))
    return [IncidentUnmerged(at=at, incident=state.incident, into=state.merged_into, reason=command.reason, by=command.by)]
