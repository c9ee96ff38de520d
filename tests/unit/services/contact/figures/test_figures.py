"""The same calls under two definitions give two numbers, and each number is right."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from chassis.dated import Dated, Edition
from contracts.contact.calls import Abandonment, CallReclassified, Line, NumberLearned
from contracts.contact.telephony import PlaceGivenUp
from contracts.envelope import Event
from services.contact.figures.behind import Figure, behind
from services.contact.figures.call_facts import CallFacts, of_stream
from services.contact.figures.definition import Clock, Definition, Whole, load
from services.contact.figures.figures import DefinedFigures, figures
from services.contact.figures.grouping import By
from services.contact.figures.tally import Tally
from tests.unit.services.contact.figures.conftest import NOON, answered, at, gone, queued, received, told

ALL = tuple(Abandonment)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def definition(**rules: object) -> Dated[Definition]:
    """One edition, in force for ever, of every class on 999 unless told otherwise."""
    chosen = {"lines": (Line.EMERGENCY,), "abandoned": ALL, "whole": Whole.ALL} | rules
    return Dated((Edition("v1", EPOCH, None, ("test",), Definition("v1", "test", **chosen)),))  # type: ignore[arg-type]


def calls(events: Sequence[Event]) -> list[CallFacts]:
    streams: dict[str, list[Event]] = {}
    for event in events:
        streams.setdefault(event.call, []).append(event)  # type: ignore[attr-defined]
    return [facts for one in streams.values() if (facts := of_stream(told(one))) is not None]


def counted(events: Sequence[Event], by: By | None = None, **rules: object) -> DefinedFigures:
    tally = Tally(definition(**rules), by)
    for call in calls(events):
        tally.count(call)
    return figures("test", tally)


def test_the_same_calls_under_two_definitions_give_two_numbers(afternoon: list[Event]) -> None:
    wide = counted(afternoon).total
    narrow = counted(afternoon, abandoned=(Abandonment.IN_QUEUE,), whole=Whole.QUEUED, clock=Clock.QUEUED, least_wait_s=5).total
    assert (wide.abandoned, wide.whole) == (4, 7)
    assert (narrow.abandoned, narrow.whole) == (1, 5)
    assert narrow.left_out_by_reason == {"gone within 5 s": 1, "never queued": 1}
    assert (narrow.left_out, narrow.open) == (2, 1)


def test_nobody_is_dropped_each_call_stands_in_one_place(afternoon: list[Event]) -> None:
    for rules in ({}, {"abandoned": ()}, {"whole": Whole.QUEUED}, {"least_wait_s": 1000}, {"rang_again": False}):
        total = counted(afternoon, **rules).total
        assert total.answered + total.abandoned + total.left_out + total.open == 7, rules


def test_a_broken_call_that_does_not_count_was_still_answered(afternoon: list[Event]) -> None:
    total = counted(afternoon, abandoned=(Abandonment.IN_QUEUE,)).total
    assert (total.answered, total.abandoned, total.left_out) == (3, 2, 1)


def test_who_rang_again_and_was_answered_can_be_left_out(afternoon: list[Event]) -> None:
    total = counted(afternoon, rang_again=False).total
    assert total.left_out_by_reason == {"rang again and was answered": 1}


def test_a_class_that_was_seen_better_later_is_the_one_that_counts() -> None:
    better = CallReclassified(at=at(900), call="a", abandonment=Abandonment.SOUNDS_WITHOUT_REQUEST, waited_s=0)
    total = counted([received("a", 0), gone("a", 9, Abandonment.BEFORE_QUEUE), better]).total
    assert total.abandoned_by_class == {"sounds_without_request": 1}


def test_a_number_learned_later_is_a_caller() -> None:
    learned = NumberLearned(at=at(50), call="a", number="+447700900123", number_ref="tel:1", source="trace")
    assert counted([received("a", 0), gone("a", 9), learned]).total.callers == 1


def test_who_kept_the_place_and_was_answered_elsewhere_is_left_out_and_not_open() -> None:
    given_up = PlaceGivenUp(at=at(90), call="a", answered_call="b")
    total = counted([received("a", 0), queued("a", 1), given_up]).total
    assert (total.open, total.left_out_by_reason) == (0, {"kept the place, and was answered in another call": 1})


def test_two_broken_calls_of_one_number_are_one_caller(afternoon: list[Event]) -> None:
    assert counted(afternoon, abandoned=(Abandonment.IN_QUEUE,)).total.callers == 1


@pytest.mark.parametrize(("clock", "within", "mean"), [(Clock.PRESENTED, 2, 28.0), (Clock.QUEUED, 2, 26.0)])
def test_answer_times_by_both_clocks(afternoon: list[Event], clock: Clock, within: int, mean: float) -> None:
    total = counted(afternoon, abandoned=(Abandonment.IN_QUEUE,), clock=clock).total
    times = total.answered_after[clock]
    assert (times.count, times.mean_s, times.bands) == (3, mean, (2, 0, 1))
    assert total.within == within


def test_ten_seconds_are_not_within_ten_seconds() -> None:
    events = [received("a", 0), answered("a", 10), received("b", 0), answered("b", 9.9), received("c", 0), answered("c", 60)]
    total = counted(events).total
    assert total.answered_after[Clock.PRESENTED].bands == (1, 1, 1)
    assert (total.within, total.within_share) == (1, 1 / 3)


def test_a_clock_that_never_began_is_said_and_not_taken_for_nought() -> None:
    total = counted([queued("a", 3), answered("a", 8)]).total
    assert (total.answered_after[Clock.PRESENTED].count, total.never_told) == (0, {Clock.PRESENTED: 1, Clock.QUEUED: 0})


def test_clocks_that_disagree_are_counted_and_make_no_wait_negative() -> None:
    total = counted([received("a", 0), queued("a", 5), answered("a", 6, left=4)]).total
    assert (total.clocks_disagree, total.answered_after[Clock.QUEUED].mean_s) == (1, 0)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (By.QUEUE, ["999", "never queued"]),
        (By.LINE, ["101", "999"]),
        (By.SWITCH, ["bt"]),
        (By.HOUR, ["2017-06-05T12:00+01:00", "2017-06-05T13:00+01:00"]),
        (By.HOUR_OF_DAY, ["12", "13"]),
        (By.DAY, ["2017-06-05"]),
        (By.MONTH, ["2017-06"]),
    ],
)
def test_groups(by: By, groups: list[str]) -> None:
    events = [
        *(received("a", 0), queued("a", 1), gone("a", 9)),
        *(received("b", 3600, Line.NON_EMERGENCY), gone("b", 3605, Abandonment.BEFORE_QUEUE, Line.NON_EMERGENCY)),
    ]
    found = counted(events, by, lines=tuple(Line))
    assert [group.group for group in found.groups] == groups
    assert sum(group.abandoned for group in found.groups) == found.total.abandoned == 2


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    before = (datetime(2017, 10, 29, 0, 30, tzinfo=UTC) - NOON).total_seconds()
    found = counted(
        [received("a", before + 3600), gone("a", before + 3605), received("b", before), gone("b", before + 5)], By.HOUR
    )
    assert [group.group for group in found.groups] == ["2017-10-29T01:00+01:00", "2017-10-29T01:00+00:00"]


def test_each_call_is_judged_by_the_edition_in_force_when_it_began() -> None:
    narrow = Definition("v1", "t", (Line.EMERGENCY,), (Abandonment.IN_QUEUE,), Whole.ALL)
    wide = Definition("v2", "t", (Line.EMERGENCY,), ALL, Whole.ALL)
    dated = Dated((Edition("v1", at(0), at(100), ("s",), narrow), Edition("v2", at(100), None, ("s",), wide)))
    lost: list[Event] = []
    for name, when in (("a", -1), ("b", 0), ("c", 100)):
        lost += [received(name, when), gone(name, when + 1, Abandonment.BEFORE_QUEUE)]
    tally, as_if = Tally(dated), Tally(dated, version="v2")
    for call in calls(lost):
        tally.count(call)
        as_if.count(call)
    found = figures("test", tally)
    assert (found.total.abandoned, found.total.left_out, found.outside) == (1, 1, 1)
    assert found.calls_by_edition == {"v1": 1, "v2": 1}
    assert figures("test", as_if).total.abandoned == 3


def test_a_span_takes_in_its_beginning_and_leaves_out_its_end(afternoon: list[Event]) -> None:
    tally = Tally(definition(), since=at(400), until=at(800))
    for call in calls(afternoon):
        tally.count(call)
    assert figures("test", tally).total.abandoned == 2


@pytest.mark.parametrize("figure", Figure)
@pytest.mark.parametrize("by", [None, By.QUEUE])
def test_behind_every_figure_there_are_as_many_calls_as_it_says(afternoon: list[Event], figure: Figure, by: By | None) -> None:
    rules = {"abandoned": (Abandonment.IN_QUEUE, Abandonment.BEFORE_PRESENTED), "least_wait_s": 5, "whole": Whole.PRESENTED}
    found = counted(afternoon, by, **rules)
    for group in found.groups if by else (found.total,):
        name = group.group if by else None
        opened = list(behind(calls(afternoon), Tally(definition(**rules), by), figure, name))
        said = group.answered - group.within if figure is Figure.BEYOND else getattr(group, figure)
        assert len(opened) == said
        assert len({call.call for call in opened}) == said


def test_the_definitions_that_ship_are_whole_and_say_where_they_come_from() -> None:
    definitions = load()
    assert {"answering-999", "every-broken-call", "lost-in-queue", "kent-abandoned-999"} <= definitions.keys()
    assert all(edition.sources for one in definitions.values() for edition in one.editions)
