"""What a unit reports: statuses with the device's time, in whatever order they come, messages, the emergency button."""

from datetime import datetime, timedelta

from contracts.dispatch.deployment import AtSceneInferred, EmergencyPressed, Status, UnitMessageSent, UnitStatusReported
from contracts.envelope import Event
from contracts.refusals import Refused
from services.dispatch.domain.commands import BookOff, ReportStatus, SendMessage
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.duty import book_off, implied_booking, known
from services.dispatch.domain.times import happened
from services.dispatch.domain.unit import OF_AN_ASSIGNMENT, Held, Unit

_TO_SOMEWHERE = frozenset({Status.EN_ROUTE, Status.AT_SCENE})
"""Statuses that make no sense without an incident."""


def decide(state: Unit | None, command: ReportStatus | SendMessage, now: datetime, rules: Deployment) -> list[Event]:
    """The events that obey the command; none when nothing would change. Raises Refused with what is allowed instead."""
    if isinstance(command, SendMessage):
        return _message(known(state, command.unit), command, now, rules)
    if command.status is Status.OFF_DUTY:
        return book_off(state, BookOff(command.unit, command.at, command.outside), now, rules)
    if command.outside:
        return _as_reported(state, command, command.at or now)
    if command.status is Status.EMERGENCY_BUTTON:
        return _emergency(state, command, now)
    return _report(known(state, command.unit), command, now, rules)


def _message(state: Unit, command: SendMessage, now: datetime, rules: Deployment) -> list[Event]:
    at = happened(command.at, now, rules, state.tour_at)
    if not state.on_duty and at >= state.status_at:
        raise Refused("off-duty", f"{state.callsign} is off duty.", ("book on",))
    if state.last_message == (at, command.code):
        return []
    meaning = next(one.meaning for one in rules.messages if one.code == str(int(command.code)))
    return [
        UnitMessageSent(at=at, unit=state.unit, code=command.code, meaning=meaning, policy=rules.version, source=command.source)
    ]


def _as_reported(state: Unit | None, command: ReportStatus, at: datetime) -> list[Event]:
    """Another control room says so: it has happened."""
    booking = implied_booking(state, command.unit.removeprefix("unit-"), at)
    incident = command.incident or (None if state is None else _incident_at(state, command.status, at))
    if state is not None and (at, command.status, incident) in state.heard:
        return []
    return [*booking, _said(command, at, incident)]


def _emergency(state: Unit | None, command: ReportStatus, now: datetime) -> list[Event]:
    """Never refused and never doubted: not off duty, not unknown, not with a wrong clock.

    A button that repeats itself is one emergency: as long as status 0 stands, each repetition tells of the same press.
    """
    at = command.at or now
    if at > now:
        at = now
    incident = command.incident or (None if state is None or not state.held else state.held[-1].incident)
    if state is not None and (at, Status.EMERGENCY_BUTTON, incident) in state.heard:
        return []
    number = 1 if state is None else state.emergencies
    if state is not None and (state.status is not Status.EMERGENCY_BUTTON or not state.emergencies):
        number += 1
    press = f"{command.unit}.{number}"
    pressed = EmergencyPressed(at=at, unit=command.unit, press=press, point=command.point, incident=incident)
    return [pressed] if state is None else [_said(command, at, incident), pressed]


def _report(state: Unit, command: ReportStatus, now: datetime, rules: Deployment) -> list[Event]:
    at = happened(command.at, now, rules, state.tour_at)
    if not state.on_duty and at >= state.status_at:
        raise Refused("off-duty", f"{state.callsign} is off duty.", ("book on",))
    incident = command.incident or _incident_at(state, command.status, at)
    if (at, command.status, incident) in state.heard:
        return []
    contradicts = _contradiction(state, command, incident, at, rules)
    inferred = _inferred(state, command.status, at)
    return [_said(command, at, incident, contradicts), *inferred]


def _said(command: ReportStatus, at: datetime, incident: str | None, contradicts: str | None = None) -> UnitStatusReported:
    return UnitStatusReported(
        at=at,
        unit=command.unit,
        status=command.status,
        source=command.source,
        incident=incident,
        point=command.point,
        contradicts=contradicts,
    )


def _incident_at(state: Unit, status: Status, at: datetime) -> str | None:
    """Which incident a report that names none belongs to: the one the unit was on at the device's time."""
    if status not in OF_AN_ASSIGNMENT:
        return None
    last = state.last
    if last is not None and last.ended_at is not None and last.since <= at < last.ended_at:
        live = [held for held in state.held if held.since <= at]
        return live[-1].incident if live else last.incident
    return state.held[-1].incident if state.held else None


def _contradiction(state: Unit, command: ReportStatus, incident: str | None, at: datetime, rules: Deployment) -> str | None:
    """What on record a report does not agree with. Raises Refused for one that cannot follow what is on record at all."""
    same_time = next((said for when, said, _ in state.heard if when == at and said != command.status), None)
    if same_time is not None:
        return f"status {int(same_time)} of the same time"
    if command.status not in _TO_SOMEWHERE:
        return None
    if incident is None:
        return _after_release(state, command.status, at, rules)
    known_of = {held.incident for held in (*state.held, *(() if state.last is None else (state.last,)))}
    return None if incident in known_of else "the unit was not sent to that incident"


def _after_release(state: Unit, status: Status, at: datetime, rules: Deployment) -> str:
    last = state.last
    if last is not None and last.ended_at is not None and at - last.ended_at <= timedelta(seconds=rules.contradiction_s):
        return f"released from {last.incident} before"
    allowed = tuple(f"status {int(one)}" for one in Status if one not in _TO_SOMEWHERE)
    said = f"{state.callsign} is on no incident: status {int(status)} cannot follow status {int(state.status)}."
    raise Refused("status-cannot-follow", said, ("name the incident", *allowed))


def _inferred(state: Unit, status: Status, at: datetime) -> list[Event]:
    """Committed after en route: the unit must have arrived in between."""
    if status not in (Status.COMMITTED, Status.COMMITTED_DEPLOYABLE) or not state.held:
        return []
    held = state.held[-1]
    if held.en_route_at is None or at <= held.en_route_at:
        return []
    return at_scene_inferred(state.unit, held, at, f"status {int(status)} after en route")


def at_scene_inferred(unit: str, held: Held, at: datetime, basis: str) -> list[Event]:
    """That a unit was there, where nobody said so; once an assignment."""
    if held.reached or held.inferred_at is not None:
        return []
    return [AtSceneInferred(at=at, unit=unit, assignment=held.assignment, incident=held.incident, job=held.job, basis=basis)]
