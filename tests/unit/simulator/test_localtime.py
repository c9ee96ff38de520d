"""Wall times without a zone, where the clocks change and where a day ends."""

from datetime import UTC, datetime

from simulator.localtime import LocalTime, nearest_day

PACIFIC = LocalTime("America/Los_Angeles")
JERUSALEM = LocalTime("Asia/Jerusalem")


def test_an_ordinary_time_has_the_offset_of_its_season() -> None:
    assert PACIFIC.instant(datetime(2017, 1, 3, 9)) == datetime(2017, 1, 3, 17, tzinfo=UTC)
    assert PACIFIC.instant(datetime(2017, 7, 3, 9)) == datetime(2017, 7, 3, 16, tzinfo=UTC)
    assert JERUSALEM.instant(datetime(1999, 1, 1, 0, 0, 31)) == datetime(1998, 12, 31, 22, 0, 31, tzinfo=UTC)


def test_in_the_hour_that_comes_twice_a_later_time_of_the_row_is_not_earlier() -> None:
    received = PACIFIC.instant(datetime(2017, 11, 5, 1, 50))
    available = PACIFIC.instant(datetime(2017, 11, 5, 1, 10), after=received)
    assert (available - received).total_seconds() == 20 * 60


def test_two_clocks_that_disagree_by_seconds_do_not_make_an_hour_pass() -> None:
    left = PACIFIC.instant(datetime(2017, 11, 5, 1, 50, 3))
    assert (left - PACIFIC.instant(datetime(2017, 11, 5, 1, 50, 1), after=left)).total_seconds() == 2


def test_a_time_in_the_hour_that_is_left_out_is_still_an_instant() -> None:
    assert PACIFIC.instant(datetime(2017, 3, 12, 2, 30)) == datetime(2017, 3, 12, 10, 30, tzinfo=UTC)


def test_a_time_of_day_lies_on_the_day_nearest_to_the_one_before() -> None:
    before = datetime(1999, 1, 5, 23, 59, 33)
    assert nearest_day(datetime(1999, 1, 5, 0, 3, 40), before) == datetime(1999, 1, 6, 0, 3, 40)
    assert nearest_day(datetime(1999, 1, 5, 23, 59, 31), before) == datetime(1999, 1, 5, 23, 59, 31)
    assert nearest_day(datetime(1999, 1, 6, 23, 59, 58), datetime(1999, 1, 6, 0, 0, 1)) == datetime(1999, 1, 5, 23, 59, 58)
