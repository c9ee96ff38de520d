"""Devon and Cornwall 2022: the log was closed while a sergeant was about to review it, and vanished."""

import pytest
from acceptance.incident_room import ONE, incident_room

from contracts.incident.backlog import TaskOpened
from contracts.refusals import PreconditionFailed, Refused
from services.incident.cases.waiting import RequestReview
from services.incident.domain.backlog.task import Finish
from services.incident.domain.commands import Close, Regrade

CLOSE = Close(ONE, "advice given", "spoken to", "handler 7")


def test_closing_is_refused_while_a_review_is_pending() -> None:
    with incident_room() as room:
        room.opened()
        room.do(RequestReview(ONE, "handler 7", "threats were mentioned", "sergeant 4"))
        with pytest.raises(Refused, match="a review is pending: threats were mentioned") as refused:
            room.do(CLOSE)
        assert refused.value.code == "pending"
        assert [entry.stream for entry in room.storage.find("waiting", None, None, None, 10)] == [ONE]
        (task,) = room.said(TaskOpened)
        room.do(Finish(task.task, "sergeant 4", "looked at it: no threat"), CLOSE)
        assert room.incident().closing_code == "advice given"


def test_two_who_change_it_at_once_hear_of_each_other() -> None:
    with incident_room() as room:
        room.opened()
        room.do(Regrade(ONE, "Immediate", "sergeant 4", "a weapon was seen"), expected=2)
        with pytest.raises(PreconditionFailed, match="IncidentRegraded by tester"):
            room.do(CLOSE, expected=2)
        assert room.incident().live
