"""Cleveland 2020: the caller was re-contacted, then nobody was sent for eleven hours, and the system did not escalate."""

import pytest
from control_room import ControlRoom

from contracts.callback.reviews import Escalation, Outcome, ReviewEscalated, Role
from contracts.contact.calls import Sound
from services.callback.domain.commands import RecordOutcome


@pytest.mark.parametrize("outcome", [Outcome.NOT_THE_CALLER, Outcome.WHISPERED, None])
def test_to_have_spoken_to_somebody_is_not_an_end(outcome: Outcome | None) -> None:
    room = ControlRoom()
    room.call("c", handler="h7")
    room.breaks_off("c", Sound.SILENCE)
    room.wait(3)
    room.telephone(Outcome.ANSWERED)
    if outcome is not None:
        room.tell("callback", RecordOutcome(review="c", attempt=1, outcome=outcome, spoke_to="a voice"))
    room.wait(2 * 3600)
    assert room.review("c").open
    assert room.incident("c").closed_at is None, "somebody was asked for, and still is"
    deadline = [said for said in room.said(ReviewEscalated) if said.reason is Escalation.DEADLINE]
    assert [(said.to, said.breach) for said in deadline] == [(Role.SUPERVISOR, True)]


def test_an_answer_on_which_nobody_reports_does_not_stay_an_answer() -> None:
    room = ControlRoom()
    room.call("c")
    room.breaks_off("c")
    room.wait(3)
    room.telephone(Outcome.ANSWERED)
    room.wait(11 * 60)
    assert room.review("c").attempts[0].outcome is Outcome.UNKNOWN
    assert len(room.review("c").attempts) > 1
