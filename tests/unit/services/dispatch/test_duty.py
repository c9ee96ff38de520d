from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.host import Timer
from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import Officer, Release, Skill, Status, UnitBookedOff, UnitBookedOn
from contracts.dispatch.tours import MealBreakInterrupted, MealBreakMissed
from contracts.refusals import Invalid, Refused
from services.dispatch.domain.commands import (
    Assign,
    BookOff,
    BookOn,
    Command,
    EndAssignment,
    Override,
    ReportStatus,
    RequestJob,
)
from services.dispatch.domain.unit import Unit
from services.dispatch.streams import UNIT
from services.dispatch.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
A1 = "unit-A1"

Obey = Callable[[Command], Sequence[str]]


def unit(transaction: MemoryTransaction) -> Unit:
    state = transaction.load(UNIT, A1).state
    assert state is not None
    return state


def officer(number: str, *skills: tuple[str, datetime | None]) -> Officer:
    return Officer(officer=number, skills=tuple(Skill(name=name, expires=expires) for name, expires in skills))


def tour(hours: float = 10) -> BookOn:
    return BookOn("A1", officers=(officer("1201"), officer("1202")), tour_ends=NOON + hours * HOUR)


def job(rank: int) -> RequestJob:
    return RequestJob(f"job-{rank}", f"incident-{rank}", 1, "Immediate" if rank == 1 else "Priority", NOON, rank)


def test_the_crew_brings_its_skills_and_the_unit_keeps_its_own(obey: Obey, transaction: MemoryTransaction) -> None:
    crew = (officer("1201", ("taser", NOON + HOUR)), officer("1202", ("taser", NOON + 2 * HOUR), ("dog", None)))
    obey(BookOn("A1", ("ram",), officers=crew, vehicle="KX19 ABC", area="north"))
    state = unit(transaction)
    assert (state.skills, state.crew, state.officers, state.vehicle) == (("ram", "taser", "dog"), 2, ("1201", "1202"), "KX19 ABC")
    assert [state.has("taser", NOON + hours * HOUR) for hours in (1, 2)] == [True, False]
    assert state.has("ram", NOON + 9000 * HOUR)
    assert state.has("dog", NOON + 9000 * HOUR)


def test_one_officer_is_a_single_crew(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", officers=(officer("1201"),)))
    assert unit(transaction).crew == 1


def test_a_callsign_is_a_role_for_a_tour_and_the_next_tour_begins_anew(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(BookOn("A1", officers=(officer("1201", ("dog", None)),), vehicle="KX19 ABC"))
    with pytest.raises(Refused) as refused:
        obey(BookOn("A1", officers=(officer("1301"),), vehicle="KX19 ABC"))
    assert refused.value.code == "on-duty-already"
    obey(BookOff(A1))
    obey(BookOn("A1", officers=(officer("1301"),)))
    state = unit(transaction)
    assert (state.officers, state.skills, state.vehicle) == (("1301",), (), None)


def test_booking_on_the_same_crew_twice_is_booking_on_once(obey: Obey) -> None:
    assert obey(tour()) == ["OfficerBookedOn", "OfficerBookedOn", "UnitBookedOn"]
    assert obey(tour()) == []


def test_a_tour_that_cannot_be_is_refused(obey: Obey) -> None:
    for command, code in (
        (BookOn("A1", officers=(officer("1201"), officer("1201 "))), "officer-twice"),
        (BookOn("A1", officers=(officer("--"),)), "officer-unreadable"),
        (BookOn("A1", vehicle="--"), "vehicle-unreadable"),
        (BookOn("A1", tour_ends=NOON), "tour-ends-first"),
        (BookOn("A1", at=NOON + HOUR), "time-in-the-future"),
    ):
        with pytest.raises(Invalid) as refused:
            obey(command)
        assert (refused.value.code, bool(refused.value.allowed)) == (code, True)


@pytest.mark.parametrize(("hours", "minutes"), [(5.5, 30), (6, 35), (8, 45), (9.99, 50), (10, 60), (14, 60)])
def test_the_meal_break_follows_the_length_of_the_tour(
    obey: Obey, transaction: MemoryTransaction, hours: float, minutes: int
) -> None:
    obey(tour(hours))
    (booked,) = transaction.said(UnitBookedOn)
    assert (booked.meal_minutes, booked.meal_from, booked.meal_until) == (minutes, NOON + 3 * HOUR, NOON + 6 * HOUR)


def test_a_meal_nobody_took_in_time_is_owed_and_said_once(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(tour())
    assert transaction.timers() == [Timer(A1, "meal", NOON + 6 * HOUR)]
    transaction.now = NOON + 6 * HOUR
    assert obey(on_timer(transaction.timers()[0])) == ["MealBreakMissed"]
    assert transaction.said(MealBreakMissed)[0].owed_s == 3600
    assert transaction.timers() == []
    transaction.now = NOON + 10 * HOUR
    obey(BookOff(A1))
    assert transaction.said(UnitBookedOff)[0].meal_owed_s == 3600


def test_a_meal_taken_is_owed_no_longer(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(tour())
    transaction.now = NOON + 5 * HOUR
    obey(ReportStatus(A1, Status.REFRESHMENTS, "device", NOON + 3 * HOUR))
    obey(ReportStatus(A1, Status.ON_PATROL, "device", NOON + 4 * HOUR))
    assert transaction.timers() == []
    obey(BookOff(A1))
    assert transaction.said(UnitBookedOff)[0].meal_owed_s == 0


def test_a_meal_is_interrupted_for_the_top_grade_alone_and_what_is_left_stays_owed(
    obey: Obey, transaction: MemoryTransaction
) -> None:
    obey(tour())
    obey(job(1))
    obey(job(2))
    transaction.now = NOON + 3 * HOUR
    obey(ReportStatus(A1, Status.REFRESHMENTS, "device"))
    transaction.now += 20 * MINUTE
    with pytest.raises(Refused) as refused:
        obey(Assign("job-2", A1, "dispatcher 3"))
    assert refused.value.code == "not-available"
    assert "override with a name and a reason" in refused.value.allowed
    assert obey(Assign("job-1", A1, "dispatcher 3")) == ["MealBreakInterrupted", "UnitAssigned", "JobUnitAdded"]
    (interrupted,) = transaction.said(MealBreakInterrupted)
    assert (interrupted.incident, interrupted.taken_s, interrupted.owed_s) == ("incident-1", 20 * 60, 40 * 60)
    transaction.now += HOUR
    obey(EndAssignment("job-1", A1, Release.CLEARED))
    obey(BookOff(A1))
    assert transaction.said(UnitBookedOff)[0].meal_owed_s == 40 * 60


def test_a_named_person_can_answer_for_taking_a_unit_that_policy_does_not_send(obey: Obey) -> None:
    obey(BookOn("A1"))
    obey(job(2))
    obey(ReportStatus(A1, Status.COURT, "device"))
    with pytest.raises(Refused):
        obey(Assign("job-2", A1, "dispatcher 3"))
    assert obey(Assign("job-2", A1, "dispatcher 3", override=Override("inspector 9", "nobody else"))) == [
        "UnitAssigned",
        "JobUnitAdded",
    ]


def test_who_pressed_the_emergency_button_is_sent_nowhere(obey: Obey) -> None:
    obey(BookOn("A1"))
    obey(job(1))
    obey(ReportStatus(A1, Status.EMERGENCY_BUTTON, "device"))
    with pytest.raises(Refused) as refused:
        obey(Assign("job-1", A1, "dispatcher 3", override=Override("inspector 9", "nobody else")))
    assert refused.value.code == "emergency"


def test_a_tour_begins_after_the_one_before_has_ended(obey: Obey, transaction: MemoryTransaction) -> None:
    obey(tour())
    transaction.now += HOUR
    obey(BookOff(A1))
    with pytest.raises(Invalid) as refused:
        obey(BookOn("A1", at=NOON))
    assert (refused.value.code, refused.value.allowed) == (
        "before-the-end-of-the-last-tour",
        ("a time from 2026-06-05T13:00:00+00:00 on",),
    )


def test_an_officer_and_a_vehicle_are_on_one_unit_at_a_time(obey: Obey) -> None:
    obey(BookOn("A1", officers=(officer("1201"),), vehicle="KX19 ABC"))
    for command, code in (
        (BookOn("B2", officers=(officer("1202"), officer("1201"))), "officer-on-duty"),
        (BookOn("B2", officers=(officer(" 1201 "),)), "officer-on-duty"),
        (BookOn("B2", vehicle="KX19 ABC"), "vehicle-on-duty"),
        (BookOn("B2", vehicle="kx19abc"), "vehicle-on-duty"),
    ):
        with pytest.raises(Refused) as refused:
            obey(command)
        assert (refused.value.code, refused.value.allowed[0]) == (code, "book off unit-A1")
    obey(BookOff(A1))
    crew = (officer("1201"), officer("1202"))
    assert obey(BookOn("B2", officers=crew, vehicle="KX19 ABC")).count("OfficerBookedOn") == 2


def test_a_unit_that_reports_itself_off_duty_lets_its_crew_go(obey: Obey) -> None:
    obey(BookOn("A1", officers=(officer("1201"),), vehicle="KX19 ABC"))
    assert obey(ReportStatus(A1, Status.OFF_DUTY, "device")) == ["OfficerBookedOff", "VehicleBookedOff", "UnitBookedOff"]
    obey(BookOn("A1"))
    assert obey(BookOff(A1)) == ["UnitBookedOff"]
    assert "UnitBookedOn" in obey(BookOn("B2", officers=(officer("1201"),), vehicle="KX19 ABC"))


def test_signs_tell_officers_apart(obey: Obey) -> None:
    obey(BookOn("A1", officers=(officer("1-201"),)))
    assert "UnitBookedOn" in obey(BookOn("B2", officers=(officer("12-01"),)))
