from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from chassis.testing.memory import MemoryTransaction
from services.incident.application import Incidents
from services.incident.cases.room import Room
from services.incident.domain.commands import Command
from services.incident.policy import codes, grades, room

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def transaction() -> MemoryTransaction:
    return MemoryTransaction(NOON, actor="handler 7")


@pytest.fixture
def incidents() -> Incidents:
    """The use cases of a force under the policies that ship."""
    return Incidents(Room("kent", grades.load(), room.load(), codes.load(), lambda kind, value: f"{kind} {value}"))


@pytest.fixture
def obey(transaction: MemoryTransaction, incidents: Incidents) -> Callable[[Command], Sequence[str]]:
    """Run one command under the national grades; gives the names of the events it recorded."""

    def run(command: Command) -> Sequence[str]:
        before = len(transaction.recorded)
        incidents.handle(transaction, command)
        return [type(event).__name__ for _, event in transaction.recorded[before:]]

    return run
