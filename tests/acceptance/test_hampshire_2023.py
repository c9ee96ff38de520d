"""Hampshire, after the IOPC of February 2023: a silent or abandoned call from a number associated with a high-risk
domestic-abuse marker is grade 1; number, person and address association.
"""

from datetime import timedelta

import pytest
from acceptance.two_services import HOME, PERSON, PHONE, Force, T, belong, breaks_off, rings, warn

from contracts.contact.calls import Abandonment, CallAbandoned, Sound
from services.contact.domain.callers.caller import Subject
from services.contact.domain.calls.facts import AnswerCall

ANSWERED = AnswerCall(call="a", at=T + timedelta(seconds=5), handler="h7")


@pytest.mark.parametrize("subject", [PHONE, PERSON, HOME])
@pytest.mark.parametrize(
    ("facts", "how"),
    [
        ([breaks_off()], Abandonment.BEFORE_QUEUE),
        ([ANSWERED, breaks_off(sounds=(Sound.SILENCE,))], Abandonment.SILENT_AFTER_ANSWER),
        ([ANSWERED, breaks_off(welfare_established=False)], Abandonment.LOST_AFTER_ANSWER),
    ],
)
def test_a_silent_or_abandoned_call_associated_with_the_marker_is_grade_1(
    subject: Subject, facts: list[object], how: Abandonment
) -> None:
    associated = [] if subject is PHONE else [belong(PHONE, subject)]
    force = Force().told(warn(subject), *associated, rings(), *facts).later(1)
    assert [event.abandonment for event in force.said(CallAbandoned)] == [how]
    assert force.deployed()
    assert not force.rung()
