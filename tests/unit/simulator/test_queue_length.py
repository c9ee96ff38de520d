"""How many wait at once."""

from datetime import UTC, datetime, timedelta

from simulator.queue_length import SLACK, QueueLength

NOON = datetime(2025, 6, 5, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_within_one_second_who_leaves_goes_before_who_joins() -> None:
    queue = QueueLength()
    queue.joined(_at(0))
    queue.joined(_at(5.1))
    queue.left(_at(5.9))
    queue.finish()
    assert (queue.most, queue.most_at) == (1, _at(0))


def test_a_leave_told_before_an_earlier_join_counts_in_its_place() -> None:
    queue = QueueLength()
    queue.joined(_at(0))
    queue.left(_at(30))
    queue.told_until(_at(60))
    queue.joined(_at(20))
    queue.left(_at(90))
    queue.finish()
    assert queue.most == 2


def test_what_is_long_past_is_forgotten() -> None:
    queue = QueueLength()
    for minute in range(10_000):
        queue.joined(_at(60 * minute))
        queue.left(_at(60 * minute + 30))
        queue.told_until(_at(60 * minute))
        assert len(queue._pending) <= 2 * SLACK.total_seconds() / 60 + 4
    queue.finish()
    assert queue.most == 1
