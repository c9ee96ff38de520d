"""Police Scotland 2015 (M9): a call was taken, noted on paper and never entered; nobody acted on it for three days.

What a carrier knows was taken is held against what is under review: a call that nobody reviews is an alarm within a minute.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from acceptance.played import Played, Said, Script

from contracts.callback.reconciliation import CarriedMatched, CarrierTold, OrphanExplained, OrphanFound
from contracts.callback.reviews import ReviewOpened
from services.callback.reconciliation.carried import CarriedCall, ExplainOrphan, TellCarried
from services.contact.domain.calls.facts import HangUp
from services.contact.streams import call_id

T = datetime(2015, 7, 5, 10, tzinfo=UTC)
NUMBER, OTHER = "+447700900123", "07700 900 124"


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def told(seconds: float, *calls: CarriedCall, account: str = "july") -> Said:
    return Said(after(seconds), TellCarried(account=account, carrier="BT", calls=calls), "callback")


def broken(seconds: float, name: str, number: str, heard: float | None = None) -> Said:
    at = after(seconds)
    return Said(after(heard or seconds), HangUp(call=call_id("switch", name), at=at, number=number))


@pytest.fixture
def play() -> Iterator[Callable[..., Played]]:
    played: list[Played] = []

    def make(*said: Said) -> Played:
        played.append(Played(Script(list(said))))
        return played[-1]

    yield make
    for one in played:
        one.close()


def test_a_call_noted_on_paper_and_never_entered_is_an_alarm_within_a_minute(play: Callable[..., Played]) -> None:
    played = play(told(0, CarriedCall(at=T, number=NUMBER, reference="a1")))
    [orphan] = played.said("callback", OrphanFound)
    assert orphan.called_at == T
    assert timedelta(0) < orphan.at - T <= timedelta(seconds=60)
    assert len(played.stores["callback"].find("orphan", None, None, None, 10)) == 1
    assert played.breaches() == []


def test_a_call_that_is_under_review_is_none_whichever_is_told_first(play: Callable[..., Played]) -> None:
    calls = (CarriedCall(at=after(3), number="07700900123", reference="a1"), CarriedCall(at=after(40), number=OTHER))
    played = play(broken(0, "1", NUMBER), told(20, *calls), broken(39, "2", "0044 7700 900124", heard=50))
    at_once, later = played.said("callback", CarrierTold)
    assert (at_once.review, later.review) == (call_id("switch", "1"), None)
    assert [event.review for event in played.said("callback", CarriedMatched)] == [call_id("switch", "2")]
    assert played.said("callback", OrphanFound) == []


def test_one_review_answers_for_one_call(play: Callable[..., Played]) -> None:
    calls = (CarriedCall(at=after(1), number=NUMBER, reference="a1"), CarriedCall(at=after(60), number=NUMBER, reference="a2"))
    played = play(broken(0, "1", NUMBER), told(90, *calls))
    assert len(played.said("callback", OrphanFound)) == 1


def test_entered_late_it_is_reviewed_and_the_alarm_ends(play: Callable[..., Played]) -> None:
    played = play(told(0, CarriedCall(at=T, number=NUMBER)), broken(0, "1", NUMBER, heard=3600))
    assert len(played.said("callback", OrphanFound)) == 1
    assert [event.review for event in played.said("callback", CarriedMatched)] == [call_id("switch", "1")]
    assert list(played.stores["callback"].find("orphan", None, None, None, 10)) == []


def test_the_same_list_again_tells_nothing_new(play: Callable[..., Played]) -> None:
    call = CarriedCall(at=T, number=NUMBER, reference="a1")
    played = play(told(0, call), told(10, call), told(300, call, account="july-again"))
    assert len(played.said("callback", CarrierTold)) == len(played.said("callback", OrphanFound)) == 1


def test_a_supervisor_can_explain_it(play: Callable[..., Played]) -> None:
    first = play(told(0, CarriedCall(at=T, number=NUMBER)))
    [orphan] = first.said("callback", OrphanFound)
    explain = ExplainOrphan(carried=orphan.carried, by="insp-1", reason="answered by the buddy force")
    played = play(told(0, CarriedCall(at=T, number=NUMBER)), Said(after(600), explain, "callback"))
    assert [event.by for event in played.said("callback", OrphanExplained)] == ["insp-1"]
    assert list(played.stores["callback"].find("orphan", None, None, None, 10)) == []
    assert played.said("callback", ReviewOpened) == []
