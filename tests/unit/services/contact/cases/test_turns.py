"""Whose turn it is: 999 before 101, who came back or was promised a place keeps it, and nobody is in the queue who is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from switchroom import Switchroom, switchroom

from contracts.contact.calls import Abandonment, Line, Sound
from contracts.refusals import Refused
from services.contact.domain.calls.facts import MissPlace
from services.contact.streams import call_id, call_stream

T = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE, TWO = "+44 7700 900001", "+44 7700 900002"
N101 = Line.NON_EMERGENCY


@pytest.fixture
def room() -> Iterator[Switchroom]:
    with switchroom(T) as made:
        yield made


def rang(room: Switchroom, call: str, number: str | None = None, line: Line = Line.EMERGENCY) -> None:
    room.presented(call, number, line)
    room.queued(call, line.value)
    room.wait(1)


def test_999_is_before_101_however_long_101_waits(room: Switchroom) -> None:
    rang(room, "a", line=N101)
    rang(room, "help", line=Line.HELPLINE)
    rang(room, "b", line=N101)
    rang(room, "c")
    rang(room, "d")
    assert room.turns(*"abcd", "help") == ["c", "d", "a", "b", "help"]


def test_a_line_nobody_named_is_taken_for_999(room: Switchroom) -> None:
    rang(room, "a", line=N101)
    room.queued("b")
    assert room.turns("a", "b") == ["b", "a"]
    room.presented("b", line=N101)
    assert room.turns("a", "b") == ["a", "b"]


def test_who_comes_back_has_the_place_of_the_first_call(room: Switchroom) -> None:
    rang(room, "a", ONE)
    rang(room, "b", TWO)
    room.gone("a")
    room.wait(60)
    rang(room, "c", ONE)
    assert room.turns("b", "c") == ["c", "b"]
    assert room.call("c").place_at == T
    room.gone("c")
    room.wait(60)
    rang(room, "d", ONE)
    assert room.call("d").place_at == T


@pytest.mark.parametrize("order", ["gone last", "number last"])
def test_it_is_the_same_in_whatever_order_it_is_learned(room: Switchroom, order: str) -> None:
    rang(room, "a", ONE if order == "gone last" else None)
    left = room.clock.now()
    room.wait(60)
    rang(room, "b", ONE)
    room.gone("a", at=left)
    if order == "number last":
        assert room.call("b").place_at is None
        room.gone("a", at=left, number=ONE)
    assert room.call("b").place_at == T


@pytest.mark.parametrize("why", ["another line", "answered meanwhile", "too late", "another number"])
def test_no_place_is_given_to_who_has_none(room: Switchroom, why: str) -> None:
    rang(room, "a", ONE)
    room.gone("a")
    if why == "answered meanwhile":
        rang(room, "b", ONE)
        room.answered("b")
        room.ended("b")
    room.wait(3700 if why == "too late" else 60)
    rang(room, "c", TWO if why == "another number" else ONE, N101 if why == "another line" else Line.EMERGENCY)
    assert room.call("c").place_at is None


def test_an_attempt_that_never_reached_us_counts_as_a_place(room: Switchroom) -> None:
    room.gone("a", number=ONE, in_stage_1=True)
    room.wait(60)
    rang(room, "b", TWO)
    rang(room, "c", ONE)
    assert room.turns("b", "c") == ["c", "b"]


def test_a_101_caller_who_agrees_is_rung_back_in_turn(room: Switchroom) -> None:
    rang(room, "a", ONE, N101)
    rang(room, "b", TWO, N101)
    room.keeps_place("a")
    room.gone("a")
    assert room.kinds(call_stream(call_id("s", "a")))[-2:] == ["PlaceKept", "LineReleased"]
    room.wait(900)
    assert room.turns("a", "b") == ["a", "b"]
    room.answered("a")
    assert room.turns("b") == ["b"]
    assert room.call("a").abandoned_at is None


def test_the_line_set_free_told_again_does_not_end_the_ring_back(room: Switchroom) -> None:
    rang(room, "a", ONE, N101)
    room.keeps_place("a")
    freed = room.clock.now()
    room.gone("a")
    room.wait(900)
    room.answered("a")
    said = room.kinds(call_stream(call_id("s", "a")))
    room.gone("a", at=freed)
    room.ended("a", at=freed)
    assert room.kinds(call_stream(call_id("s", "a"))) == said
    room.gone("a", at=freed + timedelta(seconds=2))
    assert room.call("a").over_at is None
    assert [one.apart_s for one in room.call("a").asides] == [2.0]
    room.wait(60)
    room.ended("a")
    assert room.call("a").over_at == room.clock.now()
    room.gone("a", at=freed)
    assert len(room.call("a").asides) == 1


@pytest.mark.parametrize("told", ["before the answer", "after the answer"])
def test_a_line_cleared_by_its_switch_does_not_cost_the_place(room: Switchroom, told: str) -> None:
    rang(room, "a", ONE, N101)
    room.keeps_place("a")
    freed = room.clock.now()
    if told == "before the answer":
        room.ended("a")
        assert room.turns("a") == ["a"]
    room.wait(900)
    room.answered("a")
    if told == "after the answer":
        room.ended("a", at=freed)
    assert room.call("a").released_at == freed
    assert room.call("a").over_at is None


def test_what_was_heard_as_the_line_was_set_free_is_kept(room: Switchroom) -> None:
    rang(room, "a", ONE, N101)
    room.keeps_place("a")
    room.gone("a", sounds=(Sound.VIOLENCE,))
    assert room.turns("a") == ["a"]
    assert room.call("a").sounds == (Sound.VIOLENCE,)


def test_the_number_agreed_on_may_be_another_one(room: Switchroom) -> None:
    rang(room, "a", "withheld", N101)
    room.keeps_place("a")
    assert room.call("a").place_kept_at is None
    room.keeps_place("a", TWO)
    assert room.call("a").number == "+447700900002"


def test_nobody_on_999_is_told_to_hang_up(room: Switchroom) -> None:
    rang(room, "a", ONE)
    room.keeps_place("a")
    room.gone("a")
    assert room.call("a").abandonment is Abandonment.IN_QUEUE
    assert len(room.call("a").asides) == 1


def test_a_kept_place_whose_caller_is_not_reached_ends_as_a_call_gone_unanswered(room: Switchroom) -> None:
    rang(room, "a", ONE, N101)
    room.keeps_place("a")
    room.gone("a")
    rung = MissPlace(call=call_id("s", "a"), at=room.clock.now(), handler="h7")
    room.do(rung)
    assert room.turns("a") == ["a"]
    room.wait(300)
    room.do(MissPlace(call=call_id("s", "a"), at=room.clock.now(), handler="h7"))
    assert room.order() == []
    assert room.call("a").abandonment is Abandonment.IN_QUEUE
    with pytest.raises(Refused):
        room.do(rung)


def test_who_is_answered_in_another_call_needs_the_kept_place_no_more(room: Switchroom) -> None:
    rang(room, "a", ONE, N101)
    room.keeps_place("a")
    room.gone("a")
    room.wait(5 * 3600)
    rang(room, "b", ONE, N101)
    room.answered("b")
    assert room.order() == []
    assert room.call("a").rang_again == call_id("s", "b")
