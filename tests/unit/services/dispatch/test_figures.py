from datetime import UTC, datetime, timedelta

from services.dispatch.domain.figures import Figures, figures
from services.dispatch.domain.job import Job, Leg

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def at(minutes: float | None) -> datetime | None:
    return None if minutes is None else NOON + timedelta(minutes=minutes)


def job(name: str, *legs: tuple[float, float | None, float | None], grade: str = "Immediate", **more: object) -> Job:
    """Reported at noon; of each leg: minutes until sent, until the unit said that it was there, until that was inferred."""
    made = tuple(
        Leg("unit-A1", f"{name}.{n}", NOON + timedelta(minutes=sent), at(said), at(inferred))
        for n, (sent, said, inferred) in enumerate(legs, 1)
    )
    return Job(f"job-{name}", f"incident-{name}", 1, "Low", 4, NOON, NOON, first_grade=grade, legs=made, **more)  # type: ignore[arg-type]


def test_allocate_travel_and_attend_by_the_first_unit_of_each() -> None:
    """Sent after two minutes, there after nine; the one sent after four was there after eight."""
    (grade,) = figures([job("1", (2, 9, None), (4, 8, None))]).grades
    assert (grade.allocate.median_s, grade.travel.median_s, grade.attend.median_s) == (120, 240, 480)


def test_medians_stand_beside_means_and_the_slowest_is_named_and_kept() -> None:
    """Ten minutes ten times, and eighteen hours once: nobody's data error."""
    found = figures([*(job(str(n), (1, 10, None)) for n in range(10)), job("forgotten", (1, 1080, None))])
    (attend,) = [grade.attend for grade in found.grades]
    assert (attend.incidents, attend.median_s, attend.longest_s) == (11, 600, 64_800)
    assert attend.mean_s == round((10 * 600 + 64_800) / 11, 1)
    assert attend.slowest[0] == "incident-forgotten"


def test_what_the_police_came_upon_themselves_is_left_out_and_counted() -> None:
    found = figures([job("1", (2, 9, None)), job("2", (0, 0, None), on_view=True)])
    assert (found.grades[0].incidents, found.left_out) == (1, {"on view or self-generated": 1})


def test_an_inferred_arrival_counts_and_is_counted_and_what_was_said_goes_before_it() -> None:
    found = figures([job("1", (2, None, 30)), job("2", (2, 8, 40))]).grades[0]
    assert (found.inferred, found.attend.longest_s, found.attend.median_s) == (1, 1800, 1140)


def test_a_regrade_moves_nobody_into_another_row() -> None:
    assert [grade.grade for grade in figures([job("1", grade="Priority")]).grades] == ["Priority"]


def test_whom_nobody_attended_or_too_late_is_counted() -> None:
    found = figures([job("1"), job("2", (2, 30, None), attend_by=at(15)), job("3", (2, 10, None), attend_by=at(15))]).grades[0]
    assert (found.incidents, found.unattended, found.past_attend_by, found.allocate.incidents) == (3, 1, 1, 2)


def test_attended_before_it_was_reported_stays_in_and_is_counted() -> None:
    found = figures([job("1", (-3, -1, None)), job("2", (5, 4, None))]).grades[0]
    assert (found.attend.incidents, found.attend.longest_s, found.before_report, found.before_sent) == (2, 240, 1, 1)


def test_nothing_reported_is_no_figure() -> None:
    assert figures([]) == Figures("response-1", (), {"on view or self-generated": 0})
