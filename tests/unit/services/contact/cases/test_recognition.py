"""Who is this: markers and earlier calls by number, person and address, told at arrival and again when more is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.testing.memory import MemoryTransaction
from contracts.contact.callers import PersonAssociated, SubjectKind
from contracts.contact.calls import CallAbandoned, CallerMatched, CallerRangAgain, Channel, Line, Marker
from contracts.places import Location, LocationSource
from contracts.refusals import Invalid, NotFound
from services.contact.application import Contact
from services.contact.domain.callers.caller import Associate, EndAssociation, LiftMarker, PlaceMarker, Subject
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import AnswerCall, EstimateLocation, HangUp, IdentifyCaller, PresentCall
from services.contact.domain.desks.contacting import ReceiveContact
from services.contact.policy import default

T = datetime(2017, 8, 1, 12, tzinfo=UTC)
PHONE = Subject(SubjectKind.NUMBER, "07700 900123")
OTHER_PHONE = Subject(SubjectKind.NUMBER, "07700 900999")
PERSON = Subject(SubjectKind.PERSON, "record 4711")
HOME = Subject(SubjectKind.ADDRESS, "1 Mill Lane, Ashford")


def minutes(n: float) -> datetime:
    return T + timedelta(minutes=n)


class Desk:
    """The contact service on a table of dictionaries."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        numbers = Numbers(
            telephone=lambda raw: (raw.replace(" ", ""), raw != "withheld"), reference=lambda kind, value: f"{kind}:{value}"
        )
        self.contact = Contact(default.load(), numbers)

    def told(self, *commands: Any) -> "Desk":
        for command in commands:
            self.contact.handle(self.tx, command)
        return self

    def abandoned(self) -> CallAbandoned:
        [found] = self.tx.said(CallAbandoned)
        assert isinstance(found, CallAbandoned)
        return found

    def abandoned_of(self, call: str) -> CallAbandoned:
        return next(event for event in self.tx.said(CallAbandoned) if event.call == call)

    def matched(self, call: str = "a") -> list[CallerMatched]:
        return [event for event in self.tx.said(CallerMatched) if event.call == call]


def warn(subject: Subject, marker: Marker = Marker.DOMESTIC_ABUSE, days: int = 90) -> PlaceMarker:
    return PlaceMarker(marker=marker, author="sgt-4", evidence="log 3", review_by=T + timedelta(days=days), subject=subject)


def belong(one: Subject, other: Subject) -> Associate:
    return Associate(subject=one, other=other, author="h7", evidence="statement")


def presented(call: str = "a", at: datetime = T, number: str = PHONE.text) -> PresentCall:
    return PresentCall(call=call, at=at, line=Line.EMERGENCY, number=number, switch="kent-1")


def gone(call: str = "a", at: datetime = T + timedelta(seconds=20), number: str | None = None) -> HangUp:
    return HangUp(call=call, at=at, number=number)


def given_address(text: str, source: LocationSource = LocationSource.SPOKEN) -> EstimateLocation:
    return EstimateLocation(call="a", at=T, location=Location(source=source, address=text))


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ([warn(PHONE)], "domestic_abuse on the number"),
        ([warn(PERSON), belong(PHONE, PERSON)], "domestic_abuse on a person associated with the number"),
        ([belong(PERSON, PHONE), warn(PERSON)], "domestic_abuse on a person associated with the number"),
        ([warn(HOME), belong(PHONE, HOME)], "domestic_abuse on an address associated with the number"),
        (
            [belong(PHONE, PERSON), belong(PERSON, HOME), warn(HOME)],
            "domestic_abuse on an address associated with a person associated with the number",
        ),
    ],
)
def test_a_marker_is_seen_by_number_person_and_address_at_arrival_and_goes_with_the_abandonment(
    recorded: list[Any], reason: str
) -> None:
    desk = Desk().told(*recorded, presented())
    [matched] = desk.matched()
    assert (matched.markers, matched.reasons) == ((Marker.DOMESTIC_ABUSE,), (reason,))
    desk.told(gone())
    assert desk.abandoned().markers == (Marker.DOMESTIC_ABUSE,)
    assert len(desk.matched()) == 1, "nothing grew"


def test_a_number_nobody_recorded_anything_about_is_matched_with_nothing() -> None:
    assert Desk().told(presented(), gone()).tx.said(CallerMatched) == []


def test_three_steps_away_is_too_far() -> None:
    desk = Desk().told(belong(PHONE, PERSON), belong(PERSON, HOME), belong(HOME, OTHER_PHONE), warn(OTHER_PHONE))
    assert desk.told(presented(), gone()).abandoned().markers == ()


def test_the_person_a_handler_names_and_the_address_a_caller_gives_are_looked_up() -> None:
    desk = Desk().told(warn(PERSON), warn(HOME, Marker.HOSTAGE), presented())
    desk.told(IdentifyCaller(call="a", at=T, person="RECORD 4711", by="h7", evidence="her date of birth"))
    assert desk.matched()[-1].markers == (Marker.DOMESTIC_ABUSE,)
    desk.told(given_address("1, mill lane  ASHFORD"))
    assert desk.matched()[-1].markers == (Marker.DOMESTIC_ABUSE, Marker.HOSTAGE)
    assert desk.matched()[-1].reasons == ("domestic_abuse on the person who calls", "hostage on an address given")
    assert desk.told(gone()).abandoned().markers == (Marker.DOMESTIC_ABUSE, Marker.HOSTAGE)


def test_what_a_network_or_handset_guesses_is_no_address_to_look_up() -> None:
    desk = Desk().told(warn(HOME), presented(), given_address(HOME.text, LocationSource.CELL))
    assert desk.told(gone()).abandoned().markers == ()


def test_it_is_said_again_whenever_it_grows_also_after_the_call_broke_off() -> None:
    desk = Desk().told(presented(), gone())
    assert desk.abandoned().markers == ()
    desk.tx.now = minutes(5)
    desk.told(warn(PERSON))
    assert desk.matched() == [], "nobody knows yet that they belong together"
    desk.told(belong(PERSON, PHONE))
    assert [event.markers for event in desk.matched()] == [(Marker.DOMESTIC_ABUSE,)]
    desk.told(warn(PHONE, Marker.STALKING))
    assert desk.matched()[-1].markers == (Marker.DOMESTIC_ABUSE, Marker.STALKING)
    desk.told(warn(PHONE, Marker.STALKING))
    assert len(desk.matched()) == 2


def test_a_marker_that_is_lifted_takes_back_nothing_that_was_said() -> None:
    desk = Desk().told(warn(PHONE), presented(), gone())
    desk.told(LiftMarker(marker=Marker.DOMESTIC_ABUSE, author="sgt-5", reason="moved away", subject=PHONE))
    desk.told(warn(PHONE, Marker.STALKING))
    assert desk.matched()[-1].markers == (Marker.DOMESTIC_ABUSE, Marker.STALKING)


def test_a_call_of_the_day_before_yesterday_is_not_reached_any_more() -> None:
    desk = Desk().told(presented(), gone())
    desk.tx.now = T + timedelta(days=2)
    desk.told(warn(PHONE))
    assert desk.matched() == []


def test_earlier_calls_are_counted_from_every_number_of_the_person_and_address() -> None:
    desk = Desk().told(belong(PHONE, PERSON), belong(PERSON, OTHER_PHONE))
    desk.told(gone("x", minutes(-30), OTHER_PHONE.text), gone("old", minutes(-61), OTHER_PHONE.text))
    desk.told(presented(), gone())
    assert desk.matched()[-1].earlier_contacts == desk.abandoned_of("a").earlier_calls == 1


def test_a_caller_answered_from_another_number_of_the_same_person_has_rung_again() -> None:
    desk = Desk().told(belong(PHONE, PERSON), belong(PERSON, OTHER_PHONE), presented(), gone())
    desk.told(presented("b", minutes(4), OTHER_PHONE.text), AnswerCall(call="b", at=minutes(5), handler="h7"))
    assert [(event.call, event.answered_call, event.by) for event in desk.tx.said(CallerRangAgain)] == [("a", "b", "person")]


def test_it_is_the_same_when_the_association_is_learned_from_the_answered_call() -> None:
    desk = Desk().told(presented(), gone(), presented("b", minutes(4), OTHER_PHONE.text))
    desk.tx.now = minutes(5)
    desk.told(AnswerCall(call="b", at=minutes(5), handler="h7"))
    assert desk.tx.said(CallerRangAgain) == []
    desk.told(belong(PERSON, PHONE), belong(PERSON, OTHER_PHONE))
    assert [event.call for event in desk.tx.said(CallerRangAgain)] == ["a"]


def test_somebody_else_of_the_same_address_who_is_answered_is_not_the_caller() -> None:
    desk = Desk().told(belong(PHONE, HOME), belong(HOME, OTHER_PHONE), presented(), gone())
    desk.told(presented("b", minutes(4), OTHER_PHONE.text), AnswerCall(call="b", at=minutes(5), handler="h7"))
    assert desk.tx.said(CallerRangAgain) == []


def test_two_callers_who_give_one_address_are_not_one_caller() -> None:
    desk = Desk().told(presented(), given_address(HOME.text), gone())
    desk.told(presented("b", minutes(4), OTHER_PHONE.text), replace(given_address(HOME.text), call="b"))
    desk.told(AnswerCall(call="b", at=minutes(5), handler="h7"))
    assert desk.tx.said(CallerRangAgain) == []


def test_two_subjects_belong_together_on_both_their_records_until_somebody_ends_it() -> None:
    desk = Desk().told(belong(PHONE, PERSON), belong(PHONE, PERSON))
    assert [stream for stream, _ in desk.tx.recorded] == ["caller-person:record 4711", "caller-tel:07700900123"]
    [associated] = desk.tx.said(PersonAssociated)
    assert (associated.author, associated.evidence) == ("h7", "statement")
    end = EndAssociation(subject=PERSON, other=PHONE, author="sgt-4", reason="gave the telephone away")
    desk.told(end, warn(PERSON), presented(), gone())
    assert desk.abandoned().markers == ()
    with pytest.raises(NotFound):
        desk.told(end)


@pytest.mark.parametrize(
    ("one", "other"),
    [(PHONE, OTHER_PHONE), (PHONE, Subject(SubjectKind.NUMBER, "withheld")), (PHONE, Subject(SubjectKind.PERSON, "?"))],
)
def test_what_cannot_belong_together_is_refused(one: Subject, other: Subject) -> None:
    with pytest.raises(Invalid):
        Desk().told(belong(one, other))


def test_a_hostel_with_hundreds_of_people_is_followed_so_far_and_no_further() -> None:
    desk = Desk().told(belong(PHONE, HOME), *(belong(HOME, Subject(SubjectKind.PERSON, f"record {n}")) for n in range(200)))
    desk.told(warn(HOME), presented(), gone())
    assert desk.abandoned().markers == (Marker.DOMESTIC_ABUSE,)
    assert desk.matched()[-1].reasons[-1] == "more belongs to the caller than is followed"


def test_a_contact_by_another_channel_counts_for_the_call_that_follows() -> None:
    form = ReceiveContact(
        contact="f", at=minutes(-20), channel=Channel.ONLINE_FORM, source="web", number=PHONE.text, words="help"
    )
    desk = Desk().told(form, form, presented(), gone())
    assert [event.earlier_contacts for event in desk.matched()] == [1]
    assert desk.abandoned().earlier_calls == 0, "a form is no call"
    assert Desk().told(replace(form, at=minutes(-61)), presented()).matched() == []
