from datetime import UTC, datetime

import pytest

from contracts.callback.reviews import Risk
from contracts.contact.calls import Abandonment, Marker, Sound
from services.callback.domain.risk import Assessment, Known, assess
from services.callback.policy import default

RULES = default.load().at(datetime(2017, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("known", "risk", "gate_open"),
    [
        (Known(Abandonment.IN_QUEUE), Risk.NONE_KNOWN, True),
        (Known(Abandonment.IN_QUEUE, sounds=(Sound.SILENCE,)), Risk.NONE_KNOWN, True),
        (Known(Abandonment.LOST_AFTER_ANSWER), Risk.RAISED, True),
        (Known(Abandonment.IN_QUEUE, earlier_calls=1), Risk.RAISED, True),
        (Known(Abandonment.IN_QUEUE, earlier_calls=2), Risk.HIGH, True),
        (Known(Abandonment.IN_QUEUE, sounds=(Sound.VOICES,)), Risk.HIGH, True),
        (Known(Abandonment.IN_QUEUE, markers=(Marker.VULNERABLE,)), Risk.HIGH, True),
        (Known(Abandonment.IN_QUEUE, markers=(Marker.PERSISTENT_WITH_PLAN,)), Risk.NONE_KNOWN, True),
        (Known(Abandonment.IN_QUEUE, sounds=(Sound.VIOLENCE,)), Risk.HIGH, False),
        (Known(Abandonment.IN_QUEUE, markers=(Marker.VULNERABLE, Marker.DO_NOT_RING)), Risk.HIGH, False),
    ],
)
def test_what_is_known_is_weighed(known: Known, risk: Risk, gate_open: bool) -> None:
    found = assess(known, RULES)
    assert (found.risk, found.gate_open) == (risk, gate_open)
    assert bool(found.reasons) == (risk is not Risk.NONE_KNOWN)


def test_a_marker_that_calls_somebody_persistent_lowers_nothing() -> None:
    plain = Known(Abandonment.LOST_AFTER_ANSWER, (Sound.VOICES,), (), 1)
    assert assess(plain._replace(markers=(Marker.PERSISTENT_WITH_PLAN,)), RULES) == assess(plain, RULES)


def test_what_is_learned_later_never_lowers_a_risk_or_opens_the_gate() -> None:
    shut = Assessment(Risk.HIGH, ("violence",), False)
    calm = Assessment(Risk.NONE_KNOWN, ("a place is known",), True)
    assert shut.joined(calm) == Assessment(Risk.HIGH, ("violence", "a place is known"), False)
    assert calm.joined(shut) == Assessment(Risk.HIGH, ("a place is known", "violence"), False)
    assert shut.joined(shut) == shut
