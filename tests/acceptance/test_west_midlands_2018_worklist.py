"""West Midlands 2018: a log was accepted by somebody who went on break, and lay for 18 hours.

On callback's worklist taking is not acting: silence after it raises an alarm, and a log-off hands everything over.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from acceptance.played import Played, Said, Script

from contracts.callback.worklist import HandOverUnanswered, ItemFellSilent, ItemHandedBack, ItemTaken, ItemWorked
from contracts.contact.calls import Sound
from services.callback.worklist.commands import LogOff, NoteWork, PutBack, TakeItem
from services.contact.domain.calls.facts import HangUp
from services.contact.streams import call_id

T = datetime(2018, 4, 1, 13, tzinfo=UTC)
REVIEW = call_id("switch", "1")


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def broken_off() -> Said:
    return Said(T, HangUp(call=REVIEW, at=T, number="07700 900123", sounds=(Sound.VIOLENCE,)))


def at_the_desk(seconds: float, command: object, actor: str) -> Said:
    return Said(after(seconds), command, "callback", actor=actor)


@pytest.fixture
def play() -> Iterator[Callable[..., Played]]:
    played: list[Played] = []

    def make(*said: Said) -> Played:
        played.append(Played(Script([broken_off(), *said])))
        return played[-1]

    yield make
    for one in played:
        one.close()


def test_taken_then_silence_raises_an_alarm(play: Callable[..., Played]) -> None:
    played = play(at_the_desk(60, TakeItem(review=REVIEW, by="dispatcher"), "dispatcher"))
    [taken] = played.said("callback", ItemTaken)
    [alarm] = played.said("callback", ItemFellSilent)
    assert (alarm.by, alarm.since, alarm.at) == ("dispatcher", after(60), after(660))
    assert taken.act_by == alarm.at
    [entry] = played.stores["callback"].find("desk-alarm", None, None, None, 10)
    assert entry.stream == f"item-{REVIEW}", "the alarm stands until somebody acts"
    assert played.breaches() == []


def test_a_sign_of_life_puts_the_alarm_off(play: Callable[..., Played]) -> None:
    played = play(
        at_the_desk(60, TakeItem(review=REVIEW, by="h1"), "h1"),
        at_the_desk(500, NoteWork(review=REVIEW, by="h1", words="listening to the recording"), "h1"),
        at_the_desk(1000, NoteWork(review=REVIEW, by="h1"), "h1"),
        at_the_desk(1500, PutBack(review=REVIEW, by="h1", words="a dispatcher has the incident"), "h1"),
    )
    assert played.said("callback", ItemFellSilent) == []
    assert [event.act_by for event in played.said("callback", ItemWorked)] == [after(1100), after(1600)]
    assert [event.reason for event in played.said("callback", ItemHandedBack)] == ["put_back"]


def test_a_log_off_hands_over_and_what_nobody_acknowledges_raises_an_alarm(play: Callable[..., Played]) -> None:
    played = play(
        at_the_desk(60, TakeItem(review=REVIEW, by="h1"), "h1"),
        at_the_desk(120, LogOff(person="h1", by="h1"), "h1"),
    )
    [back] = played.said("callback", ItemHandedBack)
    assert (back.reason, back.by, back.acknowledge_by) == ("logged_off", "h1", after(420))
    [alarm] = played.said("callback", HandOverUnanswered)
    assert (alarm.handed_over_by, alarm.at) == ("h1", after(420))


def test_whoever_takes_it_over_acknowledges_it(play: Callable[..., Played]) -> None:
    played = play(
        at_the_desk(60, TakeItem(review=REVIEW, by="h1"), "h1"),
        at_the_desk(120, LogOff(person="h1", by="h1"), "h1"),
        at_the_desk(180, TakeItem(review=REVIEW, by="h2"), "h2"),
        at_the_desk(700, NoteWork(review=REVIEW, by="h2"), "h2"),
    )
    assert played.said("callback", HandOverUnanswered) == []
    assert [event.by for event in played.said("callback", ItemTaken)] == ["h1", "h2"]
