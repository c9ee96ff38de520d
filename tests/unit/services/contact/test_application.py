"""What only shows across calls: markers, repeats, and the caller who rings again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.testing.memory import MemoryTransaction
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import CallAbandoned, CallerRangAgain, CallReceived, Marker
from services.contact.application import Contact
from services.contact.domain.callers.caller import PlaceMarker, Subject
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import AnswerCall, HangUp, PresentCall
from services.contact.policy import default
from services.contact.streams import call_id

T = datetime(2022, 10, 1, 12, 50, tzinfo=UTC)
NUMBER = "07700 900123"


def minutes(n: float) -> datetime:
    return T + timedelta(minutes=n)


class Desk:
    """The contact service on a table of dictionaries."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        numbers = Numbers(
            telephone=lambda raw: (raw.replace(" ", ""), True), reference=lambda kind, value: f"{kind}:{hash(value):x}"
        )
        self.contact = Contact(default.load(), numbers)

    def told(self, *commands: Any) -> "Desk":
        for command in commands:
            self.contact.handle(self.tx, command)
        return self

    def abandoned(self, call: str) -> CallAbandoned:
        [found] = [event for event in self.tx.said(CallAbandoned) if event.call == call]
        assert isinstance(found, CallAbandoned)
        return found

    def rang_again(self) -> list[tuple[str, str]]:
        return [(event.call, event.answered_call) for event in self.tx.said(CallerRangAgain)]


def broke(call: str, at: datetime, number: str | None = NUMBER) -> HangUp:
    return HangUp(call=call, at=at, number=number)


def answered(call: str, at: datetime) -> AnswerCall:
    return AnswerCall(call=call, at=at, handler="h7")


def presented(call: str, at: datetime, number: str | None = NUMBER) -> PresentCall:
    return PresentCall(call=call, at=at, number=number, switch="wmp-1")


def test_the_same_words_of_a_switch_are_the_same_call() -> None:
    assert call_id("wmp-1", "17") == call_id("wmp-1", "17") != call_id("wmp-2", "17")


def test_a_number_is_kept_in_its_normal_form_with_its_reference() -> None:
    desk = Desk().told(presented("a", T, "07700 900123"), presented("b", T, "07700900123"))
    first, second = desk.tx.said(CallReceived)
    assert first.number == "07700900123"
    assert first.number_ref == second.number_ref


def test_the_markers_of_the_number_go_with_the_abandonment() -> None:
    subject = Subject(SubjectKind.NUMBER, "07700900123")
    place = PlaceMarker(marker=Marker.STALKING, author="sgt-4", evidence="log 3", review_by=minutes(9000), subject=subject)
    desk = Desk().told(place, broke("a", minutes(1)), broke("b", minutes(2), "07700 900999"))
    assert desk.abandoned("a").markers == (Marker.STALKING,)
    assert desk.abandoned("b").markers == ()


def test_earlier_calls_of_the_number_within_the_window_are_counted() -> None:
    desk = Desk().told(
        broke("long-ago", minutes(-61)),
        broke("a", minutes(-60)),
        presented("b", minutes(-4)),
        answered("b", minutes(-3)),
        broke("other", minutes(-2), "07700 900999"),
        broke("c", minutes(0)),
    )
    assert [desk.abandoned(call).earlier_calls for call in ("long-ago", "a", "c")] == [0, 1, 2]


def test_a_call_lost_after_its_answer_is_no_earlier_call_of_itself() -> None:
    desk = Desk().told(presented("a", T), answered("a", minutes(1)))
    desk.told(HangUp(call="a", at=minutes(2), welfare_established=False))
    assert desk.abandoned("a").earlier_calls == 0
    assert desk.rang_again() == []


def test_west_midlands_2022_a_caller_who_rings_again_and_is_answered_is_known_to_the_broken_calls() -> None:
    desk = Desk().told(broke("a", T), broke("b", minutes(8)), presented("c", minutes(15)), answered("c", minutes(16)))
    assert desk.rang_again() == [("a", "c"), ("b", "c")]
    assert [stream for stream, event in desk.tx.recorded if isinstance(event, CallerRangAgain)] == ["call-a", "call-b"]
    desk.told(presented("d", minutes(19)), answered("d", minutes(20)))
    assert desk.rang_again() == [("a", "c"), ("b", "c")]


def test_it_is_the_same_when_the_break_is_learned_after_the_answer() -> None:
    desk = Desk().told(presented("c", minutes(15)), answered("c", minutes(16)), broke("a", T))
    assert desk.rang_again() == [("a", "c")]


def test_it_is_the_same_when_the_number_is_learned_last() -> None:
    desk = Desk().told(broke("a", T), answered("c", minutes(16)), presented("c", minutes(15)))
    assert desk.rang_again() == [("a", "c")]


def test_only_an_answer_after_the_break_and_within_the_window_counts() -> None:
    desk = Desk().told(broke("a", T), presented("early", minutes(-2)), answered("early", minutes(-1)))
    desk.told(presented("late", minutes(60)), answered("late", minutes(61)))
    desk.told(presented("other", minutes(4), "07700 900999"), answered("other", minutes(5)))
    assert desk.rang_again() == []


def test_calls_without_a_number_never_belong_together() -> None:
    desk = Desk().told(broke("a", T, None), presented("b", T, None), answered("b", minutes(1)))
    assert desk.rang_again() == []
    assert desk.tx.index("subject") == {}


def test_telling_everything_twice_says_it_once() -> None:
    facts = [broke("a", T), presented("c", minutes(15)), answered("c", minutes(16))]
    once, twice = Desk().told(*facts), Desk().told(*facts, *facts, *[replace(fact) for fact in facts])
    assert twice.tx.recorded == once.tx.recorded
