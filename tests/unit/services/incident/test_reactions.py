from datetime import UTC, datetime

import pytest

from chassis.host import Timer
from contracts.callback.reviews import AttemptEnded, AttemptPlanned, Escalation, Outcome, ReviewEscalated, Role
from contracts.dispatch.deployment import EmergencyPressed, JobClosed, Status, UnitAssigned, UnitStatusReported
from contracts.envelope import Envelope, Event
from contracts.places import Point
from services.incident.domain.commands import NoteAllocated, NoteCallBack, NoteOnScene, OpenForEmergency, OpenForReview
from services.incident.domain.incident import of_press
from services.incident.reactions import HEEDS, react
from services.incident.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def heard(event: Event) -> Envelope[Event]:
    assert type(event) in HEEDS or not react_to(event), "the inbox would pass it by"
    return envelope(event)


def react_to(event: Event) -> bool:
    return bool(react(envelope(event)))


def envelope(event: Event) -> Envelope[Event]:
    return Envelope("1", "other", "stream-1", 1, 1, "type", NOON, "correlation", "cause", "actor", event)


def escalated(deploy: bool) -> ReviewEscalated:
    return ReviewEscalated(
        at=NOON,
        review="review-7",
        call="call-7",
        reason=Escalation.GATE_CLOSED,
        to=Role.CALL_HANDLER,
        deploy=deploy,
        silent_approach=True,
    )


def test_a_review_that_wants_somebody_to_go_opens_the_incident_of_the_same_name() -> None:
    assert react(heard(escalated(deploy=True))) == (
        OpenForReview("incident-7", "review-7", NOON, ("gate_closed",), silent_approach=True),
    )


def test_a_review_that_was_only_handed_on_opens_nothing() -> None:
    assert react(heard(escalated(deploy=False))) == ()


def test_a_unit_at_the_scene_of_an_incident_is_noted_and_nothing_else_is() -> None:
    def status(code: Status, incident: str | None) -> Envelope[Event]:
        return heard(UnitStatusReported(at=NOON, unit="unit-A1", status=code, source="device", incident=incident))

    assert react(status(Status.AT_SCENE, "incident-7")) == (NoteOnScene("incident-7", "unit-A1", NOON),)
    assert react(status(Status.AT_SCENE, None)) == ()
    assert react(status(Status.EN_ROUTE, "incident-7")) == ()


def test_that_dispatch_is_done_closes_no_incident() -> None:
    assert react(heard(JobClosed(at=NOON, job="job-7", incident="incident-7", reason="all clear"))) == ()


def test_a_timer_nobody_set_is_an_error() -> None:
    with pytest.raises(LookupError):
        on_timer(Timer("incident-7", "attend", NOON))


def test_an_emergency_button_opens_an_incident_or_takes_up_the_one_the_officer_works_for() -> None:
    pressed = EmergencyPressed(at=NOON, unit="unit-A1", press="press-1", point=Point(latitude=51.5, longitude=-0.1))
    (opening,) = react(heard(pressed))
    assert isinstance(opening, OpenForEmergency)
    assert (opening.incident, opening.unit) == (of_press("press-1"), "unit-A1")
    (taken,) = react(heard(pressed.model_copy(update={"incident": "incident-7"})))
    assert taken.incident == "incident-7"


def test_units_and_rings_back_are_noted() -> None:
    sent = UnitAssigned(at=NOON, unit="unit-A1", assignment="a", incident="incident-7", job="job-7", by="dispatcher 3")
    assert react(heard(sent)) == (NoteAllocated("incident-7", "unit-A1", NOON),)
    planned = AttemptPlanned(at=NOON, review="review-7", attempt=1, due=NOON)
    assert react(heard(planned)) == (NoteCallBack("incident-7", "review-7", 1, True, NOON),)
    for outcome, pending in ((Outcome.ANSWERED, True), (Outcome.RANG_OUT, False)):
        ended = AttemptEnded(at=NOON, review="review-7", attempt=1, attempt_id="x", outcome=outcome)
        assert react(heard(ended)) == (NoteCallBack("incident-7", "review-7", 1, pending, NOON),)
