import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from chassis.dated import Dated
from chassis.errors import PolicyRefused
from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import Status, UnitAssigned
from contracts.places import Location, LocationSource, Point
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import BookOn, RequestJob
from services.dispatch.domain.cover import Cover
from services.dispatch.domain.deployment import Area, Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.place import Place
from services.dispatch.domain.recommendation import Known, Recommendation
from services.dispatch.domain.recommendation import recommend as weigh
from services.dispatch.domain.travel import distance_m
from services.dispatch.domain.unit import Held, Meal, Offered, Unit
from services.dispatch.policy.deployment import DEFAULT, load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
RULES = load().at(NOON)
SCENE = Place(LocationSource.HANDSET, 51.5, -0.1)


def unit(callsign: str, east: float | None = 0.0, status: Status = Status.ON_PATROL, **more: object) -> Unit:
    state = Unit(f"unit-{callsign}", callsign, True, status, NOON)
    if east is not None:
        state = msgspec.structs.replace(state, latitude=51.5, longitude=-0.1 + east)
    return msgspec.structs.replace(state, **more)


def job(units: int = 1, skills: tuple[str, ...] = (), place: Place | None = SCENE) -> Job:
    return Job("job-1", "incident-1", units, "Immediate", 1, NOON, NOON, skills, place)


def recommend(job: Job, units: list[Unit], rules: Deployment = RULES) -> Recommendation:
    return weigh(job, units, rules, Known(NOON))


def test_distances_follow_the_great_circle() -> None:
    london, new_york = (51.5007, -0.1246), (40.6892, -74.0445)
    assert distance_m(london, new_york) == pytest.approx(5_574_840, rel=1e-5)
    assert distance_m(london, london) == 0
    assert distance_m((0, 0), (0, 180)) == pytest.approx(20_015_115, rel=1e-6)


def test_the_nearest_unit_that_fits_comes_first_with_reasons() -> None:
    found = recommend(
        job(skills=("dog",)), [unit("FAR", 0.2, skills=("dog",)), unit("NEAR", 0.01), unit("MID", 0.1, skills=("dog",))], RULES
    )
    assert [one.callsign for one in found.candidates] == ["MID", "FAR", "NEAR"]
    assert found.candidates[0].in_favour == ("has dog", "6.9 km, about 12 min", "free, status 2")
    assert found.candidates[2].against == ("lacks dog",)
    assert [one.callsign for one in found.best()] == ["MID"]
    assert found.missing == ()


def test_a_unit_whose_place_is_unknown_comes_after_those_that_are_known() -> None:
    found = recommend(job(), [unit("LOST", None), unit("FAR", 0.5)], RULES)
    assert [one.callsign for one in found.candidates] == ["FAR", "LOST"]
    assert found.candidates[1].against == ("how far it is is not known",)
    nowhere = recommend(job(place=None), [unit("B"), unit("A")], RULES)
    assert [one.callsign for one in nowhere.candidates] == ["A", "B"]


@pytest.mark.parametrize("status", [Status.ESCORT, Status.EN_ROUTE, Status.COMMITTED, Status.COURT, Status.EMERGENCY_BUTTON])
def test_a_unit_in_another_status_is_no_candidate(status: Status) -> None:
    assert recommend(job(), [unit("A", status=status)], RULES).candidates == ()


def test_a_unit_that_holds_another_job_is_no_candidate_unless_it_is_deployable() -> None:
    held = (Held("2.1", "incident-2", "job-2", NOON),)
    busy, deployable = unit("A", held=held), unit("B", held=held, status=Status.COMMITTED_DEPLOYABLE)
    found = recommend(job(), [busy, deployable, unit("C", 0.5)], RULES)
    assert [one.callsign for one in found.candidates] == ["C", "B"]
    assert found.candidates[1].preemptible
    assert "committed but deployable: would leave incident-2" in found.candidates[1].against
    assert [one.callsign for one in found.best()] == ["C"]


def test_a_single_crewed_unit_is_marked() -> None:
    assert recommend(job(), [unit("A", crew=1)], RULES).candidates[0].against == ("single-crewed",)


def test_an_expired_skill_is_none() -> None:
    lapsed = unit("A", skills=("dog",), expires=(("dog", NOON),))
    valid = unit("B", 0.3, skills=("dog",), expires=(("dog", NOON + timedelta(seconds=1)),))
    found = recommend(job(skills=("dog",)), [lapsed, valid])
    assert [(one.callsign, one.suitable) for one in found.candidates] == [("B", True), ("A", False)]
    assert found.candidates[1].against == ("dog has expired",)
    assert recommend(job(skills=("dog",)), [lapsed]).missing[1] == "no unit that can be sent has dog"


def test_a_unit_at_its_meal_is_named_for_the_top_grade_alone_and_after_those_that_are_free() -> None:
    meal = Meal(3600, NOON - timedelta(hours=1), NOON + timedelta(hours=2), since=NOON - timedelta(minutes=20))
    eats = unit("A", status=Status.REFRESHMENTS, meal=meal)
    found = recommend(job(), [eats, unit("B", 0.3)])
    assert [one.callsign for one in found.candidates] == ["B", "A"]
    assert found.candidates[1].against == ("at its meal, of which 40 min would stay owed",)
    assert [one.callsign for one in found.best()] == ["B"]
    assert recommend(msgspec.structs.replace(job(), rank=2), [eats]).candidates == ()


def test_a_meal_that_is_due_speaks_against_and_costs_some_way() -> None:
    meal = Meal(3600, NOON - timedelta(hours=1), NOON + timedelta(hours=2))
    found = recommend(job(), [unit("A", 0.01, meal=meal), unit("B", 0.015)])
    assert [one.callsign for one in found.candidates] == ["B", "A"]
    assert found.candidates[1].against == ("60 min of its meal are owed",)
    assert recommend(job(), [unit("A", 0.01, meal=meal), unit("B", 0.2)]).candidates[0].callsign == "A"


def test_tired_crews_go_after_fresh_ones_and_beyond_the_longest_tour_they_do_not_fit() -> None:
    tired, spent = unit("A", tour_at=NOON - timedelta(hours=11)), unit("B", tour_at=NOON - timedelta(hours=17))
    found = recommend(job(), [tired, spent, unit("C", 0.01, tour_at=NOON)])
    assert [(one.callsign, one.suitable) for one in found.candidates] == [("C", True), ("A", True), ("B", False)]
    assert (found.candidates[1].against, found.candidates[2].against) == (
        ("11 h on duty",),
        ("17 h on duty: longer than the 16 h allowed",),
    )


def test_a_neighbours_unit_is_recommended_across_the_border_and_says_so() -> None:
    areas = (Area("north"), Area("beyond", neighbour=True))
    rules = msgspec.structs.replace(RULES, areas=areas)
    near, far = unit("NEAR", 0.05, area="beyond"), unit("FAR", 0.3, area="north")
    found = recommend(job(), [near, far], rules)
    assert [one.callsign for one in found.candidates] == ["NEAR", "FAR"]
    assert found.candidates[0].against == ("from beyond, across the border",)


def test_it_says_which_area_would_be_left_with_too_little() -> None:
    rules = msgspec.structs.replace(RULES, areas=(Area("north", 2), Area("south", 1)))
    known = Known(NOON, cover={"north": Cover("north", 2, 2), "south": Cover("south", 2, 1)})
    found = weigh(job(), [unit("A", area="north"), unit("B", 0.005, area="south")], rules, known)
    assert [(one.callsign, one.below_cover) for one in found.candidates] == [("B", None), ("A", "north")]
    assert found.candidates[1].against == ("north would be left with 1, its minimum is 2",)


def test_the_time_of_day_changes_the_way() -> None:
    seconds = [
        weigh(job(), [unit("A", 0.1)], RULES, Known(NOON.replace(hour=hour))).candidates[0].travel_s for hour in (2, 7, 12)
    ]
    night, rush, noon = (one or 0.0 for one in seconds)
    assert (night / noon, rush / noon) == (pytest.approx(1 / 1.15, rel=1e-3), pytest.approx(1 / 0.8, rel=1e-3))


def test_a_unit_that_was_asked_is_not_named_and_one_that_declined_says_so() -> None:
    asked = unit("A", offer=Offered("unit-A.1", "incident-2", "job-2", "dispatcher 3", NOON))
    declined = msgspec.structs.replace(job(), declined=("unit-B",))
    found = recommend(declined, [asked, unit("B")])
    assert [(one.callsign, one.against) for one in found.candidates] == [("B", ("has declined this job",))]


def test_it_says_what_is_missing_when_nothing_fits() -> None:
    spare = unit("B", status=Status.COMMITTED_DEPLOYABLE, skills=("dog",))
    assert recommend(job(2, ("dog", "boat")), [unit("A"), spare], RULES).missing == (
        "0 of 2 units wanted fit and are free",
        "no unit that can be sent has boat",
    )
    assert recommend(job(2, ("dog",)), [unit("A", skills=("dog",)), spare], RULES).missing == (
        "1 of 2 units wanted fit and are free",
        "1 that fit could be taken from what they do",
    )
    assert recommend(job(1), [], RULES).missing == ("0 of 1 units wanted fit and are free",)


def test_units_that_work_for_the_job_already_are_not_recommended_to_it() -> None:
    there = unit("A", held=(Held("1.1", "incident-1", "job-1", NOON),), status=Status.COMMITTED_DEPLOYABLE)
    assert recommend(job(), [there], RULES).candidates == ()


def wanted(outside: bool = False) -> RequestJob:
    place = Location(source=LocationSource.HANDSET, point=Point(latitude=51.5, longitude=-0.1))
    return RequestJob("job-1", "incident-1", 1, "Immediate", NOON, 1, location=place, outside=outside)


def dispatch(auto_assign: bool) -> tuple[Dispatch, MemoryTransaction]:
    edition = load().editions[0]
    rules = msgspec.structs.replace(edition.rules, auto_assign=auto_assign)
    service = Dispatch(Dated((dataclasses.replace(edition, rules=rules),)))
    transaction = MemoryTransaction(NOON)
    for callsign, east in (("FAR", 0.2), ("NEAR", 0.01)):
        service.handle(transaction, BookOn(callsign, point=Point(latitude=51.5, longitude=-0.1 + east)))
    return service, transaction


@pytest.mark.parametrize(("auto_assign", "outside"), [(False, False), (True, True)])
def test_a_person_assigns_unless_policy_says_otherwise_and_never_for_another_control_room(
    auto_assign: bool, outside: bool
) -> None:
    service, transaction = dispatch(auto_assign)
    service.handle(transaction, wanted(outside))
    assert transaction.said(UnitAssigned) == []


def test_where_policy_says_so_the_best_unit_is_sent_with_the_reasons() -> None:
    service, transaction = dispatch(auto_assign=True)
    service.handle(transaction, wanted())
    service.handle(transaction, wanted())
    (sent,) = transaction.said(UnitAssigned)
    assert (sent.unit, sent.by, sent.reasons) == ("unit-NEAR", "policy default-1", ("0.7 km, about 1 min", "free, status 1"))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("preemptible = [7]", "preemptible = [7, 2]", "cannot be pre-emptible as well"),
        ("available = [2, 3, 1]", "available = [2, 11]", "off duty cannot be sent"),
        ("available = [2, 3, 1]", "available = [14]", r"available\[0\]|Invalid enum value 14"),
        ("available = [2, 3, 1]", "available = []", "available"),
        ("urgent_kmh = 45.0", "urgent_kmh = 0.0", r"urgent_kmh"),
        ("routine_kmh = 30.0", "routine = 30.0", "unknown field|routine_kmh"),
        ('zone = "Europe/London"', 'zone = "Europe/Londinium"', "no such time zone"),
        ("road_factor = 1.3", "road_factor = 0.9", "road_factor"),
        (
            'code = "12", meaning = "message 12"',
            'code = "12", meaning = "message 13"',
            "messages: two codes have the same meaning",
        ),
        ('code = "12"', 'code = "17"', "messages: say for each"),
        ('code = "weather"', 'code = "no-unit"', "delays: two codes have the same code"),
        ("rank = 1, after_s = [120.0, ", "rank = 1, after_s = [", "as many times as roles"),
        ("rank = 2, after_s", "rank = 1, after_s", "the most urgent rank first"),
        ("{ hours = 6, ", "{ hours = 0, ", "the shortest tour first"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_with_file_key_and_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    broken = tmp_path / "deployment.toml"
    text = DEFAULT.read_text()
    assert old in text
    broken.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyRefused, match=reason) as refused:
        load(broken)
    assert "deployment.toml: policy[0]" in str(refused.value)
