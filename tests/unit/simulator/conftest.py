"""Small files written by hand, in the shape of the public ones, and events as a store gives them back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from contracts import registry
from contracts.envelope import Envelope, Event

BANK_HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time"
    "\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver"
)
FIRE_HEADER = (
    "Call Number,Unit ID,Incident Number,Call Type,Received DtTm,Entry DtTm,Dispatch DtTm,Response DtTm,On Scene DtTm,"
    "Transport DtTm,Hospital DtTm,Call Final Disposition,Available DtTm,Address,Original Priority,Final Priority,ALS Unit,"
    "Unit Type,Neighborhood  District,Location"
)

WriteBank = Callable[..., Path]
WriteFire = Callable[..., Path]
Stored = Callable[..., list[Envelope[Event]]]


def bank_line(
    greeting: tuple[str, str] = ("9:00:00", "9:00:10"),
    queue: tuple[str, str] = ("0:00:00", "0:00:00"),
    service: tuple[str, str] = ("0:00:00", "0:00:00"),
    outcome: str = "AGENT",
    call: str = "1",
    customer: str = "0",
    date: str = "990105",
) -> str:
    """One row of the bank's table."""
    return "\t".join(("AA0101", call, customer, "0", "PS", date, *greeting, "10", *queue, "0", outcome, *service, "0", "AGENT01"))


def fire_line(
    dispatched: str = "01/03/2017 09:01:00 AM",
    available: str = "01/03/2017 09:30:00 AM",
    response: str = "01/03/2017 09:02:00 AM",
    on_scene: str = "01/03/2017 09:05:00 AM",
    received: str = "01/03/2017 09:00:00 AM",
    entry: str = "01/03/2017 09:00:30 AM",
    call: str = "170030001",
    unit: str = "E39",
    original: str = "3",
    final: str = "3",
) -> str:
    """One row of the city's table."""
    where = '"(37.745858648581, -122.456664252061)"'
    first = (call, unit, call[2:], "Alarms", received, entry, dispatched, response, on_scene, "", "", "Fire", available)
    return ",".join((*first, "0 Block of BALCETA AVE", original, final, "true", "ENGINE", "Mission", where))


@pytest.fixture
def bank_file(tmp_path: Path) -> WriteBank:
    def write(*lines: str, header: str = BANK_HEADER, end: str = "\r\n") -> Path:
        path = tmp_path / "bank.tsv"
        path.write_bytes(end.join((header, *lines, "")).encode())
        return path

    return write


@pytest.fixture
def fire_file(tmp_path: Path) -> WriteFire:
    def write(*lines: str, header: str = FIRE_HEADER, end: str = "\n") -> Path:
        path = tmp_path / "fire.csv"
        path.write_bytes(end.join((header, *lines, "")).encode())
        return path

    return write


@pytest.fixture
def stored() -> Stored:
    """Events of one service in the order of their positions, recorded when they happened unless said otherwise."""
    positions = count(1)

    def store(*events: Event, recorded: Sequence[datetime] = ()) -> list[Envelope[Event]]:
        return [
            Envelope(
                id=str(position),
                service=registry.of(event).service,
                stream="stream-1",
                version=position,
                position=position,
                type=registry.of(event).name,
                recorded=when,
                correlation="c",
                cause="c",
                actor="a",
                event=event,
            )
            for event, when, position in zip(events, recorded or [event.at for event in events], positions, strict=False)
        ]

    return store
