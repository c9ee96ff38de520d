"""Cleveland 2020: the caller was rung again, then 11 hours without anybody sent; the system did not escalate."""

from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.backlog import EscalationClimbed, EscalationRaised, EscalationReason
from contracts.incident.incidents import PromiseAtRisk
from services.incident.domain.commands import NoteAllocated


def test_an_incident_that_nobody_is_sent_to_climbs_until_it_stands_at_the_top() -> None:
    with incident_room() as room:
        room.opened(grade="Priority")
        room.wait(11 * 60)
        told = room.said(EscalationRaised)
        assert (told[0].reason, told[0].role, told[0].at) == (EscalationReason.UNALLOCATED, "sergeant", NOON + 40 * MINUTE)
        climbed = [(event.role, event.at - NOON) for event in room.said(EscalationClimbed)]
        assert climbed[:2] == [("inspector", 55 * MINUTE), ("duty superintendent", 70 * MINUTE)], "overdue at 60 buys no time"
        assert room.escalation().pending
        assert {event.danger.value for event in room.said(PromiseAtRisk)} == {"unallocated", "overdue"}


def test_at_the_change_of_shifts_whoever_comes_on_is_told_again() -> None:
    with incident_room() as room:
        room.opened(grade="Priority")
        room.wait(90)
        room.acknowledge()
        room.wait(90)
        last = room.said(EscalationRaised)[-1]
        assert (last.reason, last.at) == (EscalationReason.SHIFT_CHANGE, NOON + 120 * MINUTE)  # 15:00 by the wall clock


def test_an_acknowledged_escalation_climbs_no_further_and_one_that_was_sent_to_is_not_raised() -> None:
    with incident_room() as room:
        room.opened(grade="Priority")
        room.wait(41)
        room.acknowledge()
        room.do(NoteAllocated(ONE, "unit-A1", room.clock.now()))
        room.wait(15)
        assert (len(room.said(EscalationRaised)), room.said(EscalationClimbed)) == (1, [])
