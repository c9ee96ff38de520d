"""Many calls from one cell or about one place are offered as one incident, and every caller still stands alone."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.contact.calls import CallAbandoned
from contracts.contact.surges import SurgeCallAdded, SurgeDetected, SurgeKind
from contracts.places import Location, LocationSource, Point
from contracts.refusals import NotFound, Refused
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import EstimateLocation, HangUp, PresentCall
from services.contact.domain.surge import DismissSurge, TakeSurge, squares
from services.contact.policy import default

T = datetime(2026, 6, 5, 12, tzinfo=UTC)
METRE = 1 / 111_195


class Desk:
    """The contact service on a table of dictionaries; the shipped policy: 5 calls in 900 s within 300 m."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        numbers = Numbers(telephone=lambda raw: (raw, True), reference=lambda kind, value: f"{kind}:{value}")
        self.contact = Contact(default.load(), numbers)

    def told(self, *commands: object) -> "Desk":
        for command in commands:
            self.contact.handle(self.tx, command)  # type: ignore[arg-type]
        return self

    def call(self, n: int, location: Location, cell: str | None = None, at: float = 0) -> "Desk":
        moment = T + timedelta(seconds=at or n)
        self.tx.now = moment
        return self.told(
            PresentCall(call=f"c{n}", at=moment, number=f"+4477009001{n:02}", switch="bt-1"),
            EstimateLocation(call=f"c{n}", at=moment, location=location, cell=cell),
        )

    def offered(self) -> list[SurgeDetected]:
        return self.tx.said(SurgeDetected)

    def added(self) -> list[str]:
        return [event.call for event in self.tx.said(SurgeCallAdded)]


def spot(north_m: float = 0, east_m: float = 0, radius_m: float = 20) -> Location:
    point = Point(latitude=51.5 + north_m * METRE, longitude=-0.1 + east_m * METRE / 0.6225)
    return Location(source=LocationSource.HANDSET, point=point, radius_m=radius_m)


WIDE = Location(source=LocationSource.CELL, point=Point(latitude=51.5, longitude=-0.1), radius_m=5000)
SAID = Location(source=LocationSource.SPOKEN, address="Kings Cross station")


def test_calls_from_one_cell_are_offered_as_one_incident_and_later_ones_are_added() -> None:
    desk = Desk()
    for n in range(1, 5):
        desk.call(n, WIDE, "234-15-7")
    assert desk.offered() == []
    desk.call(5, WIDE, "234-15-7")
    [surge] = desk.offered()
    assert (surge.kind, surge.calls, surge.policy) == (
        SurgeKind.CELL,
        ("c1", "c2", "c3", "c4", "c5"),
        "contact-caller-default-1",
    )
    assert desk.call(6, WIDE, "234-15-7").call(7, WIDE, "234-15-7").added() == ["c6", "c7"]
    assert len(desk.offered()) == 1


def test_points_close_together_are_one_place_also_across_the_lines_of_the_grid() -> None:
    desk = Desk()
    for n, north in enumerate((-140, -70, 0, 70, 140), start=1):
        desk.call(n, spot(north, -north))
    assert [(surge.kind, len(surge.calls)) for surge in desk.offered()] == [(SurgeKind.PLACE, 5)]


def test_an_address_that_several_callers_give_is_one_place() -> None:
    desk = Desk()
    for n in range(1, 6):
        desk.call(n, SAID)
    assert [surge.kind for surge in desk.offered()] == [SurgeKind.ADDRESS]


def test_an_address_that_a_network_guesses_is_no_place() -> None:
    guess = Location(source=LocationSource.CELL, address="Kings Cross station")
    desk = Desk()
    for n in range(1, 9):
        desk.call(n, guess)
    assert desk.offered() == []


def test_calls_that_share_a_cell_and_a_place_are_one_surge() -> None:
    desk = Desk()
    for n in range(1, 6):
        desk.call(n, spot(), "234-15-7")
    desk.call(6, spot(), "234-15-8").call(7, WIDE, "234-15-7")
    assert len(desk.offered()) == 1
    assert desk.added() == ["c6", "c7"]


@pytest.mark.parametrize("radius", [301, 5000])
def test_a_point_that_may_be_anywhere_is_no_place(radius: float) -> None:
    desk = Desk()
    for n in range(1, 9):
        desk.call(n, spot(radius_m=radius))
    assert desk.offered() == []


def test_far_apart_or_long_apart_is_no_surge() -> None:
    far, slow = Desk(), Desk()
    for n in range(1, 9):
        far.call(n, spot(north_m=1000 * n))
        slow.call(n, WIDE, "234-15-7", at=400 * n)
    assert far.offered() == slow.offered() == []


def test_estimates_that_repeat_count_a_caller_once() -> None:
    desk = Desk()
    for n in range(1, 5):
        desk.call(n, spot()).call(n, spot(5)).call(n, spot(10))
    assert desk.offered() == []


def test_no_caller_is_hidden_each_break_off_is_said_as_without_the_surge() -> None:
    crowd, alone = Desk(), Desk()
    for n in range(1, 9):
        crowd.call(n, spot())
        alone.call(n, spot(north_m=1000 * n))
    for n in range(1, 9):
        gone = HangUp(call=f"c{n}", at=T + timedelta(seconds=60))
        crowd.told(gone)
        alone.told(gone)
    assert len(crowd.offered()) == 1
    said = [event.model_dump(exclude={"location"}) for event in crowd.tx.said(CallAbandoned)]
    assert said == [event.model_dump(exclude={"location"}) for event in alone.tx.said(CallAbandoned)]
    assert len(said) == 8


def test_an_offer_is_answered_once() -> None:
    desk = Desk()
    for n in range(1, 6):
        desk.call(n, WIDE, "234-15-7")
    surge = desk.offered()[0].surge
    take = TakeSurge(surge=surge, incident="i1", by="h7")
    desk.told(take, take)
    assert desk.tx.index("surge-offered") == {}
    with pytest.raises(Refused) as refused:
        desk.told(DismissSurge(surge=surge, reason="?", by="h8"))
    assert refused.value.code == "surge-taken"
    assert desk.call(6, WIDE, "234-15-7").added() == ["c6"], "a caller who comes later is added to the incident"
    with pytest.raises(NotFound):
        desk.told(TakeSurge(surge="unknown", incident="i1", by="h7"))


def test_calls_that_were_told_apart_are_not_offered_again_and_new_ones_are() -> None:
    desk = Desk()
    for n in range(1, 6):
        desk.call(n, WIDE, "234-15-7")
    desk.told(DismissSurge(surge=desk.offered()[0].surge, reason="a concert", by="h8"))
    for n in range(6, 10):
        desk.call(n, WIDE, "234-15-7")
    assert len(desk.offered()) == 1
    desk.call(10, WIDE, "234-15-7")
    assert desk.offered()[1].calls == ("c6", "c7", "c8", "c9", "c10")


def test_two_points_that_are_close_share_a_square_everywhere_on_earth() -> None:
    for latitude in (-89.9, -51.5, -0.0001, 0.0, 0.5, 51.4999, 51.5, 60.2, 89.5):
        for north, east in ((0.0, 299.0), (299.0, 0.0), (210.0, -210.0), (-150.0, 250.0)):
            here = Point(latitude=latitude, longitude=-0.00005)
            there = Point(
                latitude=min(90, latitude + north * METRE),
                longitude=-0.00005 + min(170, east * METRE / max(0.02, math.cos(math.radians(latitude)))),
            )
            assert set(squares(here, 300)) & set(squares(there, 300)), (latitude, north, east)
