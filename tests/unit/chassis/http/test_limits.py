"""A bucket refills at its rate, holds no more than its size, and there are only so many buckets."""

from datetime import timedelta

from chassis.clock import VirtualClock
from chassis.http.limits import LimitSettings, RateLimit


def test_a_bucket_empties_and_refills_at_its_rate(clock: VirtualClock) -> None:
    limit = RateLimit(LimitSettings(per_second=2, at_once=3), clock)
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.move_by(timedelta(seconds=0.25))
    assert limit.take("a") == 0.25
    clock.move_by(timedelta(seconds=0.25))
    assert limit.take("a") == 0
    clock.move_by(timedelta(days=1))
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_one_does_not_empty_anothers_bucket(clock: VirtualClock) -> None:
    limit = RateLimit(LimitSettings(per_second=1, at_once=1), clock)
    assert [limit.take("a"), limit.take("b"), limit.take("a")] == [0, 0, 1]


def test_only_the_longest_unseen_is_forgotten(clock: VirtualClock) -> None:
    limit = RateLimit(LimitSettings(per_second=1, at_once=1, remembered=2), clock)
    for subject in ("a", "b", "a", "c"):
        limit.take(subject)
    assert limit.take("a") == 1
    assert limit.take("b") == 0
