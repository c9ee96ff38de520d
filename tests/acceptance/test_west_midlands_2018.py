"""West Midlands 2018: a log was accepted, then came a break; it was silent for 18 hours."""

from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.backlog import ActionSeen, EscalationClimbed, EscalationRaised, EscalationReason, SilenceAlarmed
from services.incident.cases.waiting import AcceptIncident
from services.incident.domain.record.logbook import MakeEntry


def test_accepting_is_no_action_and_silence_raises_an_alarm() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(AcceptIncident(ONE, "dispatcher 3"))
        room.wait(18 * 60)
        alarms = room.said(SilenceAlarmed)
        assert (alarms[0].at, alarms[0].holder, alarms[0].silent_since) == (NOON + 30 * MINUTE, "dispatcher 3", NOON)
        assert room.said(EscalationRaised)[0].reason is EscalationReason.SILENCE
        assert "duty superintendent" in {climbed.role for climbed in room.said(EscalationClimbed)}
        assert room.escalation().pending
        assert len(alarms) == 36


def test_whoever_does_something_is_left_alone() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(AcceptIncident(ONE, "dispatcher 3"))
        for n in range(4):
            room.wait(20)
            room.do(MakeEntry(ONE, f"entry-{n}", "dispatcher 3", "rang the caller"))
        assert room.said(SilenceAlarmed) == []
        assert [seen.what for seen in room.said(ActionSeen)] == ["an entry in the log", "an entry in the log"]
