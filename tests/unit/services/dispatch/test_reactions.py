from datetime import UTC, datetime

import pytest

from chassis.host import Timer
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import IncidentClosed, IncidentRegraded, ResourcesRequested, UnitOnScene
from services.dispatch.domain.commands import CloseJob, RegradeJob, RequestJob
from services.dispatch.domain.job import incident_of, job_of
from services.dispatch.reactions import HEEDS, react
from services.dispatch.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def heard(event: Event) -> Envelope[Event]:
    assert type(event) in HEEDS or not react_to(event), "the inbox would pass it by"
    return envelope(event)


def react_to(event: Event) -> bool:
    return bool(react(envelope(event)))


def envelope(event: Event) -> Envelope[Event]:
    return Envelope("1", "incident", "incident-7", 1, 1, "type", NOON, "correlation", "cause", "actor", event)


def test_a_request_becomes_the_job_of_the_same_name_and_carries_the_silent_approach() -> None:
    event = ResourcesRequested(
        at=NOON, incident="incident-7", units=2, grade="Immediate", rank=1, skills=("dog",), silent_approach=True, outside=True
    )
    assert react(heard(event)) == (
        RequestJob("job-7", "incident-7", 2, "Immediate", NOON, 1, skills=("dog",), silent_approach=True, outside=True),
    )


def test_a_job_follows_the_grade_of_its_incident_and_ends_with_it() -> None:
    regraded = IncidentRegraded(
        at=NOON, incident="incident-7", previous="P", grade="I", policy="p", by="b", rationale="r", rank=1, attend_by=NOON
    )
    closed = IncidentClosed(at=NOON, incident="incident-7", closing_code="arrest", reason="r", by="b")
    assert react(heard(regraded)) == (RegradeJob("job-7", "I", NOON, 1, NOON),)
    assert react(heard(closed)) == (CloseJob("job-7", "incident closed: arrest", NOON),)


def test_other_facts_are_none_of_dispatchs_business() -> None:
    assert react(heard(UnitOnScene(at=NOON, incident="incident-7", unit="unit-A1"))) == ()


def test_a_job_and_its_incident_name_each_other() -> None:
    assert incident_of(job_of("incident-7")) == "incident-7"


def test_a_timer_nobody_set_is_an_error() -> None:
    with pytest.raises(LookupError):
        on_timer(Timer("job-7", "attend", NOON))
