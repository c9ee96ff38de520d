"""A day of dispatch, thrown away and made again from its topic: every event, timer and index entry as it was."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dispatching
import msgspec
import pytest
from stage import Station

from chassis.clock import VirtualClock
from chassis.dated import Dated
from chassis.flow.rebuild import differences, rebuild
from chassis.store.sqlite import SqliteStorage
from contracts.dispatch.deployment import Officer, Release, Skill, Status
from contracts.dispatch.offers import Answer
from contracts.places import Location, LocationSource, Point
from services.dispatch.domain.commands import (
    AcknowledgeAlarm,
    AnswerOffer,
    Assign,
    BookOff,
    BookOn,
    DelayJob,
    Divert,
    EndAssignment,
    Offer,
    OrderStandby,
    Position,
    Recommend,
    ReportStatus,
    RequestJob,
    TakePositions,
)
from services.dispatch.domain.deployment import Area, Deployment
from services.dispatch.domain.recommendation import Recommendation
from services.dispatch.policy.deployment import load

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stores() -> Iterator[tuple[SqliteStorage, SqliteStorage]]:
    one, other = SqliteStorage(), SqliteStorage()
    yield one, other
    one.close()
    other.close()


def rules() -> Dated[Deployment]:
    edition = load().editions[0]
    areas = (Area("north", 1), Area("south", 1))
    return Dated((dataclasses.replace(edition, rules=msgspec.structs.replace(edition.rules, areas=areas)),))


def busy(room: Station, clock: VirtualClock) -> None:
    """Something of everything."""

    def later(minutes: float) -> None:
        clock.move_by(minutes * MINUTE)
        room.tick()

    place = Location(source=LocationSource.SPOKEN, point=Point(latitude=51.5, longitude=-0.1))
    for rank, name in ((2, "1"), (1, "2"), (2, "3")):
        at = clock.now()
        room.do(RequestJob(f"job-{name}", f"incident-{name}", 1, f"grade {rank}", at, rank, at, location=place))
        later(1)
    crew = (Officer(officer="1201", skills=(Skill(name="dog", expires=NOON + 60 * MINUTE),)),)
    room.do(BookOn("A1", area="north", officers=crew, tour_ends=NOON + 600 * MINUTE))
    room.do(BookOn("B2", area="south"))
    room.do(BookOn("C3", area="south"))
    room.do(Offer("job-1", "unit-A1", "dispatcher 3"))
    later(2)
    room.do(Offer("job-1", "unit-A1", "dispatcher 3"))
    room.do(AnswerOffer("unit-A1", "unit-A1.2", Answer.ACCEPTED, "unit-A1"))
    room.do(OrderStandby("unit-B2", "north", "dispatcher 3", "gap"))
    room.do(Divert("job-2", "unit-A1", "dispatcher 4", "knife"))
    later(3)
    room.do(TakePositions((Position("unit-A1", clock.now(), 51.5, -0.1),)))
    room.do(ReportStatus("unit-A1", Status.EMERGENCY_BUTTON, "device"))
    room.do(DelayJob("job-3", "no-unit", "dispatcher 3"))
    later(60)
    room.do(AcknowledgeAlarm("job-3", "sergeant 5"))
    room.do(EndAssignment("job-2", "unit-A1", Release.CLEARED))
    room.do(ReportStatus("unit-A1", Status.REFRESHMENTS, "device"))
    room.do(BookOff("unit-C3"))
    later(400)
    room.do(Assign("job-3", "unit-B2", "dispatcher 3"))


async def test_the_same_store_comes_from_the_topic_and_recommends_the_same(stores: tuple[SqliteStorage, SqliteStorage]) -> None:
    clock = VirtualClock(NOON)
    room = dispatching.station(stores[0], clock, rules())
    busy(room, clock)
    while room.publish():
        pass
    kinds = {event.type.split(".")[2] for event in stores[0].page(0, 1000)}
    assert {"CoverGapOpened", "JobReturned", "AtSceneInferred", "MealBreakMissed", "JobUnresourced", "OfferAnswered"} <= kinds
    rebuilt = await rebuild(room.service, stores[1], room.log, clock)
    assert (rebuilt.events, rebuilt.decided) == (stores[0].last_position(), 0)
    assert differences(stores[0], stores[1]) == []
    assert candidates(dispatching.station(stores[1], clock, rules())) == candidates(room)


def candidates(room: Station) -> list[str]:
    found = room.do(Recommend("job-1")).state
    assert isinstance(found, Recommendation)
    return [one.callsign for one in found.candidates]
