from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from chassis.testing.memory import MemoryTransaction
from services.incident.application import Incidents
from services.incident.domain.commands import Command
from services.incident.policy.grades import load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def transaction() -> MemoryTransaction:
    return MemoryTransaction(NOON, actor="handler 7")


@pytest.fixture
def obey(transaction: MemoryTransaction) -> Callable[[Command], Sequence[str]]:
    """Run one command under the national grades; gives the names of the events it recorded."""
    incidents = Incidents("kent", load())

    def run(command: Command) -> Sequence[str]:
        before = len(transaction.recorded)
        incidents.handle(transaction, command)
        return [type(event).__name__ for _, event in transaction.recorded[before:]]

    return run
