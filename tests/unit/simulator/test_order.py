"""Weaving overlapping stories, holding only those under way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from simulator.order import Ranked, woven
from simulator.script import Stimulus

NOON = datetime(2025, 6, 5, 12, tzinfo=UTC)


def _told(minute: int, name: str, rank: int = 0) -> Ranked:
    return Ranked(rank, Stimulus(NOON + timedelta(minutes=minute), "contact", name, name))


def test_overlapping_stories_come_out_by_time_then_rank_then_arrival() -> None:
    groups = [
        (NOON, [_told(0, "a0"), _told(5, "a5", rank=2), _told(9, "a9")]),
        (NOON + timedelta(minutes=5), [_told(5, "b5", rank=1), _told(5, "b5 again", rank=1)]),
    ]
    assert [one.command for one in woven(groups)] == ["a0", "b5", "b5 again", "a5", "a9"]


def test_a_story_is_not_asked_for_before_it_begins() -> None:
    begun = []

    def groups() -> Iterator[tuple[datetime, list[Ranked]]]:
        for minute in range(100):
            begun.append(minute)
            yield NOON + timedelta(minutes=minute), [_told(minute, "x")]

    told = woven(groups())
    for _ in range(10):
        next(told)
    assert len(begun) <= 12
