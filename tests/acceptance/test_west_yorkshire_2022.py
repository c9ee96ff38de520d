"""West Yorkshire 2022: the downgrade was not told to the caller, who went on waiting."""

import pytest
from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.backlog import EscalationRaised, EscalationReason, TaskKind, TaskOpened, TaskOverdue
from contracts.incident.incidents import DowngradeReported, IncidentRegraded
from contracts.refusals import Refused
from services.incident.domain.commands import Close, Regrade

LESS = Regrade(ONE, "Scheduled", "sergeant 4", "he has gone", new_information="seen on a train", roles=("supervisor",))


def test_a_downgrade_asks_somebody_to_tell_the_caller_and_is_not_forgotten() -> None:
    with incident_room() as room:
        room.opened()
        room.do(LESS)
        (task,) = room.said(TaskOpened)
        assert (task.kind, task.due) == (TaskKind.INFORM_CALLER, NOON + 30 * MINUTE)
        with pytest.raises(Refused, match="the caller has not been told"):
            room.do(Close(ONE, "advice given", "gone", "sergeant 4"))
        room.wait(31)
        assert len(room.said(TaskOverdue)) == 1
        assert room.said(EscalationRaised)[-1].reason is EscalationReason.TASK_OVERDUE


def test_a_downgrade_just_before_the_promise_breaks_is_reported_and_counts_from_the_first_report() -> None:
    with incident_room() as room:
        room.opened()
        room.wait(39)
        room.do(LESS)
        (reported,) = room.said(DowngradeReported)
        assert (reported.promised, reported.broken, reported.by) == (NOON + 40 * MINUTE, False, "sergeant 4")
        (changed,) = room.said(IncidentRegraded)
        assert (changed.attend_by, changed.role, changed.downgrade) == (NOON + 2880 * MINUTE, "supervisor", True)
