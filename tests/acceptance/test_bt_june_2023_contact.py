"""BT, 25 June 2023: the national 999 platform failed from 06:24, its alarm was not believed, and the fail-over made it total.

14,000 attempts of 12,392 callers never reached a control room; those who rang again went to the back of the queue. Here silence
of a switch is an alarm of its own, 999 is answered before 101 after the outage too, and whoever comes back has the place of the
first attempt.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from switchroom import switchroom

from contracts.contact.calls import Abandonment, Line
from services.contact.domain.desks.feed import HearFeed
from services.contact.domain.harvest import FailedCaller, HarvestCallers
from services.contact.streams import call_id, call_stream

FAILED = datetime(2023, 6, 25, 5, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SILENCE = timedelta(seconds=900 + 60)


def test_the_switch_that_says_nothing_is_an_alarm_at_its_time_and_the_alarm_ends_with_its_first_word() -> None:
    with switchroom(FAILED) as room:
        room.presented("last", switch="bt-1")
        room.do(HearFeed(feed="bt-2"))
        for minute in range(1, 90):
            room.at(FAILED + minute * MINUTE)
            room.do(HearFeed(feed="bt-2"))
            assert room.silent() == (["bt-1"] if room.clock.now() >= FAILED + SILENCE else [])
        room.presented("first", switch="bt-1")
        assert room.silent() == []
        assert room.kinds("feed-bt-1") == ["FeedHeard", "FeedFellSilent", "FeedSpokeAgain"]


def test_no_attempt_is_lost_and_who_comes_back_keeps_the_place_of_the_first() -> None:
    random = Random(2023)
    callers = [f"+4477009{n:05d}" for n in range(60)]
    with switchroom(FAILED) as room:
        for n, number in enumerate(callers):
            room.gone(f"attempt-{n}", at=FAILED + n * timedelta(seconds=10), number=number, in_stage_1=True)
            if n % 8 == 0:
                room.gone(f"attempt-{n}-again", at=FAILED + timedelta(minutes=20, seconds=n), number=number, in_stage_1=True)
        room.at(FAILED + timedelta(minutes=40))
        returning = list(enumerate(callers))
        random.shuffle(returning)
        for n, number in returning:
            room.presented(f"101-{n}", line=Line.NON_EMERGENCY)
            room.queued(f"101-{n}", "101")
            room.presented(f"back-{n}", number)
            room.queued(f"back-{n}")
            room.wait(1)
        order = [stream for stream in room.order() if room.station.storage.stream(stream)]
        back = [call_stream(call_id("s", f"back-{n}")) for n in range(len(callers))]
        assert order[: len(back)] == back, "not in the order of the first attempts, or 101 before 999"
        assert len(order) == 2 * len(back)
        assert room.call("attempt-0").abandonment is Abandonment.BEFORE_PRESENTED
        assert room.call("back-0").credited_from in {call_id("s", "attempt-0"), call_id("s", "attempt-0-again")}


def test_who_tried_first_and_returns_last_is_answered_before_who_rang_while_they_were_cut_off() -> None:
    with switchroom(FAILED) as room:
        room.gone("attempt", number="07700 900123", in_stage_1=True)
        room.wait(1800)
        room.presented("new", "07700 900999")
        room.queued("new")
        room.wait(60)
        room.presented("back", "07700 900123")
        room.queued("back")
        assert room.turns("new", "back") == ["back", "new"]
        room.answered("back")
        assert room.turns("new") == ["new"]
        assert room.call("attempt").rang_again == call_id("s", "back")


def test_whoever_waits_again_when_the_carrier_s_list_comes_has_the_place_of_the_first_attempt() -> None:
    with switchroom(FAILED) as room:
        room.wait(1800)
        room.presented("new", "07700 900999")
        room.queued("new")
        room.wait(60)
        room.presented("back", "07700 900123")
        room.queued("back")
        assert room.turns("new", "back") == ["new", "back"]
        attempts = (FAILED + 5 * MINUTE, FAILED + 9 * MINUTE)
        caller = FailedCaller(attempted_at=attempts, number="07700 900123")
        room.do(HarvestCallers(harvest="june", carrier="BT", callers=(caller,)))
        assert room.turns("new", "back") == ["back", "new"]
        assert room.call("back").place_at == attempts[0]
