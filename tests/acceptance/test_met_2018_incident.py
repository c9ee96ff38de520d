"""Met 2018, West Midlands November 2018: the unit was diverted, and the first job lay idle."""

from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.dispatch.deployment import AssignmentEnded, Release, UnitAssigned
from contracts.incident.backlog import EscalationRaised, EscalationReason
from contracts.incident.incidents import UnitLeft


def test_the_first_job_waits_again_with_its_own_clock_and_somebody_is_told_at_once() -> None:
    with incident_room() as room:
        promised = room.opened(grade="Immediate").attend_by
        room.hear(UnitAssigned(at=NOON, unit="unit-A1", assignment="a-1", incident=ONE, job="job-1", by="dispatcher 3"))
        room.wait(8)
        assert room.said(EscalationRaised) == []
        room.hear(
            AssignmentEnded(
                at=room.clock.now(),
                unit="unit-A1",
                assignment="a-1",
                incident=ONE,
                job="job-1",
                release=Release.DIVERTED,
                reached=False,
            )
        )
        room.wait(0)
        state = room.incident()
        assert (state.attend_by, state.due) == (promised, NOON + 2 * MINUTE)
        assert [entry.stream for entry in room.storage.find("waiting", None, None, None, 10)] == [ONE]
        (left,), (told,) = room.said(UnitLeft), room.said(EscalationRaised)
        assert (left.reached, told.reason, told.role, told.at) == (
            False,
            EscalationReason.UNALLOCATED,
            "inspector",
            NOON + 8 * MINUTE,
        )
