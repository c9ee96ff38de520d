"""What contact keeps follows from what it said: a store made again from the log owes, finds and knows the same."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from stage import Station
from switchroom import Switchroom, switchroom

from chassis.flow.rebuild import differences, rebuild
from chassis.flow.soundness import faults
from chassis.store.sqlite import SqliteStorage
from contracts.contact.calls import Channel, Line
from contracts.refusals import Refused
from services.contact.domain.calls.facts import MissPlace
from services.contact.domain.desks.contacting import ReceiveContact, TakeContact
from services.contact.domain.desks.feed import HearFeed, RetireFeed
from services.contact.domain.desks.staff import MoveHandler
from services.contact.streams import call_id

pytestmark = pytest.mark.anyio
T = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_shift(room: Switchroom, random: Random) -> None:
    """What may happen in some hours: calls on all lines that wait, break off, come back, keep places; alarms in between."""
    for n in range(150):
        call, number = f"{random.randrange(40)}", f"+4477009{random.randrange(25):05d}"
        match random.randrange(9):
            case 0 | 1:
                room.presented(call, number, random.choice(list(Line)), switch=random.choice(["bt-1", "bt-2"]))
            case 2 | 3:
                room.queued(call, random.choice(["999", "101"]))
            case 4:
                room.answered(call, at=room.clock.now() - timedelta(seconds=random.randrange(9)))
            case 5 | 6:
                room.gone(call, at=room.clock.now() - timedelta(seconds=random.randrange(60)))
            case 7:
                room.keeps_place(call)
                try:
                    room.do(MissPlace(call=call_id("s", call), at=room.clock.now(), handler="h7"))
                except Refused:
                    room.do(HearFeed(feed="acd-2"))
            case _:
                room.do(ReceiveContact(contact=f"c{n}", at=room.clock.now(), channel=Channel.TEXT_999, source="sms"))
                room.do(MoveHandler(handler="h7", queues=(random.choice(["999", "101"]),), by="sgt-4", reason="busy"))
        room.wait(random.randrange(120))
    room.do(TakeContact(contact=next(iter(contacts(room))), handler="h7"))
    room.do(RetireFeed(feed="bt-2", by="op-1", reason="replaced"))


def contacts(room: Switchroom) -> list[str]:
    return [entry.stream.removeprefix("contact-") for entry in room.reads.find("contact-open")]


@pytest.mark.parametrize("seed", range(3))
async def test_a_rebuilt_store_differs_in_nothing(seed: int) -> None:
    with switchroom(T) as room:
        a_shift(room, Random(seed))
        station: Station = room.station
        while station.publish():
            pass
        assert list(faults(station.service, station.storage)) == []
        rebuilt = SqliteStorage()
        await rebuild(station.service, rebuilt, station.log, room.clock)  # type: ignore[arg-type]
        assert differences(station.storage, rebuilt) == []
        assert room.station.storage.timers() == rebuilt.timers()
        rebuilt.close()
