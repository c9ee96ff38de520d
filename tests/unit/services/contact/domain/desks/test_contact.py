"""Contacts that are no calls: saved with the first word, taken, acted on; each step that is late is an alarm, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from switchroom import Switchroom, switchroom

from contracts.contact.calls import Channel
from contracts.contact.contacts import ContactOutcome, Stage
from contracts.refusals import Invalid, NotFound, Refused
from services.contact.domain.desks.contact import CALLS, Contact
from services.contact.domain.desks.contacting import AddWords, CloseContact, ReceiveContact, TakeContact
from services.contact.streams import CONTACT, contact_id, contact_stream

T = datetime(2026, 6, 1, 12, tzinfo=UTC)
C = contact_id("desk-2", "17")


@pytest.fixture
def room() -> Iterator[Switchroom]:
    with switchroom(T) as made:
        yield made


def received(room: Switchroom, channel: Channel = Channel.FRONT_COUNTER, words: str | None = None) -> None:
    room.do(ReceiveContact(contact=C, at=room.clock.now(), channel=channel, source="desk-2", words=words))


def contact(room: Switchroom) -> Contact:
    state = room.reads.load(CONTACT, contact_stream(C)).state
    assert state is not None
    return state


def overdue(room: Switchroom) -> list[str]:
    return [entry.stream for entry in room.reads.find("contact-overdue")]


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel not in CALLS])
def test_each_way_that_is_no_call_is_a_contact_with_a_life_of_its_own(room: Switchroom, channel: Channel) -> None:
    received(room, channel, "somebody 🚨 in the garden")
    room.do(TakeContact(contact=C, handler="h7"))
    room.do(CloseContact(contact=C, outcome=ContactOutcome.INCIDENT_OPENED, by="h7", incident="i-1"))
    assert (contact(room).channel, contact(room).outcome, contact(room).incident) == (
        channel,
        ContactOutcome.INCIDENT_OPENED,
        "i-1",
    )
    assert list(room.reads.find("contact-open")) == []
    room.wait(90_000)
    assert overdue(room) == []


@pytest.mark.parametrize("channel", CALLS)
def test_a_call_is_told_by_telephony(room: Switchroom, channel: Channel) -> None:
    with pytest.raises(Invalid) as refused:
        received(room, channel)
    assert refused.value.allowed == ("POST /telephony/facts",)


def test_words_that_come_keystroke_by_keystroke_are_all_kept(room: Switchroom) -> None:
    received(room)
    for words in ("A car", "A car left the road", "A car left the road at junction 9"):
        received(room, words=words)
        received(room, words=words)
    assert contact(room).words == ("A car", "A car left the road", "A car left the road at junction 9")
    assert contact(room).received_at == T


def test_nobody_took_it_in_time(room: Switchroom) -> None:
    received(room, Channel.TEXT_999)
    room.wait(59)
    assert overdue(room) == []
    room.wait(1)
    assert overdue(room) == [contact_stream(C)]
    room.wait(90_000)
    assert room.kinds(contact_stream(C)) == ["ContactReceived", "ContactOverdue"]
    room.do(TakeContact(contact=C, handler="h7"))
    assert overdue(room) == []


def test_taking_is_no_action(room: Switchroom) -> None:
    received(room)
    room.do(TakeContact(contact=C, handler="h7"))
    room.wait(3600)
    assert overdue(room) == [contact_stream(C)]
    assert contact(room).overdue == (Stage.ACTION,)
    assert [entry.stream for entry in room.reads.find("contact-unacted")] == [contact_stream(C)]


def test_one_handler_has_it_until_the_time_to_act_is_over(room: Switchroom) -> None:
    received(room)
    room.do(TakeContact(contact=C, handler="h7"))
    room.do(TakeContact(contact=C, handler="h7"))
    with pytest.raises(Refused, match="h7 has it since 12:00:00 UTC") as refused:
        room.do(TakeContact(contact=C, handler="h8"))
    assert refused.value.code == "contact-taken"
    room.wait(3600)
    room.do(TakeContact(contact=C, handler="h8"))
    assert contact(room).handler == "h8"
    assert room.kinds(contact_stream(C)) == ["ContactReceived", "ContactTaken", "ContactOverdue", "ContactTaken"]


def test_whoever_takes_it_over_has_an_alarm_of_their_own(room: Switchroom) -> None:
    received(room)
    room.do(TakeContact(contact=C, handler="h7"))
    room.wait(3600)
    room.do(TakeContact(contact=C, handler="h8"))
    assert overdue(room) == []
    room.wait(3600)
    assert overdue(room) == [contact_stream(C)]


def test_what_is_over_takes_more_words_and_no_other_end(room: Switchroom) -> None:
    received(room)
    close = CloseContact(contact=C, outcome=ContactOutcome.ADVICE_GIVEN, by="h7")
    room.do(close)
    room.do(close)
    room.do(AddWords(contact=C, words="and another thing", author="h7"))
    assert contact(room).words == ("and another thing",)
    for late in (CloseContact(contact=C, outcome=ContactOutcome.DUPLICATE, by="h7"), TakeContact(contact=C, handler="h8")):
        with pytest.raises(Refused) as refused:
            room.do(late)
        assert refused.value.code == "contact-closed"


@pytest.mark.parametrize("outcome", [ContactOutcome.INCIDENT_OPENED, ContactOutcome.PASSED_ON])
def test_an_end_that_leads_on_names_where_to(room: Switchroom, outcome: ContactOutcome) -> None:
    received(room)
    with pytest.raises(Invalid):
        room.do(CloseContact(contact=C, outcome=outcome, by="h7"))


def test_an_unknown_contact_is_not_found(room: Switchroom) -> None:
    with pytest.raises(NotFound):
        room.do(TakeContact(contact=C, handler="h7"))


def test_a_time_that_cannot_be_is_the_time_of_receipt(room: Switchroom) -> None:
    room.do(ReceiveContact(contact=C, at=T + timedelta(days=4000), channel=Channel.ONLINE_FORM, source="desk-2"))
    assert contact(room).received_at == T
