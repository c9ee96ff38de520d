"""Means, medians and percentiles of waits, from a counter of seconds."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.durations import Durations


def _of(*seconds: float) -> Durations:
    durations = Durations()
    for one in seconds:
        durations.add(one)
    return durations


@given(st.lists(st.integers(0, 5000), min_size=1))
def test_the_median_is_the_usual_one(seconds: list[int]) -> None:
    assert _of(*seconds).median() == median(seconds)


@given(st.lists(st.integers(0, 100), min_size=1), st.integers(1, 100))
def test_the_percentile_is_the_nearest_rank(seconds: list[int], percent: int) -> None:
    found = _of(*seconds).percentile(percent)
    assert found is not None
    assert sum(one <= found for one in seconds) * 100 >= percent * len(seconds)
    assert sum(one < found for one in seconds) * 100 < percent * len(seconds)


def test_bands_take_their_lower_edge_in() -> None:
    assert _of(0, 9.99, 10, 59, 60, 3000).bands((10, 60)) == [2, 2, 2]


def test_nothing_has_no_mean() -> None:
    nothing = Durations()
    assert (nothing.mean(), nothing.median(), nothing.percentile(90), nothing.longest(), nothing.count) == (None,) * 4 + (0,)


def test_the_mean_is_of_exact_times_and_a_clock_that_runs_back_counts_as_nought() -> None:
    assert _of(0.25, 0.75, -3).mean() == pytest.approx(0.33)


@given(st.lists(st.floats(0, 5000), max_size=20), st.lists(st.floats(0, 5000), max_size=20))
def test_what_is_taken_away_again_was_never_there(kept: list[float], taken: list[float]) -> None:
    durations, expected = _of(*kept, *taken), _of(*kept)
    for one in taken:
        durations.add(one, -1)
    assert (durations.count, durations.mean(), durations.longest()) == (expected.count, expected.mean(), expected.longest())
    assert durations.bands((10, 60)) == expected.bands((10, 60))
