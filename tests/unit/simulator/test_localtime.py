"""Wall times without a zone, where the clocks change and where a day ends."""

from datetime import UTC, datetime

from simulator.localtime import LocalTime, nearest_day

PACIFIC = LocalTime("America/Los_Angeles")
JERUSALEM = LocalTime("Asia/Jerusalem")
_wall = datetime.fromisoformat


def test_an_ordinary_time_has_the_offset_of_its_season() -> None:
    assert PACIFIC.instant(_wall("2017-01-03 09:00:00")) == datetime(2017, 1, 3, 17, tzinfo=UTC)
    assert PACIFIC.instant(_wall("2017-07-03 09:00:00")) == datetime(2017, 7, 3, 16, tzinfo=UTC)
    assert JERUSALEM.instant(_wall("1999-01-01 00:00:31")) == datetime(1998, 12, 31, 22, 0, 31, tzinfo=UTC)


def test_in_the_hour_that_comes_twice_a_later_time_of_the_row_is_not_earlier() -> None:
    received = PACIFIC.instant(_wall("2017-11-05 01:50:00"))
    available = PACIFIC.instant(_wall("2017-11-05 01:10:00"), after=received)
    assert (available - received).total_seconds() == 20 * 60


def test_two_clocks_that_disagree_by_seconds_do_not_make_an_hour_pass() -> None:
    left = PACIFIC.instant(_wall("2017-11-05 01:50:03"))
    assert (left - PACIFIC.instant(_wall("2017-11-05 01:50:01"), after=left)).total_seconds() == 2


def test_a_time_in_the_hour_that_is_left_out_is_still_an_instant() -> None:
    assert PACIFIC.instant(_wall("2017-03-12 02:30:00")) == datetime(2017, 3, 12, 10, 30, tzinfo=UTC)


def test_a_time_of_day_lies_on_the_day_nearest_to_the_one_before() -> None:
    before = _wall("1999-01-05 23:59:33")
    assert nearest_day(_wall("1999-01-05 00:03:40"), before) == _wall("1999-01-06 00:03:40")
    assert nearest_day(_wall("1999-01-05 23:59:31"), before) == _wall("1999-01-05 23:59:31")
    assert nearest_day(_wall("1999-01-06 23:59:58"), _wall("1999-01-06 00:00:01")) == _wall("1999-01-05 23:59:58")
