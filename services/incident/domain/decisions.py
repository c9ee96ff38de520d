"""What an incident does with what is asked of it; which module decides, by the kind of command."""

from datetime import datetime

from contracts.envelope import Event
from contracts.refusals import Invalid, NotFound
from services.incident.domain import closing, following, grading, opening
from services.incident.domain.commands import (
    AdvancePromise,
    Close,
    Command,
    Grade,
    MarkMerged,
    MarkUnmerged,
    NoteAllocated,
    NoteCallBack,
    NoteDanger,
    NoteLeft,
    NoteOnScene,
    NoteVulnerability,
    OpenForEmergency,
    OpenForReview,
    OpenIncident,
    RecordDelay,
    Regrade,
    Reopen,
    RequestResources,
)
from services.incident.domain.incident import Incident


def decide(state: Incident | None, command: Command, now: datetime) -> list[Event]:
    """The events that obey the command; none when nothing would change. Raises Refused with what is allowed instead."""
    match command:
        case OpenIncident():
            return opening.open_once(state, command, now)
        case OpenForReview():
            return opening.open_for_review(state, command)
        case OpenForEmergency():
            return opening.open_for_emergency(state, command)
        case NoteOnScene() | NoteAllocated() | NoteLeft() | NoteCallBack() | NoteDanger():
            return [] if state is None else following.follow(state, command, now)
        case _:
            known = _known(state, command.incident)
            return _asked(known, command, _happened(known, command.at, now))


def _happened(state: Incident, at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now:
        raise Invalid(
            "in-the-future",
            "Nothing is recorded before it happened.",
            (f"a time up to {now.isoformat(timespec='seconds')}", "no time: now"),
        )
    if at < state.reported_at and not state.outside:
        raise Invalid(
            "before-the-report",
            "That is before it was reported.",
            (f"a time from {state.reported_at.isoformat(timespec='seconds')} on",),
        )
    return at


def _asked(state: Incident, command: Command, at: datetime) -> list[Event]:
    match command:
        case Grade():
            return grading.grade(state, command, at)
        case Regrade():
            return grading.regrade(state, command, at)
        case RequestResources():
            return grading.request(state, command, at)
        case NoteVulnerability() | RecordDelay() | AdvancePromise():
            return grading.note(state, command, at)
        case Close():
            return closing.close(state, command, at)
        case Reopen():
            return closing.reopen(state, command, at)
        case MarkMerged():
            return closing.merge(state, command, at)
        case MarkUnmerged():
            return closing.unmerge(state, command, at)
        case _:
            raise LookupError(f"nothing decides {type(command).__name__}")


def _known(state: Incident | None, incident: str) -> Incident:
    if state is None:
        raise NotFound("unknown-incident", f"There is no incident {incident}.", ("open",))
    return state
