"""Who waited past a promise, whether anybody was told, and how that ended."""

from datetime import UTC, datetime, timedelta

from contracts.envelope import Event
from contracts.incident.backlog import EscalationAcknowledged, EscalationClimbed, EscalationRaised, EscalationReason
from contracts.incident.incidents import (
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    Origin,
    UnitAllocated,
    UnitOnScene,
    Vulnerability,
    VulnerabilityNoted,
)
from simulator.figures import Backlog
from simulator.fold import fold
from tests.unit.simulator.conftest import Stored

NOON = datetime(2025, 6, 5, 11, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def opened(incident: str, attend_min: int | None = 60) -> list[Event]:
    """At 0, allocated within 10 minutes and attended within so many."""
    graded = IncidentGraded(
        at=at(1),
        incident=incident,
        grade="Priority",
        policy="p",
        by="b",
        allocate_by=None if attend_min is None else at(10),
        attend_by=None if attend_min is None else at(attend_min),
    )
    first = IncidentOpened(
        at=at(1), incident=incident, origin=Origin.CALL, origin_id="c", opening_code="o", reported_at=at(0), force="f"
    )
    return [first, graded]


def sent(incident: str, minutes: float) -> UnitAllocated:
    return UnitAllocated(at=at(minutes), incident=incident, unit="u")


def there(incident: str, minutes: float) -> UnitOnScene:
    return UnitOnScene(at=at(minutes), incident=incident, unit="u")


def over(incident: str, minutes: float) -> IncidentClosed:
    return IncidentClosed(at=at(minutes), incident=incident, closing_code="c", reason="r", by="b")


def raised(incident: str, minutes: float, *, top: bool = False) -> EscalationRaised:
    return EscalationRaised(
        at=at(minutes),
        incident=incident,
        number=1,
        reason=EscalationReason.UNALLOCATED,
        role="sergeant",
        rung=1,
        rungs=2,
        policy="p",
        acknowledge_by=None if top else at(minutes + 15),
    )


def climbed(incident: str, minutes: float, *, top: bool) -> EscalationClimbed:
    by = None if top else at(minutes + 15)
    return EscalationClimbed(
        at=at(minutes), incident=incident, number=1, previous="sergeant", role="inspector", rung=2, acknowledge_by=by
    )


def answered(incident: str, minutes: float) -> EscalationAcknowledged:
    return EscalationAcknowledged(at=at(minutes), incident=incident, number=1, by="b", role="inspector", plan="soon")


def backlog(stored: Stored, *events: Event) -> Backlog:
    return fold({"incident": stored(*sorted(events, key=lambda event: event.at))}, "Europe/London").backlog


def test_a_promise_kept_and_two_broken(stored: Stored) -> None:
    found = backlog(
        stored,
        *(*opened("kept"), sent("kept", 5), there("kept", 60), over("kept", 90)),
        *(*opened("late"), sent("late", 50), there("late", 61), over("late", 90)),
        *(*opened("never"), over("never", 200)),
        *(*opened("without-a-target", None), over("without-a-target", 500)),
    )
    grade = found.by_grade["Priority"]
    assert (grade.incidents, grade.attend_due, grade.past_attend, grade.past_allocate) == (4, 3, 2, 2)
    assert grade.waited.longest_s == 200 * 60
    assert (found.past_target, found.without_escalation) == (2, 2)
    assert found.without_escalation_named == ("late", "never")


def test_an_escalation_is_answered_climbs_or_stands_at_the_top(stored: Stored) -> None:
    found = backlog(
        stored,
        *(*opened("a"), raised("a", 40), answered("a", 45), over("a", 100)),
        *(*opened("b"), raised("b", 40), climbed("b", 55, top=True), over("b", 100)),
        *(*opened("c"), raised("c", 40), climbed("c", 55, top=False), over("c", 100)),
        *(*opened("d"), raised("d", 40), climbed("d", 55, top=True), answered("d", 99), over("d", 100)),
    )
    assert found.escalations_by_reason == {"unallocated": 4}
    assert (found.acknowledged, found.climbed, found.at_the_top, found.unanswered) == (2, 3, 1, 1)
    assert (found.past_target, found.without_escalation) == (4, 0)


def test_a_vulnerable_caller_who_waits_is_counted_as_one(stored: Stored) -> None:
    noted = VulnerabilityNoted(at=at(2), incident="v", level=Vulnerability.HIGH, reasons=("r",), by="b")
    found = backlog(stored, *opened("v"), noted, sent("v", 61), there("v", 90), over("v", 100), *opened("w"), over("w", 5))
    assert (found.vulnerable, found.vulnerable_past_target) == (1, 1)


def test_what_is_open_at_the_end_waits_until_then(stored: Stored) -> None:
    found = backlog(stored, *opened("still"), *opened("other"), over("other", 300))
    assert found.open_at_the_end == 1
    assert found.by_grade["Priority"].waited.longest_s == 300 * 60
