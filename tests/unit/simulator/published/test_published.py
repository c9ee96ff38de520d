"""A published total becomes exactly so many calls, and contact finds the class of each by itself."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from exploring import tried
from hypothesis import given
from hypothesis import strategies as st

from contracts.contact.calls import Abandonment, Line
from services.contact.figures.definition import load
from simulator.published import scenario as scenarios
from simulator.published.fates import fated
from simulator.published.scenario import Stream
from simulator.published.script import PublishedCalls
from simulator.script import InputRefused
from simulator.words import printed

LONDON = ZoneInfo("Europe/London")


def stream(**chosen: object) -> Stream:
    rules = {
        "switch": "s",
        "line": Line.EMERGENCY,
        "since": date(2017, 3, 24),
        "until": date(2017, 3, 28),
        "calls": 400,
        "broken": {Abandonment.IN_QUEUE: 30, Abandonment.BEFORE_QUEUE: 12},
        "gone_within_5s": 7,
    }
    return Stream(**rules | chosen)  # type: ignore[arg-type]


@tried(100)
@given(st.integers(0, 1000))
def test_whatever_the_seed_exactly_so_many_break_off(seed: int) -> None:
    kinds = Counter((one.kind, one.short) for one in fated(stream(), 0, "Europe/London", seed))
    assert kinds == {
        (None, False): 351,
        (Abandonment.IN_QUEUE, False): 30,
        (Abandonment.IN_QUEUE, True): 7,
        (Abandonment.BEFORE_QUEUE, False): 12,
    }


def test_calls_come_in_order_and_share_the_days_also_the_one_that_loses_an_hour() -> None:
    calls = list(fated(stream(), 0, "Europe/London", 1))
    assert calls == sorted(calls, key=lambda one: one.at)
    days = Counter(one.at.astimezone(LONDON).date() for one in calls)
    assert days == dict.fromkeys((date(2017, 3, 24 + n) for n in range(4)), 100)


def test_so_many_different_callers_as_were_published() -> None:
    broken = [one for one in fated(stream(callers=40), 0, "Europe/London", 1) if one.kind is not None]
    assert (len(broken), len({one.number for one in broken})) == (49, 40)


def test_the_operator_passes_no_number_on_101() -> None:
    assert {one.number for one in fated(stream(line=Line.NON_EMERGENCY), 0, "Europe/London", 1)} == {None}


@tried(100)
@given(st.integers(1, 60))
def test_a_scale_rounds_what_breaks_off_as_a_whole(scale: int) -> None:
    scaled = stream(callers=40).scaled(scale)
    assert scaled.lost == round(49 / scale)
    assert scaled.calls >= scaled.lost
    assert scaled.callers is None or scaled.callers <= scaled.lost


@pytest.mark.parametrize("name", scenarios.names())
def test_what_ships_is_whole(name: str) -> None:
    scenario, definitions = scenarios.read(name), load()
    assert scenario.source
    assert scenario.assumed
    for one in scenario.published:
        editions = definitions[one.definition]
        begins = min(stream.since for stream in scenario.stream)
        assert editions.at(datetime(begins.year, begins.month, begins.day, tzinfo=LONDON)), "in force when the calls begin"
    assert set(scenario.also) <= definitions.keys()


def test_one_seed_is_one_history(tmp_path: Path) -> None:
    def told(seed: int) -> list[object]:
        return list(PublishedCalls(scenarios.read("kent-2013"), 5000, seed, tmp_path).stimuli())

    first = told(1)
    assert first == told(1) != told(2)
    assert len({stimulus.cause for stimulus in first}) == len(first)  # type: ignore[attr-defined]


def test_the_published_span_is_what_a_progress_bar_follows() -> None:
    begins, ends = PublishedCalls(scenarios.read("kent-2013"), 5000, 1).span or (None, None)
    assert begins is not None
    assert ends is not None
    assert ends - begins == timedelta(days=365)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"until": date(2017, 3, 24)}, "ends after it begins"),
        ({"calls": 48}, "more calls"),
        ({"callers": 50}, "no more callers"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        stream(**wrong)


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputRefused, match="hampshire-2016"):
        scenarios.read("nowhere")
    with pytest.raises(InputRefused, match="no scenario"):
        scenarios.of({"title": "t"})


@pytest.mark.parametrize(
    ("value", "digits", "sign", "said"),
    [
        (3641, 0, False, "3,641"),
        (1.263, 1, False, "1.3"),
        (5, 0, True, "+5"),
        (-41, 0, True, "-41"),
        (0, 0, True, "0"),
        (-0.04, 1, True, "0.0"),
        (None, 0, True, "–"),
    ],
)
def test_numbers_are_said_as_they_were_printed(value: float | None, digits: int, sign: bool, said: str) -> None:
    assert printed(value, digits, sign) == said
