"""Numbers of the day: local midnight, days of 23 and 25 hours, no gap, no number twice, also with several writers."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stage import Station

from chassis.clock import VirtualClock
from chassis.errors import StoreError
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store.sqlite import SqliteStorage
from chassis.testing.memory import MemoryTransaction
from contracts.incident.incidents import Origin
from contracts.incident.records import DayNumberDrawn
from contracts.topics import HEARS
from services.incident.application import Incidents
from services.incident.domain.commands import Grade, OpenIncident
from services.incident.domain.record.day import spoken
from services.incident.policy import room
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

HOUR = timedelta(hours=1)
SPRING = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the night before 23 hours
AUTUMN = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # the night before 25 hours


def opening(name: str) -> OpenIncident:
    return OpenIncident(f"incident-{name}", Origin.CALL, f"call-{name}", "burglary")


@pytest.mark.parametrize(
    ("start", "counted"),
    [
        (SPRING, {"2026-03-28": 1, "2026-03-29": 23, "2026-03-30": 6}),
        (AUTUMN, {"2026-10-24": 1, "2026-10-25": 25, "2026-10-26": 4}),
    ],
)
def test_one_incident_an_hour_makes_23_and_25_numbers_of_a_day(
    incidents: Incidents, start: datetime, counted: dict[str, int]
) -> None:
    transaction = MemoryTransaction(start)
    for n in range(30):
        transaction.now = start + n * HOUR
        incidents.handle(transaction, opening(str(n)))
    drawn = transaction.said(DayNumberDrawn)
    days: dict[str, list[int]] = {}
    for event in drawn:
        days.setdefault(event.day, []).append(event.number)
    assert {day: len(numbers) for day, numbers in days.items()} == counted
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in days.values())


def test_a_reference_is_spoken_as_people_speak_it() -> None:
    assert spoken("2026-06-05/1234") == "1234 of 5 June 2026"


def test_an_incident_is_found_by_its_reference(incidents: Incidents) -> None:
    transaction = MemoryTransaction(SPRING)
    for name in ("a", "b"):
        incidents.handle(transaction, opening(name))
    assert transaction.find("reference", "2026-03-28/2") == ["incident-b"]


def test_what_another_control_room_runs_takes_no_number(incidents: Incidents) -> None:
    transaction = MemoryTransaction(SPRING)
    incidents.handle(transaction, OpenIncident("incident-x", Origin.OTHER_CONTROL_ROOM, "17", "Alarms", force="SFFD"))
    assert transaction.said(DayNumberDrawn) == []


def test_shifts_change_by_the_wall_clock_on_days_of_23_and_25_hours() -> None:
    rules = room.load().at(SPRING)
    assert rules.next_shift_change(SPRING) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert rules.next_shift_change(AUTUMN) == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert rules.next_shift_change(datetime(2026, 10, 25, 7, tzinfo=UTC)) == datetime(2026, 10, 25, 15, tzinfo=UTC)


@pytest.fixture
def writers(tmp_path: Path, incidents: Incidents) -> Iterator[list[Station]]:
    """Two processes on one store."""
    service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
    storages = [SqliteStorage(tmp_path / "incident.sqlite") for _ in range(2)]
    yield [Station(service, storage, MemoryLog(), VirtualClock(SPRING)) for storage in storages]
    for storage in storages:
        storage.close()


def test_two_writers_at_once_draw_every_number_once(writers: list[Station]) -> None:
    def open_many(n: int, station: Station) -> None:
        for m in range(20):
            while True:
                try:
                    station.do(opening(f"{n}-{m}"), cause=f"cause {n} {m}")
                except StoreError:
                    continue
                break

    threads = [threading.Thread(target=open_many, args=(n, station)) for n, station in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = writers[0].storage.find("reference", None, None, None, 100)
    assert sorted(int(entry.value.partition("/")[2]) for entry in found) == list(range(1, 41))
    assert len({entry.stream for entry in found}) == 40


@pytest.mark.parametrize("start", [SPRING + 1.5 * HOUR - timedelta(minutes=10), AUTUMN + 1.5 * HOUR])
def test_a_promise_is_an_hour_that_passes_also_in_the_night_the_clocks_change(incidents: Incidents, start: datetime) -> None:
    transaction = MemoryTransaction(start)
    incidents.handle(transaction, opening("night"))
    state = incidents.handle(transaction, Grade("incident-night", "Priority", "handler 7")).state
    assert state.attend_by - start == HOUR
    assert state.escalate_at - start == timedelta(minutes=40)
