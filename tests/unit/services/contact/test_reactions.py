from datetime import UTC, datetime

import pytest

from chassis.host import Timer
from services.contact.timers import on_timer


def test_a_timer_here_is_a_programming_error() -> None:
    with pytest.raises(LookupError):
        on_timer(Timer("call-1", "attempt", datetime(2026, 6, 5, tzinfo=UTC)))
