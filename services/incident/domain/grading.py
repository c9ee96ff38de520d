"""What is promised, and when less may be promised: clocks run from the first report, and no command moves their start."""

from datetime import datetime, timedelta

from contracts.envelope import Event
from contracts.incident.incidents import (
    DelayRecorded,
    DowngradeReported,
    IncidentGraded,
    IncidentRegraded,
    PromiseAdvanced,
    ResourcesRequested,
    VulnerabilityNoted,
)
from contracts.refusals import Invalid, Refused
from services.incident.domain.commands import (
    AdvancePromise,
    Authority,
    Grade,
    NoteVulnerability,
    RecordDelay,
    Regrade,
    RequestResources,
)
from services.incident.domain.incident import Incident, allowed
from services.incident.domain.standard import Promise, Standard


def open_or_refuse(state: Incident, asked: str) -> None:
    """Nothing more is done to a record that is over, or that is worked on under another one."""
    if state.closed_at is not None:
        raise Refused("closed", f"The incident is closed: {asked} comes too late.", allowed(state))
    if state.merged_into is not None:
        raise Refused("merged", f"This record is worked on under {state.merged_into}: {asked} belongs there.", allowed(state))


def promise_of(state: Incident, standard: Standard) -> Promise:
    """The clocks of this incident under a grade."""
    return standard.promise(state.reported_at, state.opened_at, state.rural)


def grade(state: Incident, command: Grade, at: datetime) -> list[Event]:
    """The first grade. One that differs from what the assessment suggests needs its reasons."""
    if state.grade == command.grade:
        return []
    standard = _standard(command.standard)
    if state.outside and state.grade is not None:
        return [regraded(state, standard, command.by, "as the other control room reported", at)]
    if not state.outside:
        open_or_refuse(state, "a grade")
    if state.grade is not None:
        raise Refused(
            "graded-already", f"The incident is graded {state.grade} already: a change needs a rationale.", allowed(state)
        )
    if command.suggested not in (None, command.grade) and not any(reason.strip() for reason in command.reasons):
        raise Invalid("reasons-needed", f"The assessment suggests {command.suggested}: say why you decide otherwise.")
    return [graded(state, standard, command.by, command.reasons, at, command.suggested)]


def regrade(state: Incident, command: Regrade, at: datetime) -> list[Event]:
    """Another grade, with a rationale; to promise less takes authority and new information, and is reported near a breach."""
    if not command.rationale.strip():
        raise Invalid("rationale-needed", "A regrade needs a rationale: say what changed.")
    if state.grade is None:
        raise Refused("not-graded", "The incident has no grade to change.", allowed(state))
    if not state.outside:
        open_or_refuse(state, "a regrade")
    if state.grade == command.grade:
        return []
    standard = _standard(command.standard)
    if state.outside or not promises_less(state, promise_of(state, standard)):
        return [regraded(state, standard, command.by, command.rationale, at, command)]
    role = _authorised(state, command)
    changed = regraded(state, standard, command.by, command.rationale, at, command, role=role)
    return [changed, *_reported(state, changed, command.authority)]


def promises_less(state: Incident, promise: Promise) -> bool:
    """A later clock, or none where there was one: whatever the grades are called, that is a downgrade."""
    pairs = ((state.allocate_by, promise.allocate_by), (state.attend_by, promise.attend_by))
    return any(old is not None and (new is None or new > old) for old, new in pairs)


def _authorised(state: Incident, command: Regrade) -> str:
    roles = command.authority.roles if command.authority is not None else ()
    held = next((role for role in command.roles if role in roles), None)
    if held is None:
        raise Refused(
            "authority-needed",
            f"To promise less than {state.grade} needs the role {' or '.join(roles)}.",
            ("regrade by " + " or ".join(roles), "resources"),
        )
    if not (command.new_information or "").strip():
        raise Invalid("new-information-needed", "To promise less, say what is known now that was not known before.")
    return held


def _reported(state: Incident, changed: IncidentRegraded, authority: Authority | None) -> list[Event]:
    """Some forces downgraded to justify a slower response (DOMAIN section 5): near the end of a promise it is reported."""
    near = timedelta(minutes=0 if authority is None else authority.near_breach_min)
    promised = state.due
    if promised is None or changed.at < promised - near:
        return []
    return [
        DowngradeReported(
            at=changed.at,
            incident=state.incident,
            previous=changed.previous,
            grade=changed.grade,
            by=changed.by,
            promised=promised,
            broken=changed.at >= promised,
        )
    ]


def note(state: Incident, command: NoteVulnerability | RecordDelay | AdvancePromise, at: datetime) -> list[Event]:
    """What is learned beside the grade."""
    match command:
        case NoteVulnerability():
            open_or_refuse(state, "what is known of those concerned")
            if state.vulnerability is command.level:
                return []
            return [
                VulnerabilityNoted(at=at, incident=state.incident, level=command.level, reasons=command.reasons, by=command.by)
            ]
        case RecordDelay():
            open_or_refuse(state, "a delay")
            return (
                []
                if state.delay == command.code
                else [DelayRecorded(at=at, incident=state.incident, code=command.code, by=command.by)]
            )
        case AdvancePromise():
            return _advance(state, command, at)


def _advance(state: Incident, command: AdvancePromise, at: datetime) -> list[Event]:
    earlier = state.reported_at - command.reported_at
    if earlier <= timedelta(0):
        return []  # a promise never moves later
    return [
        PromiseAdvanced(
            at=at,
            incident=state.incident,
            reported_at=command.reported_at,
            because=command.because,
            allocate_by=None if state.allocate_by is None else state.allocate_by - earlier,
            attend_by=None if state.attend_by is None else state.attend_by - earlier,
            escalate_at=None if state.escalate_at is None else state.escalate_at - earlier,
        )
    ]


def _standard(standard: Standard | None) -> Standard:
    if standard is None:
        raise Invalid("unknown-grade", "The grade set in force has no such grade.")
    return standard


def graded(
    state: Incident, standard: Standard, by: str, reasons: tuple[str, ...], at: datetime, suggested: str | None = None
) -> IncidentGraded:
    """The first grade as an event."""
    promise = promise_of(state, standard)
    return IncidentGraded(
        at=at,
        incident=state.incident,
        grade=standard.grade,
        policy=standard.policy,
        by=by,
        reasons=reasons,
        rank=standard.rank,
        allocate_by=promise.allocate_by,
        attend_by=promise.attend_by,
        escalate_at=promise.escalate_at,
        suggested=suggested,
    )


def regraded(
    state: Incident,
    standard: Standard,
    by: str,
    rationale: str,
    at: datetime,
    command: Regrade | None = None,
    *,
    role: str | None = None,
) -> IncidentRegraded:
    """Another grade as an event; with `role`, the one by whose authority less is promised."""
    promise = promise_of(state, standard)
    return IncidentRegraded(
        at=at,
        incident=state.incident,
        previous=state.grade or "",
        grade=standard.grade,
        policy=standard.policy,
        by=by,
        rationale=rationale,
        rank=standard.rank,
        allocate_by=promise.allocate_by,
        attend_by=promise.attend_by,
        escalate_at=promise.escalate_at,
        suggested=None if command is None else command.suggested,
        new_information=None if command is None else command.new_information,
        downgrade=role is not None,
        role=role,
    )


def request(state: Incident, command: RequestResources, at: datetime) -> list[Event]:
    open_or_refuse(state, "a request for units")
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
    return [requested(state, units, skills, at)]


def requested(state: Incident, units: int, skills: tuple[str, ...], at: datetime) -> ResourcesRequested:
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
