"""Police Scotland, July 2015: a car off the M9 was reported on 101, noted on paper, and never entered; two people lay three days.

A contact is saved at the first keystroke, also when the process dies at the next, and what was taken is reconciled with what was
acted on: taking is no action, and what nobody acts on raises an alarm and stays on a list.
"""

from datetime import UTC, datetime

from switchroom import Switchroom, switchroom

from contracts.contact.calls import Channel
from contracts.contact.contacts import ContactOutcome
from services.contact.domain.desks.contacting import CloseContact, ReceiveContact, TakeContact
from services.contact.streams import CONTACT, contact_id, contact_stream

SUNDAY = datetime(2015, 7, 5, 10, tzinfo=UTC)
REPORT = "car down the bank at junction 9 of the M9"
C = contact_id("service centre", "sheet 17")


def typed(room: Switchroom, words: str | None = None) -> None:
    at = room.clock.now()
    room.do(ReceiveContact(contact=C, at=at, channel=Channel.OTHER_FORCE, source="service centre", words=words))


def unacted(room: Switchroom) -> list[str]:
    return [entry.stream for entry in room.reads.find("contact-unacted")]


def test_it_is_saved_at_the_first_keystroke_and_a_crash_takes_nothing_of_it() -> None:
    with switchroom(SUNDAY) as room:
        typed(room)
        assert room.kinds(contact_stream(C)) == ["ContactReceived"]
        for n in range(4, len(REPORT), 7):
            room.wait(2)
            typed(room, REPORT[:n])
            room.restarted()
            saved = room.reads.load(CONTACT, contact_stream(C)).state
            assert saved is not None
            assert saved.words[-1] == REPORT[:n]
            assert saved.received_at == SUNDAY


def test_what_was_taken_and_not_acted_on_raises_an_alarm_and_stays_on_the_list() -> None:
    with switchroom(SUNDAY) as room:
        typed(room, REPORT)
        room.do(TakeContact(contact=C, handler="sgt-9"))
        assert unacted(room) == [contact_stream(C)]
        room.wait(3600)
        assert room.kinds(contact_stream(C))[-1] == "ContactOverdue"
        room.wait(3 * 86_400)
        assert unacted(room) == [contact_stream(C)], "three days later it must still be there"
        assert [entry.stream for entry in room.reads.find("contact-overdue")] == [contact_stream(C)]


def test_what_nobody_even_took_raises_the_alarm_too() -> None:
    with switchroom(SUNDAY) as room:
        typed(room, REPORT)
        room.wait(300)
        assert [entry.stream for entry in room.reads.find("contact-overdue")] == [contact_stream(C)]


def test_only_an_outcome_takes_it_off_the_list() -> None:
    with switchroom(SUNDAY) as room:
        typed(room, REPORT)
        room.do(TakeContact(contact=C, handler="sgt-9"))
        typed(room, "the caller rang again")
        assert unacted(room) == [contact_stream(C)]
        room.do(CloseContact(contact=C, outcome=ContactOutcome.INCIDENT_OPENED, by="h7", incident="i-1"))
        assert unacted(room) == []
        room.wait(90_000)
        assert list(room.reads.find("contact-overdue")) == []
