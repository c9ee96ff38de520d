"""What an incident does with what is asked of it: opened once, promises run from the first report, closed with its own code."""

from datetime import datetime

from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident import (
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    IncidentRegraded,
    Origin,
    ResourcesRequested,
    UnitOnScene,
)
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.domain.commands import (
    Close,
    Command,
    Grade,
    NoteOnScene,
    OpenForReview,
    OpenIncident,
    Regrade,
    RequestResources,
)
from services.incident.domain.incident import Incident, allowed, on_opened
from services.incident.domain.place import place_of
from services.incident.domain.standard import Standard

ABANDONED_CALL = "abandoned call"
"""The recognised opening category of an incident that began with a call nobody could speak to (NSIR, DOMAIN section 5)."""


def decide(state: Incident | None, command: Command, now: datetime) -> list[Event]:
    """The events that obey the command; none when nothing would change. Raises Refused with what is allowed instead."""
    match command:
        case OpenIncident():
            return [] if state is not None else [_opened(command, command.at or now)]
        case OpenForReview():
            return _open_for_review(state, command)
        case NoteOnScene():
            return _note_on_scene(state, command)
        case Grade():
            return _grade(_known(state, command.incident), command, command.at or now)
        case Regrade():
            return _regrade(_known(state, command.incident), command, command.at or now)
        case RequestResources():
            return _request(_known(state, command.incident), command, command.at or now)
        case Close():
            return _close(_known(state, command.incident), command, command.at or now)


def _known(state: Incident | None, incident: str) -> Incident:
    if state is None:
        raise NotFound("unknown-incident", f"There is no incident {incident}.", ("open",))
    return state


def _open_or_refuse(state: Incident, asked: str) -> None:
    if state.closed_at is not None:
        raise Refused("closed", f"The incident is closed: {asked} comes too late.", allowed(state))


def _opened(command: OpenIncident, at: datetime) -> IncidentOpened:
    return IncidentOpened(
        at=at,
        incident=command.incident,
        origin=command.origin,
        origin_id=command.origin_id,
        opening_code=command.opening_code,
        reported_at=command.reported_at or at,
        force=command.force or "",
        summary=command.summary,
        location=command.location,
        silent_approach=command.silent_approach,
        outside_reference=command.outside_reference,
    )


def _open_for_review(state: Incident | None, command: OpenForReview) -> list[Event]:
    standard = command.standard
    if standard is None:
        raise Invalid("no-top-grade", "The grade set in force has no grade that deploys.")
    story: list[Event] = []
    if state is None:
        opened = _opened(_opening(command), command.at)
        story.append(opened)
        state = on_opened(None, opened)
    if state.closed_at is not None:
        return []  # a person closed it while the review still asked; the closing reaches the review, which then ends
    return story + _raised(state, command, standard) + _asked_for_review(state, command, standard)


def _opening(command: OpenForReview) -> OpenIncident:
    return OpenIncident(
        command.incident,
        Origin.REVIEW,
        command.review,
        ABANDONED_CALL,
        force=command.force,
        location=command.location,
        silent_approach=command.silent_approach,
    )


def _raised(state: Incident, command: OpenForReview, standard: Standard) -> list[Event]:
    """A review never lowers a grade; it raises one that stands below the top."""
    author = f"policy {standard.policy}"
    if state.grade is None:
        return [_graded(state, standard, author, command.reasons, command.at)]
    if state.rank <= standard.rank:
        return []
    return [_regraded(state, standard, author, "; ".join(command.reasons)[:500] or "asked for by a review", command.at)]


def _asked_for_review(state: Incident, command: OpenForReview, standard: Standard) -> list[Event]:
    """Dispatch is asked once, and again when the review knows a place or a danger that dispatch does not."""
    place = place_of(command.location) or state.place
    silent = state.silent_approach or command.silent_approach
    if state.units >= standard.units and (place, silent) == (state.place, state.silent_approach):
        return []
    informed = replace(
        state,
        place=place,
        silent_approach=silent,
        grade=standard.grade,
        rank=standard.rank,
        attend_by=standard.attend_by(state.reported_at),
    )
    return [_requested(informed, max(state.units, standard.units), state.skills or standard.skills, command.at)]


def _grade(state: Incident, command: Grade, at: datetime) -> list[Event]:
    if state.grade == command.grade:
        return []
    standard = _standard(command.standard)
    if state.outside and state.grade is not None:
        return [_regraded(state, standard, command.by, "as the other control room reported", at)]
    if not state.outside:
        _open_or_refuse(state, "a grade")
    if state.grade is not None:
        raise Refused(
            "graded-already", f"The incident is graded {state.grade} already: a change needs a rationale.", allowed(state)
        )
    return [_graded(state, standard, command.by, command.reasons, at)]


def _regrade(state: Incident, command: Regrade, at: datetime) -> list[Event]:
    if not command.rationale.strip():
        raise Invalid("rationale-needed", "A regrade needs a rationale: say what changed.")
    if state.grade is None:
        raise Refused("not-graded", "The incident has no grade to change.", allowed(state))
    if not state.outside:
        _open_or_refuse(state, "a regrade")
    if state.grade == command.grade:
        return []
    return [_regraded(state, _standard(command.standard), command.by, command.rationale, at)]


def _standard(standard: Standard | None) -> Standard:
    if standard is None:
        raise Invalid("unknown-grade", "The grade set in force has no such grade.")
    return standard


def _graded(state: Incident, standard: Standard, by: str, reasons: tuple[str, ...], at: datetime) -> IncidentGraded:
    return IncidentGraded(
        at=at,
        incident=state.incident,
        grade=standard.grade,
        policy=standard.policy,
        by=by,
        reasons=reasons,
        rank=standard.rank,
        allocate_by=standard.allocate_by(state.reported_at),
        attend_by=standard.attend_by(state.reported_at),
    )


def _regraded(state: Incident, standard: Standard, by: str, rationale: str, at: datetime) -> IncidentRegraded:
    return IncidentRegraded(
        at=at,
        incident=state.incident,
        previous=state.grade or "",
        grade=standard.grade,
        policy=standard.policy,
        by=by,
        rationale=rationale,
        rank=standard.rank,
        allocate_by=standard.allocate_by(state.reported_at),
        attend_by=standard.attend_by(state.reported_at),
    )


def _request(state: Incident, command: RequestResources, at: datetime) -> list[Event]:
    _open_or_refuse(state, "a request for units")
    if state.grade is None and not state.outside:
        raise Refused("not-graded", "Grade the incident first: the grade says how fast units must come.", allowed(state))
    standard = command.standard
    if standard is not None and standard.units == 0:
        raise Refused("no-deployment", f"The grade {standard.grade} is resolved without deployment.", ("regrade", "close"))
    units = command.units or (1 if standard is None else standard.units)
    if units < 1:
        raise Invalid("units-below-one", "Ask for at least one unit.")
    skills = command.skills if command.skills is not None else (() if standard is None else standard.skills)
    if (units, skills) == (state.units, state.skills):
        return []
    return [_requested(state, units, skills, at)]


def _requested(state: Incident, units: int, skills: tuple[str, ...], at: datetime) -> ResourcesRequested:
    return ResourcesRequested(
        at=at,
        incident=state.incident,
        units=units,
        grade=state.grade or "not graded",
        rank=state.rank,
        reported_at=state.reported_at,
        skills=skills,
        location=None if state.place is None else state.place.location(),
        silent_approach=state.silent_approach,
        attend_by=state.attend_by,
        outside=state.outside,
    )


def _note_on_scene(state: Incident | None, command: NoteOnScene) -> list[Event]:
    if state is None or state.on_scene_at is not None:
        return []  # not an incident of ours, or not the first word
    return [UnitOnScene(at=command.at, incident=command.incident, unit=command.unit)]


def _close(state: Incident, command: Close, at: datetime) -> list[Event]:
    if state.closing_code == command.closing_code:
        return []
    _open_or_refuse(state, "another closing code")
    if not command.reason.strip():
        raise Invalid("reason-needed", "Closing needs a reason.")
    return [
        IncidentClosed(at=at, incident=state.incident, closing_code=command.closing_code, reason=command.reason, by=command.by)
    ]
