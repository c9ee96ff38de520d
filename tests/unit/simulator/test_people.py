"""The people outside: a dispatcher, crews and supervisors answer to what the services say."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.callback.reviews import Disposition as Ended
from contracts.callback.reviews import Escalation, ReviewClosed, ReviewEscalated, Role
from contracts.dispatch.deployment import (
    AssignmentEnded,
    JobClosed,
    JobRequested,
    JobUnitAdded,
    JobUnitRemoved,
    Release,
    Status,
    UnitAssigned,
    UnitBookedOn,
)
from contracts.envelope import Envelope, Event
from contracts.incident.incidents import IncidentOpened, Origin
from contracts.places import Location, LocationSource, Point
from services.callback.domain.commands import CloseReview
from services.dispatch.domain.commands import Assign, BookOff, BookOn, EndAssignment, ReportStatus
from services.dispatch.policy import deployment
from services.incident.domain.commands import Close
from simulator.crews import Crews, Tours
from simulator.dispatchers import Dispatcher
from simulator.script import Stimulus
from simulator.supervisors import Supervisors
from tests.unit.simulator.conftest import Stored

NOON = datetime(2025, 6, 5, 11, tzinfo=UTC)
NEAR, FAR = Point(latitude=51.06, longitude=-1.31), Point(latitude=51.30, longitude=-1.31)


class Room:
    """A dispatcher and crews, told of events as the engine tells them."""

    def __init__(self, stored: Stored) -> None:
        rules = deployment.load()
        self._stored = stored
        self.dispatcher = Dispatcher(1, rules)
        self.crews = Crews(1, 1000, rules, self.dispatcher, Tours(1, 1000, NOON, 1))

    def hear(self, stream: str, event: Event) -> list[Stimulus]:
        [envelope] = self._stored(event)
        envelope = replace(envelope, stream=stream)
        return [*self.dispatcher.heard(envelope), *self.crews.heard(envelope)]

    def book_on(self, callsign: str, point: Point, at: datetime = NOON) -> list[Stimulus]:
        return self.hear(f"unit-{callsign}", UnitBookedOn(at=at, unit=f"unit-{callsign}", callsign=callsign, point=point))

    def request(self, job: str, units: int = 1, rank: int = 1, *, outside: bool = False) -> list[Stimulus]:
        location = Location(source=LocationSource.SPOKEN, point=NEAR)
        event = JobRequested(
            at=NOON, job=job, incident="incident-x", units=units, grade="Immediate", rank=rank, location=location, outside=outside
        )
        return self.hear(job, event)

    def assign(self, unit: str, job: str) -> list[Stimulus]:
        sent = UnitAssigned(at=NOON, unit=unit, assignment=f"{job}.{unit}", incident="incident-x", job=job, by="d")
        added = JobUnitAdded(at=NOON, job=job, incident="incident-x", unit=unit, assignment=f"{job}.{unit}")
        return [*self.hear(unit, sent), *self.hear(job, added)]

    def release(self, unit: str, job: str) -> list[Stimulus]:
        said = {"assignment": f"{job}.{unit}", "incident": "incident-x", "unit": unit, "job": job, "release": Release.CLEARED}
        ended = AssignmentEnded(at=NOON, reached=True, **said)
        return [*self.hear(unit, ended), *self.hear(job, JobUnitRemoved(at=NOON, **said))]


@pytest.fixture
def room(stored: Stored) -> Room:
    return Room(stored)


def _sent(told: Iterable[Stimulus]) -> list[tuple[str, str]]:
    return [(one.command.job, one.command.unit) for one in told if isinstance(one.command, Assign)]


def _closes(told: Iterable[Stimulus]) -> list[str]:
    return [one.command.incident for one in told if isinstance(one.command, Close)]


def test_the_nearest_free_unit_is_sent_with_the_reasons(room: Room) -> None:
    room.book_on("E01", FAR)
    room.book_on("E02", NEAR)
    [told] = room.request("job-x")
    assert _sent([told]) == [("job-x", "unit-E02")]
    assert isinstance(told.command, Assign) and any("km" in reason for reason in told.command.reasons)
    assert NOON < told.at <= NOON + timedelta(minutes=1)


def test_a_unit_is_promised_once(room: Room) -> None:
    room.book_on("E01", NEAR)
    assert len(room.request("job-x")) == 1
    assert room.request("job-y") == []


def test_a_job_that_found_nobody_is_served_when_a_unit_comes_free_the_most_urgent_first(room: Room) -> None:
    room.request("job-later", rank=3)
    room.request("job-urgent", rank=1)
    assert _sent(room.book_on("E01", NEAR)) == [("job-urgent", "unit-E01")]


def test_no_more_units_are_sent_than_were_asked_for_even_when_one_has_left(room: Room) -> None:
    for callsign in ("E01", "E02", "E03"):
        room.book_on(callsign, NEAR)
    assert len(_sent(room.request("job-x", units=2))) == 2
    room.assign("unit-E01", "job-x")
    room.assign("unit-E02", "job-x")
    assert _sent(room.release("unit-E01", "job-x")) == []
    assert _sent(room.book_on("E04", NEAR)) == []


def test_the_incident_is_closed_when_the_last_unit_has_left(room: Room) -> None:
    room.book_on("E01", NEAR)
    room.request("job-x")
    room.assign("unit-E01", "job-x")
    assert _closes(room.release("unit-E01", "job-x")) == ["incident-x"]
    room.hear("job-x", JobClosed(at=NOON, job="job-x", incident="incident-x", reason="r"))
    assert not room.dispatcher.jobs


def test_another_control_rooms_job_is_left_to_it(room: Room) -> None:
    room.book_on("E01", NEAR)
    assert room.request("job-x", outside=True) == []


def test_a_crew_sets_out_arrives_and_is_clear_in_this_order(room: Room) -> None:
    room.book_on("E01", NEAR)
    room.request("job-x")
    told = room.assign("unit-E01", "job-x")
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert isinstance(told[0].command, ReportStatus) and told[0].command.status is Status.EN_ROUTE
    assert isinstance(told[-1].command, EndAssignment) and told[-1].command.release is Release.CLEARED


def test_a_relief_sends_a_free_unit_home_and_a_busy_one_when_it_is_clear(room: Room) -> None:
    room.book_on("E01", NEAR)
    room.book_on("E02", NEAR)
    room.request("job-x")
    room.assign("unit-E01", "job-x")
    at = NOON + timedelta(hours=3)
    relieved = [*room.book_on("L01", NEAR, at), *room.book_on("L02", NEAR, at)]
    assert [one.command for one in relieved if not isinstance(one.command, BookOn)] == [BookOff("unit-E02")]
    assert BookOff("unit-E01") in [one.command for one in room.release("unit-E01", "job-x")]


def test_a_relieved_unit_is_sent_nowhere(room: Room) -> None:
    room.book_on("E01", NEAR)
    room.book_on("L01", FAR)
    assert _sent(room.request("job-x")) == [("job-x", "unit-L01")]


def _escalated(*, deploy: bool) -> ReviewEscalated:
    return ReviewEscalated(
        at=NOON, review="r", call="r", reason=Escalation.DEADLINE, to=Role.SUPERVISOR, deploy=deploy, silent_approach=False
    )


def _told(supervisors: Supervisors, envelopes: Iterable[Envelope[Event]]) -> Iterator[Stimulus]:
    for envelope in envelopes:
        yield from supervisors.heard(envelope)


def test_a_supervisor_ends_a_review_that_was_handed_over(stored: Stored) -> None:
    [told] = _told(Supervisors(1), stored(_escalated(deploy=False)))
    assert isinstance(told.command, CloseReview) and told.command.review == "r"
    assert told.at > NOON


def test_a_review_for_which_somebody_was_sent_ends_with_its_incident(stored: Stored) -> None:
    supervisors = Supervisors(1)
    assert list(_told(supervisors, stored(_escalated(deploy=True), _escalated(deploy=False)))) == []
    closed = ReviewClosed(at=NOON, review="r", call="r", disposition=Ended.INCIDENT_RESOLVED, reason="r", attempts=0, by="b")
    assert list(_told(supervisors, stored(closed))) == []


@pytest.mark.parametrize("elsewhere", [True, False])
def test_with_units_elsewhere_an_incident_of_a_review_is_closed_by_a_supervisor(stored: Stored, elsewhere: bool) -> None:
    opened = IncidentOpened(
        at=NOON, incident="i", origin=Origin.REVIEW, origin_id="r", opening_code="o", reported_at=NOON, force="f"
    )
    assert _closes(_told(Supervisors(1, units_elsewhere=elsewhere), stored(opened))) == (["i"] if elsewhere else [])


def test_tours_go_on_after_the_last_day_for_as_long_as_somebody_waits() -> None:
    midnight = datetime(2025, 6, 5, tzinfo=ZoneInfo("Europe/London"))
    tours = Tours(1, 300, midnight, 2)
    begun = [next(tours.next(waited_for=False)).at for _ in range(7)]
    assert [(at.day, at.hour) for at in begun] == [(5, 0), (5, 7), (5, 15), (5, 23), (6, 7), (6, 15), (6, 23)]
    assert list(tours.next(waited_for=False)) == []
    assert next(tours.next(waited_for=True)).at == midnight.replace(day=7, hour=7)
