"""A feed that falls silent is an alarm, once, until it speaks again; and the timer of it survives a restart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from switchroom import Switchroom, switchroom

from contracts.refusals import NotFound
from services.contact.domain.calls.facts import QueueCall
from services.contact.domain.desks.feed import FeedRules, HearFeed, RetireFeed
from services.contact.streams import call_id

T = datetime(2023, 6, 25, 8, tzinfo=UTC)
SILENCE, NOTED = 900, 60


@pytest.fixture
def room() -> Iterator[Switchroom]:
    with switchroom(T) as made:
        yield made


def test_a_feed_that_speaks_in_time_is_no_alarm_and_is_noted_once_in_a_while(room: Switchroom) -> None:
    for n in range(20):
        room.presented(f"{n}")
        room.wait(30)
    assert room.silent() == []
    assert room.kinds("feed-bt-1") == ["FeedHeard"] * 10


def test_silence_is_an_alarm_once_and_the_first_word_ends_it(room: Switchroom) -> None:
    room.presented("a")
    room.wait(SILENCE + NOTED - 1)
    assert room.silent() == []
    room.wait(1)
    assert room.silent() == ["bt-1"]
    room.wait(7200)
    assert room.kinds("feed-bt-1") == ["FeedHeard", "FeedFellSilent"]
    room.queued("a")
    assert room.silent() == []
    assert room.kinds("feed-bt-1")[-1] == "FeedSpokeAgain"
    room.wait(SILENCE + NOTED)
    assert room.silent() == ["bt-1"]


def test_the_alarm_comes_also_when_the_process_was_down_meanwhile(room: Switchroom) -> None:
    room.presented("a")
    room.clock.move_by(timedelta(hours=3))
    room.restarted()
    room.at(room.clock.now())
    assert room.silent() == ["bt-1"]


def test_each_feed_has_a_silence_of_its_own(room: Switchroom) -> None:
    room.presented("a", switch="bt-1")
    room.presented("b", switch="bt-2")
    for _ in range(4):
        room.wait(300)
        room.do(HearFeed(feed="bt-2"))
    assert room.silent() == ["bt-1"]


def test_a_second_teller_of_a_call_is_a_feed_too(room: Switchroom) -> None:
    room.presented("a")
    room.do(QueueCall(call=call_id("s", "a"), at=T, queue="999", teller="acd-2"))
    assert room.feed("acd-2").heard_at == T


def test_paper_is_never_silent(room: Switchroom) -> None:
    room.do(HearFeed(feed="paper"))
    room.wait(90_000)
    assert room.silent() == []


def test_a_retired_feed_may_be_silent_until_it_speaks_again(room: Switchroom) -> None:
    room.presented("a")
    room.wait(SILENCE + NOTED)
    room.do(RetireFeed(feed="bt-1", by="op-1", reason="replaced"))
    assert room.silent() == []
    room.wait(90_000)
    assert room.silent() == []
    room.presented("b")
    room.wait(SILENCE + NOTED)
    assert room.silent() == ["bt-1"]
    with pytest.raises(NotFound):
        room.do(RetireFeed(feed="never", by="op-1", reason="replaced"))


def test_one_feed_may_be_allowed_a_longer_silence() -> None:
    rules = FeedRules(silence_s=10, noted_every_s=1, silence_s_of={"night": 100}, unwatched=())
    assert (rules.silence("day").seconds, rules.silence("night").seconds) == (10, 100)
    with pytest.raises(ValueError, match="more than 0"):
        FeedRules(silence_s=10, noted_every_s=1, silence_s_of={"night": 0}, unwatched=())
