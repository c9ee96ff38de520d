"""Weaves the facts of calls and incidents that overlap in time into one sequence, holding only those that are under way."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count
from typing import NamedTuple

from simulator.script import Stimulus


class Ranked(NamedTuple):
    """A stimulus and its rank among those of the same instant: lower goes first."""

    rank: int
    stimulus: Stimulus


def woven(groups: Iterable[tuple[datetime, Iterable[Ranked]]]) -> Iterator[Stimulus]:
    """One sequence by (instant, rank, order of arrival) from groups that are ordered by their earliest instant."""
    waiting: list[tuple[datetime, int, int, Stimulus]] = []
    arrival = count()
    for begins, group in groups:
        while waiting and waiting[0][0] < begins:
            yield heapq.heappop(waiting)[3]
        for rank, stimulus in group:
            heapq.heappush(waiting, (stimulus.at, rank, next(arrival), stimulus))
    while waiting:
        yield heapq.heappop(waiting)[3]
