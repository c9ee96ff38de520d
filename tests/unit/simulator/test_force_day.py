"""A simulated day: exactly its calls, the same for the same seed, 999 first, and near the published figures."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.contact.calls import Line
from services.contact.domain.callers.caller import PlaceMarker
from services.contact.domain.calls.facts import AnswerCall, EndCall, Fact, HangUp, PresentCall, QueueCall
from services.dispatch.domain.commands import BookOn
from services.incident.domain.commands import Close, Grade, OpenIncident, RequestResources
from simulator import callers, demand
from simulator.force_day import ForceDay, Plan
from simulator.script import InputRefused
from simulator.switchboard import Switchboard

MIDNIGHT = datetime(2025, 6, 5, tzinfo=ZoneInfo("Europe/London"))


def _facts(calls: int, seed: int = 1) -> list[Fact]:
    return [said for said in Switchboard(seed, calls, MIDNIGHT).facts() if isinstance(said, Fact)]


@pytest.mark.parametrize("calls", [1, 24, 500])
def test_a_day_has_exactly_its_calls_and_each_comes_to_an_end(calls: int) -> None:
    facts = _facts(calls)
    assert sum(isinstance(fact, PresentCall) for fact in facts) == calls
    assert len({fact.call for fact in facts if isinstance(fact, HangUp | EndCall)}) == calls
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


def test_one_seed_gives_the_same_stimuli_and_another_seed_others() -> None:
    first = list(ForceDay(7, 300).stimuli())
    assert first == list(ForceDay(7, 300).stimuli())
    assert first != list(ForceDay(8, 300).stimuli())
    assert [one.at for one in first] == sorted(one.at for one in first)
    assert len({one.cause for one in first}) == len(first)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_waiting_999_call_is_answered_before_any_101_call(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "KEPT_FOR_999", kept)
    waiting: dict[Line, set[str]] = {line: set() for line in Line}
    line: dict[str, Line] = {}
    for fact in _facts(3000):
        if isinstance(fact, PresentCall):
            line[fact.call] = fact.line or Line.EMERGENCY
        elif isinstance(fact, QueueCall):
            waiting[line[fact.call]].add(fact.call)
        elif isinstance(fact, HangUp | AnswerCall):
            waiting[line[fact.call]].discard(fact.call)
            if isinstance(fact, AnswerCall) and line[fact.call] is Line.NON_EMERGENCY:
                assert not waiting[Line.EMERGENCY]


def test_no_more_calls_are_talked_on_than_there_are_handlers() -> None:
    talking: dict[str, str] = {}
    for fact in _facts(1500):
        if isinstance(fact, AnswerCall):
            assert fact.handler not in talking.values()
            talking[fact.call] = fact.handler
            assert len(talking) <= max(demand.handlers(1500, hour) for hour in range(24))
        elif isinstance(fact, HangUp | EndCall):
            talking.pop(fact.call, None)


def test_shares_lie_near_the_published_ones() -> None:
    facts = _facts(6000)
    lines = {fact.call: fact.line for fact in facts if isinstance(fact, PresentCall)}
    calls = Counter(lines.values())
    broken = Counter(lines[fact.call] for fact in facts if isinstance(fact, HangUp))
    assert 0.22 < calls[Line.EMERGENCY] / calls.total() < 0.30
    assert 0.17 < broken[Line.EMERGENCY] / calls[Line.EMERGENCY] < 0.26
    assert 0.03 < broken[Line.NON_EMERGENCY] / calls[Line.NON_EMERGENCY] < 0.20


def test_some_who_broke_off_ring_again_under_the_same_number() -> None:
    numbers = Counter(fact.number for fact in _facts(3000) if isinstance(fact, PresentCall) and fact.number)
    assert 20 < sum(count > 1 for count in numbers.values()) < 150


def test_numbers_belong_to_nobody_and_to_one_caller_each() -> None:
    numbers = [callers.number(n) for n in range(20_000)]
    assert len(set(numbers)) == len(numbers)
    assert numbers[0] == "+447700900000"
    assert all(number.startswith(("+44770090", "+446", "+441", "+442079460", "+443069990")) for number in numbers)


def test_a_day_begins_with_markers_and_units_and_calls_become_incidents() -> None:
    told = list(ForceDay(1, 400).stimuli())
    kinds = Counter(type(one.command) for one in told)
    assert isinstance(told[0].command, PlaceMarker)
    assert kinds[BookOn] == 8, "the first tour; each later one books on when the one before it has"
    assert 150 < kinds[OpenIncident] == kinds[Grade] < 300
    assert kinds[RequestResources] + kinds[Close] == kinds[OpenIncident]


def test_two_days_that_are_told_in_turns_do_not_disturb_each_other() -> None:
    alone = list(ForceDay(1, 100).stimuli())
    one, other = ForceDay(1, 100).stimuli(), ForceDay(2, 100).stimuli()
    assert [pair[0] for pair in zip(one, other, strict=False)][:500] == alone[:500]


@pytest.mark.parametrize("calls", [0, -1, 10_000_000])
def test_a_day_of_no_or_too_many_calls_is_refused(calls: int) -> None:
    with pytest.raises(InputRefused, match="a day has from 1 to 1,000,000 calls"):
        ForceDay(1, calls)


@pytest.mark.parametrize("first", [date(2026, 3, 29), date(2026, 10, 25)], ids=["loses an hour", "gains an hour"])
def test_a_day_on_which_clocks_change_is_told_in_order_and_has_its_calls(first: date) -> None:
    told = list(ForceDay(1, 2400, plan=Plan(first=first)).stimuli())
    plain = list(ForceDay(1, 2400).stimuli())
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert [one.at - told[0].at for one in told] == [one.at - plain[0].at for one in plain]
    assert told[0].at.astimezone(ZoneInfo("Europe/London")).timetz().isoformat(timespec="minutes")[:5] == "00:00"


def test_the_day_is_lazy() -> None:
    told = ForceDay(1, 1_000_000).stimuli()
    assert next(told).at - MIDNIGHT == timedelta(0)
