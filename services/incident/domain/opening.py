"""How an incident begins: on first information, because a review asks for it, or because an officer pressed the button."""

from datetime import datetime

from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.incidents import IncidentOpened, IncidentReopened, Origin
from contracts.refusals import Invalid
from services.incident.domain.commands import OpenForEmergency, OpenForReview, OpenIncident
from services.incident.domain.grading import graded, promise_of, regraded, requested
from services.incident.domain.incident import Incident, on_opened
from services.incident.domain.place import place_of
from services.incident.domain.standard import Standard

ABANDONED_CALL = "abandoned call"
"""The recognised opening category of an incident that began with a call nobody could speak to (NSIR, DOMAIN section 5)."""

EMERGENCY_BUTTON = "emergency button"
"""What an officer's own call for help is opened under."""


def open_once(state: Incident | None, command: OpenIncident, now: datetime) -> list[Event]:
    """Opening twice is opening once."""
    if state is not None:
        return []
    at = command.at or now
    if command.reported_at is not None and command.reported_at > now:
        raise Invalid("reported-in-the-future", "An incident cannot be reported later than now.")
    return [_opened(command, at, welfare_unknown=command.opening_code.endswith(ABANDONED_CALL))]


def _opened(command: OpenIncident, at: datetime, *, welfare_unknown: bool = False) -> IncidentOpened:
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
        reference=command.reference,
        qualifiers=command.qualifiers,
        welfare_unknown=welfare_unknown,
        rural=command.rural,
        cells=command.cells,
    )


def open_for_review(state: Incident | None, command: OpenForReview) -> list[Event]:
    standard = command.standard
    if standard is None:
        raise Invalid("no-top-grade", "The grade set in force has no grade that deploys.")
    story: list[Event] = []
    if state is None:
        opened = _opened(_opening(command), command.at, welfare_unknown=True)
        story.append(opened)
        state = on_opened(None, opened)
    if not state.live:
        return []  # a person closed it while the review still asked; the closing reaches the review, which then ends
    return (
        story
        + _raised(state, standard, command.reasons or ("asked for by a review",), command.at)
        + _asked_for_review(state, command, standard)
    )


def _opening(command: OpenForReview) -> OpenIncident:
    return OpenIncident(
        command.incident,
        Origin.REVIEW,
        command.review,
        ABANDONED_CALL,
        force=command.force,
        location=command.location,
        silent_approach=command.silent_approach,
        reference=command.reference,
        cells=command.cells,
    )


def _raised(state: Incident, standard: Standard, reasons: tuple[str, ...], at: datetime) -> list[Event]:
    """What others ask for never lowers a grade; it raises one that stands below the top."""
    author = f"policy {standard.policy}"
    if state.grade is None:
        return [graded(state, standard, author, reasons, at)]
    if state.rank <= standard.rank:
        return []
    return [regraded(state, standard, author, "; ".join(reasons)[:500], at)]


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
        attend_by=promise_of(state, standard).attend_by,
    )
    return [requested(informed, max(state.units, standard.units), state.skills or standard.skills, command.at)]


def open_for_emergency(state: Incident | None, command: OpenForEmergency) -> list[Event]:
    """At the top grade, with units asked for, as one; an incident that was closed or stood lower is brought up."""
    standard = command.standard
    if standard is None:
        raise Invalid("no-top-grade", "The grade set in force has no grade that deploys.")
    reasons = (f"{command.unit} pressed the emergency button",)
    story: list[Event] = []
    if state is None:
        opened = _opened(_pressed(command), command.at)
        story.append(opened)
        state = on_opened(None, opened)
    if state.closed_at is not None:
        story.append(IncidentReopened(at=command.at, incident=state.incident, reason=reasons[0], by=command.unit))
        state = replace(state, closed_at=None, units=0)
    informed = replace(
        state,
        place=place_of(command.location) or state.place,
        grade=standard.grade,
        rank=standard.rank,
        attend_by=promise_of(state, standard).attend_by,
    )
    asked = [requested(informed, max(state.units, standard.units), state.skills or standard.skills, command.at)]
    return [*story, *_raised(state, standard, reasons, command.at), *asked]


def _pressed(command: OpenForEmergency) -> OpenIncident:
    return OpenIncident(
        command.incident,
        Origin.EMERGENCY_BUTTON,
        command.press,
        EMERGENCY_BUTTON,
        force=command.force,
        location=command.location,
        reference=command.reference,
        cells=command.cells,
    )
