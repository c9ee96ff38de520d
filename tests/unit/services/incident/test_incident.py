from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.incident.incidents import (
    IncidentClosed,
    IncidentGraded,
    IncidentOpened,
    IncidentRegraded,
    Origin,
    ResourcesRequested,
    UnitOnScene,
)
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.domain.commands import (
    Close,
    Command,
    Grade,
    NoteAllocated,
    NoteCallBack,
    NoteLeft,
    NoteOnScene,
    OpenForEmergency,
    OpenForReview,
    OpenIncident,
    Regrade,
    RequestResources,
)
from services.incident.domain.incident import Incident
from services.incident.domain.standing import index
from services.incident.streams import INCIDENT

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE = "incident-1"
HANDSET = Location(source=LocationSource.HANDSET, point=Point(latitude=51.5, longitude=-0.1), radius_m=30)

Obey = Callable[[Command], Sequence[str]]


def opened(origin: Origin = Origin.CALL, at: datetime = NOON) -> OpenIncident:
    return OpenIncident(ONE, origin, "call-1", "burglary", reported_at=at, at=at)


def reviewed(**changes: Any) -> OpenForReview:
    return replace(OpenForReview(ONE, "review-1", NOON, ("violence heard",)), **changes)


def state(transaction: MemoryTransaction) -> Incident:
    loaded = transaction.load(INCIDENT, ONE).state
    assert loaded is not None
    return loaded


def test_opening_twice_is_opening_once(obey: Obey) -> None:
    assert obey(opened()) == ["IncidentOpened", "DayNumberDrawn"]
    assert obey(opened(at=NOON + MINUTE)) == []


def test_an_incident_opens_at_its_first_information(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(OpenIncident(ONE, Origin.CALL, "call-1", "burglary"))
    (event,) = transaction.said(IncidentOpened)
    assert (event.at, event.reported_at, event.force) == (NOON, NOON, "kent")


def test_a_grade_brings_its_promise_counted_from_the_first_report(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened(at=NOON - 3 * MINUTE))
    assert obey(Grade(ONE, "Immediate", "handler 7")) == ["IncidentGraded"]
    (graded,) = transaction.said(IncidentGraded)
    assert graded.attend_by == NOON + 12 * MINUTE
    assert graded.allocate_by == NOON - MINUTE
    assert (graded.policy, graded.rank, graded.at) == ("national-1", 1, NOON)


def test_a_regrade_keeps_the_clock_running_from_the_first_report(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened())
    obey(Grade(ONE, "Priority", "handler 7"))
    transaction.now = NOON + 50 * MINUTE
    assert obey(Regrade(ONE, "Immediate", "sergeant", "screams heard")) == ["IncidentRegraded"]
    (regraded,) = transaction.said(IncidentRegraded)
    assert regraded.attend_by == NOON + 15 * MINUTE
    assert (regraded.previous, regraded.grade, regraded.rationale) == ("Priority", "Immediate", "screams heard")


def test_a_regrade_needs_a_rationale(obey: Obey) -> None:
    obey(opened())
    obey(Grade(ONE, "Priority", "handler 7"))
    with pytest.raises(Invalid) as refused:
        obey(Regrade(ONE, "Scheduled", "sergeant", "  "))
    assert refused.value.code == "rationale-needed"


def test_an_unknown_grade_is_refused_with_the_grades_there_are(obey: Obey) -> None:
    obey(opened())
    with pytest.raises(Invalid) as refused:
        obey(Grade(ONE, "Urgent", "handler 7"))
    assert refused.value.code == "unknown-grade"
    assert refused.value.allowed == ("Immediate", "Priority", "Scheduled", "Resolution without deployment")


def test_another_first_grade_is_refused_and_points_to_the_regrade(obey: Obey) -> None:
    obey(opened())
    obey(Grade(ONE, "Priority", "handler 7"))
    assert obey(Grade(ONE, "Priority", "handler 8")) == []
    with pytest.raises(Refused) as refused:
        obey(Grade(ONE, "Immediate", "handler 7"))
    assert (refused.value.code, refused.value.allowed) == ("graded-already", ("regrade", "resources", "close"))


def test_units_are_asked_for_as_the_grade_says_or_as_told(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(OpenIncident(ONE, Origin.CALL, "call-1", "burglary", location=HANDSET, silent_approach=True))
    obey(Grade(ONE, "Immediate", "handler 7"))
    assert obey(RequestResources(ONE)) == ["ResourcesRequested"]
    assert obey(RequestResources(ONE)) == []
    obey(RequestResources(ONE, units=5, skills=("dog",)))
    by_policy, as_told = transaction.said(ResourcesRequested)
    assert (by_policy.units, by_policy.skills, by_policy.silent_approach) == (2, (), True)
    assert (by_policy.location, by_policy.rank, by_policy.reported_at) == (HANDSET, 1, NOON)
    assert (as_told.units, as_told.skills) == (5, ("dog",))


@pytest.mark.parametrize(
    ("grade", "code", "allowed"),
    [(None, "not-graded", ("grade", "close")), ("Resolution without deployment", "no-deployment", ("regrade", "close"))],
)
def test_units_need_a_grade_that_deploys(obey: Obey, grade: str | None, code: str, allowed: tuple[str, ...]) -> None:
    obey(opened())
    if grade is not None:
        obey(Grade(ONE, grade, "handler 7"))
    with pytest.raises(Refused) as refused:
        obey(RequestResources(ONE, units=3))
    assert (refused.value.code, refused.value.allowed) == (code, allowed)


def test_a_closing_code_stands_beside_the_opening_code(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened())
    assert obey(Close(ONE, "no trace", "area searched", "sergeant")) == ["IncidentClosed"]
    assert obey(Close(ONE, "no trace", "again", "sergeant")) == []
    assert (state(transaction).opening_code, state(transaction).closing_code) == ("burglary", "no trace")
    (closed,) = transaction.said(IncidentClosed)
    assert (closed.by, closed.reason) == ("sergeant", "area searched")


@pytest.mark.parametrize(
    "late",
    [
        Grade(ONE, "Priority", "handler 7"),
        RequestResources(ONE),
        Close(ONE, "arrest", "second thought", "sergeant"),
    ],
)
def test_a_closed_incident_takes_nothing_more(obey: Obey, late: Command) -> None:
    obey(opened())
    obey(Close(ONE, "no trace", "area searched", "sergeant"))
    with pytest.raises(Refused) as refused:
        obey(late)
    assert (refused.value.code, refused.value.allowed) == ("closed", ("reopen",))


def test_closing_needs_a_reason(obey: Obey) -> None:
    obey(opened())
    with pytest.raises(Invalid) as refused:
        obey(Close(ONE, "no trace", "", "sergeant"))
    assert refused.value.code == "reason-needed"


@pytest.mark.parametrize(
    "command", [Grade(ONE, "Urgent", "x"), Regrade(ONE, "P", "x", "y"), RequestResources(ONE), Close(ONE, "a", "b", "c")]
)
def test_an_incident_nobody_opened_is_not_found(obey: Obey, command: Command) -> None:
    with pytest.raises(NotFound):
        obey(command)


def test_a_review_opens_grades_at_the_top_and_asks_for_units_as_one(obey: Obey, transaction: MemoryTransaction) -> None:
    told = obey(reviewed(silent_approach=True, location=HANDSET))
    assert told == ["IncidentOpened", "IncidentGraded", "ResourcesRequested", "DayNumberDrawn"]
    assert obey(reviewed(silent_approach=True, location=HANDSET)) == []
    (event,), (graded,), (asked,) = (transaction.said(kind) for kind in (IncidentOpened, IncidentGraded, ResourcesRequested))
    assert (event.origin, event.origin_id, event.opening_code) == (Origin.REVIEW, "review-1", "abandoned call")
    assert (graded.grade, graded.reasons, graded.by) == ("Immediate", ("violence heard",), "policy national-1")
    assert (asked.units, asked.silent_approach, asked.location) == (2, True, HANDSET)


def test_a_review_that_learns_of_danger_later_tells_dispatch(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(reviewed())
    assert obey(reviewed(silent_approach=True, location=HANDSET)) == ["ResourcesRequested"]
    assert obey(reviewed()) == []
    asked = transaction.said(ResourcesRequested)[-1]
    assert (asked.silent_approach, asked.location) == (True, HANDSET)


def test_a_review_raises_a_grade_that_a_person_lowered_and_never_lowers_one(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(reviewed())
    obey(RequestResources(ONE, units=4))
    obey(Regrade(ONE, "Scheduled", "sergeant", "a child playing", new_information="seen on camera", roles=("supervisor",)))
    assert obey(reviewed(reasons=("marker: domestic abuse",))) == ["IncidentRegraded"]
    assert transaction.said(IncidentRegraded)[-1].rationale == "marker: domestic abuse"
    assert (state(transaction).grade, state(transaction).units) == ("Immediate", 4)


def test_a_review_changes_nothing_about_a_closed_incident(obey: Obey) -> None:
    obey(reviewed())
    obey(Close(ONE, "welfare checked", "seen", "sergeant", welfare="spoken to at the door"))
    assert obey(reviewed(silent_approach=True)) == []


def test_the_first_word_of_each_unit_from_the_scene_is_noted(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(NoteOnScene(ONE, "unit-A1", NOON)) == []
    obey(opened())
    assert obey(NoteOnScene(ONE, "unit-A1", NOON)) == ["UnitOnScene"]
    assert obey(NoteOnScene(ONE, "unit-A1", NOON + MINUTE)) == []
    assert obey(NoteOnScene(ONE, "unit-B2", NOON + MINUTE)) == ["UnitOnScene"]
    assert (state(transaction).first_on_scene, state(transaction).on_scene_at) == ("unit-A1", NOON)
    assert state(transaction).at_scene == ("unit-A1", "unit-B2")


def test_an_inferred_arrival_counts_as_somebody_having_come_and_is_marked(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened())
    obey(Grade(ONE, "Priority", "handler 7"))
    obey(NoteAllocated(ONE, "unit-A1", NOON))
    assert obey(NoteOnScene(ONE, "unit-A1", NOON + MINUTE, inferred=True)) == ["UnitOnScene"]
    assert obey(NoteOnScene(ONE, "unit-A1", NOON + MINUTE, inferred=True)) == []
    there = state(transaction)
    assert (there.waiting, there.on_scene_at, there.on_scene_inferred) == (False, NOON + MINUTE, True)
    with pytest.raises(Refused, match="unit-A1 at the scene"):
        obey(Close(ONE, "no trace", "searched", "handler 7"))
    obey(NoteLeft(ONE, "unit-A1", False, NOON + 2 * MINUTE))
    assert not state(transaction).waiting, "that it was there is not taken back"


def test_a_reported_time_stands_in_place_of_what_was_inferred_and_never_the_other_way(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(opened())
    obey(NoteOnScene(ONE, "unit-A1", NOON + 3 * MINUTE, inferred=True))
    obey(NoteOnScene(ONE, "unit-B2", NOON + 5 * MINUTE))
    first = state(transaction)
    assert (first.first_on_scene, first.on_scene_at, first.on_scene_inferred) == ("unit-A1", NOON + 3 * MINUTE, True)
    assert obey(NoteOnScene(ONE, "unit-A1", NOON + MINUTE)) == ["UnitOnScene"]
    assert obey(NoteOnScene(ONE, "unit-A1", NOON, inferred=True)) == []
    told = state(transaction)
    assert (told.first_on_scene, told.on_scene_at, told.on_scene_inferred) == ("unit-A1", NOON + MINUTE, False)
    assert sorted(told.at_scene) == ["unit-A1", "unit-B2"]
    assert [noted.inferred for noted in transaction.said(UnitOnScene)] == [True, False, False]


def test_an_inferred_arrival_says_nothing_of_the_welfare_of_whoever_called(obey: Obey) -> None:
    obey(reviewed())
    obey(NoteOnScene(ONE, "unit-A1", NOON, inferred=True))
    obey(NoteLeft(ONE, "unit-A1", True, NOON))
    with pytest.raises(Refused, match="say in welfare"):
        obey(Close(ONE, "no trace", "searched", "handler 7"))
    obey(NoteOnScene(ONE, "unit-A1", NOON))
    assert obey(Close(ONE, "no trace", "searched", "handler 7")) == ["IncidentClosed"]


def test_nothing_is_inferred_for_what_another_control_room_runs(obey: Obey) -> None:
    obey(opened(Origin.OTHER_CONTROL_ROOM))
    assert obey(NoteOnScene(ONE, "unit-A1", NOON, inferred=True)) == []
    assert obey(NoteOnScene(ONE, "unit-A1", NOON)) == ["UnitOnScene"]


def test_of_what_another_control_room_runs_only_the_first_arrival_is_noted(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened(Origin.OTHER_CONTROL_ROOM))
    obey(NoteOnScene(ONE, "unit-A1", NOON))
    assert obey(NoteOnScene(ONE, "unit-B2", NOON + MINUTE)) == []
    (noted,) = transaction.said(UnitOnScene)
    assert (noted.unit, noted.at) == ("unit-A1", NOON)


def test_what_another_control_room_graded_is_kept_as_given(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened(Origin.OTHER_CONTROL_ROOM))
    assert obey(Grade(ONE, "E", "sffd")) == ["IncidentGraded"]
    assert obey(Grade(ONE, "3", "sffd")) == ["IncidentRegraded"]
    obey(Close(ONE, "Fire", "as reported", "sffd"))
    assert obey(Regrade(ONE, "2", "sffd", "final priority")) == ["IncidentRegraded"]
    (graded,) = transaction.said(IncidentGraded)
    assert (graded.grade, graded.policy, graded.attend_by, graded.rank) == ("E", "outside", None, 99)
    assert [event.grade for event in transaction.said(IncidentRegraded)] == ["3", "2"]


def test_another_control_room_asks_for_units_whatever_the_grade(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened(Origin.OTHER_CONTROL_ROOM))
    obey(RequestResources(ONE))
    obey(Grade(ONE, "Immediate", "sffd"))
    obey(RequestResources(ONE, units=23))
    first, second = transaction.said(ResourcesRequested)
    assert (first.units, first.outside, first.grade) == (1, True, "not graded")
    assert (second.units, second.outside, second.rank) == (23, True, 99)


def test_the_backlog_is_ranked_by_grade_then_age_and_the_ungraded_come_first(transaction: MemoryTransaction, obey: Obey) -> None:
    for name, grade, age in (("a", "Priority", 30), ("b", "Immediate", 5), ("c", "Priority", 90), ("d", None, 1)):
        stream = f"incident-{name}"
        obey(OpenIncident(stream, Origin.CALL, f"call-{name}", "burglary", reported_at=NOON - age * MINUTE))
        if grade is not None:
            obey(Grade(stream, grade, "handler 7"))
    backlog = [stream for streams in transaction.index("open").values() for stream in streams]
    assert backlog == ["incident-d", "incident-b", "incident-c", "incident-a"]


def test_a_closed_incident_leaves_the_backlog_and_is_still_found_by_its_origin(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(opened())
    obey(Close(ONE, "no trace", "area searched", "sergeant"))
    found = {"origin": "call-1", "reference": "2026-06-05/1", "reported": "2026-06-05T12:00:00.000+00:00"}
    assert dict(index(state(transaction))) == found
    assert transaction.find("origin", "call-1") == [ONE]


def test_an_emergency_button_is_an_incident_at_the_top_grade_at_once(obey: Obey, transaction: MemoryTransaction) -> None:
    pressed = OpenForEmergency(ONE, "press-1", "unit-A1", NOON, HANDSET)
    assert obey(pressed) == ["IncidentOpened", "IncidentGraded", "ResourcesRequested", "DayNumberDrawn"]
    assert (state(transaction).grade, state(transaction).origin, state(transaction).units) == ("Immediate", "emergency_button", 2)


def test_an_emergency_button_brings_up_the_incident_the_officer_works_for(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened())
    obey(Grade(ONE, "Scheduled", "handler 7"))
    obey(Close(ONE, "no trace", "searched", "handler 7"))
    told = obey(OpenForEmergency(ONE, "press-1", "unit-A1", NOON + MINUTE))
    assert told == ["IncidentReopened", "IncidentRegraded", "ResourcesRequested"]
    assert (state(transaction).rank, state(transaction).attend_by) == (1, NOON + 15 * MINUTE)


def test_a_ring_back_that_is_going_on_holds_the_closing(obey: Obey) -> None:
    obey(reviewed())
    obey(NoteCallBack(ONE, "review-1", 2, True, NOON))
    safe = Close(ONE, "welfare checked", "spoken to", "sergeant", welfare="at the door")
    with pytest.raises(Refused, match="a ring back to the caller is pending"):
        obey(safe)
    obey(NoteCallBack(ONE, "review-1", 2, False, NOON))
    assert obey(safe) == ["IncidentClosed"]


def test_a_late_word_from_the_scene_of_a_unit_that_has_left_holds_nothing(obey: Obey) -> None:
    obey(opened())
    obey(NoteAllocated(ONE, "unit-A1", NOON))
    obey(NoteLeft(ONE, "unit-A1", True, NOON + MINUTE))
    assert obey(NoteOnScene(ONE, "unit-A1", NOON)) == ["UnitOnScene"]
    assert obey(Close(ONE, "no trace", "searched", "sergeant")) == ["IncidentClosed"]


def test_a_unit_that_was_there_without_saying_so_leaves_nobody_waiting(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(opened())
    obey(Grade(ONE, "Priority", "handler 7"))
    obey(NoteAllocated(ONE, "unit-A1", NOON))
    obey(NoteLeft(ONE, "unit-A1", True, NOON + MINUTE))
    assert (state(transaction).waiting, transaction.timers()) == (False, [])
