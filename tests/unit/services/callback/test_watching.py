"""What callback tells by itself to whoever watches it: a call it heard of and cannot review, orphans, silence at the desk."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from stage import Station, home

from chassis.clock import VirtualClock
from chassis.flow.live import LiveHost
from chassis.log.memory import MemoryLog
from chassis.log.port import Outgoing
from chassis.metrics import DESK_ALARMS, ORPHANS, Metrics
from chassis.store.sqlite import SqliteStorage
from cli.composition import idle_service
from services.callback.reconciliation.carried import CarriedCall, TellCarried
from services.callback.watching import watch

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def station(clock: VirtualClock) -> Station:
    return Station(idle_service("callback"), SqliteStorage(), MemoryLog(), clock)


def scraped(station: Station) -> str:
    """What a scrape of the running service shows; then the service ends."""

    async def scrape() -> str:
        host = LiveHost(station.service, station.storage, station.clock, Metrics("callback", "1"))
        watch(host)
        shown = host.metrics.render().decode()
        await asyncio.to_thread(host.close)
        return shown

    return asyncio.run(scrape())


def test_with_every_call_reviewed_nothing_is_old(station: Station) -> None:
    assert "ringback_review_oldest_open_seconds 0.0" in scraped(station)


def test_a_call_that_cannot_be_reviewed_is_seen_by_its_age(station: Station, clock: VirtualClock) -> None:
    station.log.append_now([Outgoing(home("call-x"), "call-x", (), b"rubbish")])
    station.listen()
    assert len(station.storage.parked_keys()) == 1
    clock.move_by(timedelta(seconds=61))
    assert "ringback_review_oldest_open_seconds 61.0" in scraped(station)


def test_orphans_and_desk_alarms_are_counted_from_their_indexes(station: Station, clock: VirtualClock) -> None:
    station.do(TellCarried(account="june", carrier="BT", calls=(CarriedCall(at=NOW, number="07700900123"),)))
    clock.move_by(timedelta(seconds=45))
    station.tick()
    counted = station.service.counted
    standing = {gauge: len(station.storage.find(index, None, None, None, 9)) for gauge, index in counted.items()}
    assert (standing[ORPHANS], standing[DESK_ALARMS]) == (1, 0)
    station.storage.close()
