"""Handsets' messages find their call by number and time, whichever is told first, and none is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.contact.calls import CallAbandoned, CallFactSetAside, LocationEstimated
from contracts.contact.handsets import HandsetFlag, HandsetForm, HandsetMessageMatched, HandsetMessageReceived
from contracts.places import Location, LocationSource, Point
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import EndCall, EstimateLocation, HangUp, PresentCall
from services.contact.domain.handsets.handset import TakeHandsetMessage
from services.contact.domain.place import best
from services.contact.policy import default
from services.contact.streams import CALL, call_stream

T = datetime(2026, 6, 5, 12, tzinfo=UTC)
NUMBER = "07700900123"


def s(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


class Desk:
    """The contact service on a table of dictionaries, with a key for seals."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        numbers = Numbers(telephone=lambda raw: (raw, True), reference=lambda kind, value: f"{kind}:{value}")
        self.contact = Contact(default.load(), numbers, handset_key=b"key")
        self._n = 0

    def told(self, *commands: object) -> "Desk":
        for command in commands:
            self.contact.handle(self.tx, command)  # type: ignore[arg-type]
        return self

    def sms(self, at: float, fixed: float = 10, lat: float = 51.2784, radius: str = "30", number: str | None = NUMBER) -> "Desk":
        """A text message that comes at `at` seconds with a fix taken at `fixed`."""
        text = f'A"ML=1;lt={lat};lg=0.5217;rd={radius};top={s(fixed):%Y%m%d%H%M%S};lc=68;pm=G'
        self._n += 1
        return self.told(TakeHandsetMessage(message=f"m{self._n}", at=s(at), form=HandsetForm.SMS_TEXT, raw=text, number=number))

    def estimates(self) -> list[LocationEstimated]:
        return self.tx.said(LocationEstimated)

    def matched(self) -> list[str]:
        return [event.call for event in self.tx.said(HandsetMessageMatched)]


def presented(call: str = "a", at: float = 0, number: str = NUMBER) -> PresentCall:
    return PresentCall(call=call, at=s(at), number=number, switch="bt-1")


def test_a_message_is_one_more_estimate_of_its_call_with_the_time_of_its_fix() -> None:
    [estimate] = Desk().told(presented()).sms(18).estimates()
    assert (estimate.call, estimate.at, estimate.message, estimate.flags) == ("a", s(10), "m1", ())
    assert estimate.location.source is LocationSource.HANDSET
    assert (estimate.location.radius_m, estimate.location.confidence, estimate.location.address) == (30, 0.68, None)


def test_a_message_that_is_told_before_its_call_waits_for_it() -> None:
    desk = Desk().sms(18)
    assert desk.estimates() == []
    assert list(desk.tx.index("handset-unmatched").values()) == [["handset-m1"]]
    desk.told(presented())
    assert [estimate.call for estimate in desk.estimates()] == ["a"]
    assert desk.tx.index("handset-unmatched") == desk.tx.index("handset-waiting") == {}


def test_the_same_when_the_number_of_the_call_is_learned_with_the_hang_up() -> None:
    desk = Desk().sms(18).told(HangUp(call="a", at=s(30), number=NUMBER))
    assert [estimate.call for estimate in desk.estimates()] == ["a"]


def test_a_message_after_the_end_of_the_call_is_its_estimate_all_the_same() -> None:
    [estimate] = Desk().told(presented(), HangUp(call="a", at=s(12))).sms(18).estimates()
    assert (estimate.call, estimate.flags) == ("a", (HandsetFlag.AFTER_CALL,))


def test_a_revised_message_stands_beside_the_first() -> None:
    desk = Desk().told(presented()).sms(18).sms(28, fixed=25, lat=51.2785, radius="8")
    assert [estimate.flags for estimate in desk.estimates()] == [(), (HandsetFlag.REVISED,)]
    abandoned = desk.told(HangUp(call="a", at=s(40))).tx.said(CallAbandoned)[0]
    assert abandoned.location.radius_m == 8


def test_a_repeated_message_changes_nothing() -> None:
    desk = Desk().told(presented())
    take = TakeHandsetMessage(message="m", at=s(18), form=HandsetForm.SMS_TEXT, raw="?", number=NUMBER)
    desk.told(take, take)
    assert len(desk.tx.said(HandsetMessageReceived)) == 1
    assert desk.sms(20).sms(22).estimates() == desk.estimates()[:1], "the same fix in another message is no new estimate"


def test_a_null_fix_is_kept_and_set_aside_and_never_a_point() -> None:
    desk = Desk().told(presented()).sms(18, radius="N")
    assert desk.estimates() == []
    [received] = desk.tx.said(HandsetMessageReceived)
    assert (received.location, received.flags) == (None, (HandsetFlag.NO_FIX,))
    assert desk.tx.said(CallFactSetAside)[0].call == "a"
    assert desk.told(HangUp(call="a", at=s(40))).tx.said(CallAbandoned)[0].location is None


def test_of_two_calls_the_message_belongs_to_the_one_that_began_last_before_it() -> None:
    desk = Desk().told(presented("a", -600), EndCall(call="a", at=s(-500)), presented("b", 0), presented("c", 60))
    assert desk.sms(18).matched() == ["b"]


def test_another_number_and_another_hour_are_another_call() -> None:
    desk = Desk().told(presented("a", 0, "07700900999"), presented("b", -7200))
    assert desk.sms(18).matched() == []


def test_a_message_that_was_held_up_for_hours_is_matched_by_the_time_of_its_fix() -> None:
    assert Desk().told(presented()).sms(20_000, fixed=15).matched() == ["a"]


def test_a_fix_from_long_before_the_call_is_shown_as_old() -> None:
    [estimate] = Desk().told(presented()).sms(18, fixed=-3600).estimates()
    assert (estimate.at, estimate.flags) == (s(-3600), (HandsetFlag.OLDER_THAN_CALL,))


def test_a_fix_from_long_before_the_call_does_not_date_the_call() -> None:
    desk = Desk().told(presented()).sms(20, fixed=-90_000).sms(40, fixed=30)
    assert desk.matched() == ["a", "a"]


@pytest.mark.parametrize("years", [3, 11], ids=["an old time", "a time past belief"])
def test_a_fix_from_years_before_hides_no_fix_of_the_call(years: int) -> None:
    desk = Desk().told(presented()).sms(20, fixed=10)
    desk.tx.now = s(40)
    desk.sms(40, fixed=-years * 31_557_600, lat=37.4, radius="5")
    call = desk.tx.load(CALL, call_stream("a")).state
    assert call is not None
    chosen = best(call.places)
    assert chosen is not None
    assert chosen.latitude == 51.2784


def test_a_place_that_is_told_before_its_call_does_not_date_the_call() -> None:
    place = EstimateLocation(call="a", at=s(-90_000), location=Location(source=LocationSource.CELL))
    assert Desk().told(place, presented()).sms(20).matched() == ["a"]


def test_a_clock_that_runs_ahead_does_not_put_the_fix_before_all_that_follows() -> None:
    [estimate] = Desk().told(presented()).sms(18, fixed=86_400).estimates()
    assert (estimate.at, estimate.flags) == (s(18), (HandsetFlag.FROM_THE_FUTURE,))


def test_a_wrong_seal_puts_no_point_on_the_map_and_the_message_is_kept() -> None:
    body = "v=1&device_number=07700900123&location_latitude=51&location_longitude=0.5&location_time=1780660810000"
    desk = Desk().told(presented())
    desk.told(TakeHandsetMessage(message="m", at=s(18), form=HandsetForm.HTTPS, raw=f"{body}&hmac={'0' * 40}"))
    assert desk.estimates() == []
    assert desk.tx.said(HandsetMessageReceived)[0].flags == (HandsetFlag.SEAL_WRONG,)
    assert desk.matched() == ["a"]
    desk.told(TakeHandsetMessage(message="n", at=s(19), form=HandsetForm.HTTPS, raw=body))
    assert [estimate.flags for estimate in desk.estimates()] == [(HandsetFlag.SEAL_MISSING,)]


def test_a_message_without_a_number_is_kept_for_people() -> None:
    desk = Desk().told(presented()).sms(18, number=None)
    assert desk.matched() == []
    assert list(desk.tx.index("handset-unmatched").values()) == [["handset-m1"]]


@pytest.mark.parametrize("late", [False, True])
def test_a_wide_cell_that_is_told_late_does_not_hide_a_good_fix(late: bool) -> None:
    cell = EstimateLocation(
        call="a",
        at=s(30 if late else 2),
        location=Location(source=LocationSource.CELL, point=Point(latitude=51.28, longitude=0.52), radius_m=5000),
    )
    desk = Desk().told(presented())
    desk = desk.sms(18).told(cell) if late else desk.told(cell).sms(18)
    abandoned = desk.told(HangUp(call="a", at=s(40))).tx.said(CallAbandoned)[0]
    assert (abandoned.location.source, abandoned.location.radius_m) == (LocationSource.HANDSET, 30)
