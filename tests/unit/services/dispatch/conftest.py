from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from chassis.testing.memory import MemoryTransaction
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import Command
from services.dispatch.policy.deployment import load

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def transaction() -> MemoryTransaction:
    return MemoryTransaction(NOON, actor="dispatcher 3")


@pytest.fixture
def obey(transaction: MemoryTransaction) -> Callable[[Command], Sequence[str]]:
    """Run one command under the default rules; gives the names of the events it recorded."""
    dispatch = Dispatch(load())

    def run(command: Command) -> Sequence[str]:
        before = len(transaction.recorded)
        dispatch.handle(transaction, command)
        return [type(event).__name__ for _, event in transaction.recorded[before:]]

    return run
