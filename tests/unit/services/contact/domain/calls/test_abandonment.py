"""Every way a call can break off has exactly one class, (a) to (h), and no call that broke off is without one."""

from itertools import product

import pytest

from contracts.contact.calls import Abandonment, Sound, Start
from services.contact.domain.calls.abandonment import OF_ITS_START, Broken, abandonment

HEARD: tuple[tuple[Sound, ...], ...] = (
    (),
    (Sound.SILENCE,),
    (Sound.VOICES,),
    (Sound.VIOLENCE,),
    (Sound.SILENCE, Sound.VOICES),
)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (Broken(presented=False, in_stage_1=True, queued=False, answered=False), Abandonment.BEFORE_PRESENTED),
        (Broken(queued=False, answered=False), Abandonment.BEFORE_QUEUE),
        (Broken(queued=True, answered=False), Abandonment.IN_QUEUE),
        (Broken(queued=True, answered=True, sounds=(Sound.SILENCE,)), Abandonment.SILENT_AFTER_ANSWER),
        (Broken(queued=True, answered=True, welfare=False), Abandonment.LOST_AFTER_ANSWER),
        (
            Broken(queued=True, answered=False, sounds=(Sound.VOICES,), start=Start.NO_REQUEST),
            Abandonment.SOUNDS_WITHOUT_REQUEST,
        ),
        (Broken(queued=True, answered=True, sounds=(Sound.VIOLENCE,), welfare=True), Abandonment.SOUNDS_WITHOUT_REQUEST),
        (Broken(queued=False, answered=False, start=Start.CRASH_DETECTION), Abandonment.DEVICE_STARTED),
        (Broken(queued=True, answered=True, start=Start.EMERGENCY_SOS), Abandonment.DEVICE_STARTED),
        (Broken(queued=True, answered=True, start=Start.ECALL), Abandonment.DEVICE_STARTED),
        (Broken(queued=True, answered=False, start=Start.SILENT_SOLUTION), Abandonment.SILENT_SOLUTION),
        (Broken(queued=True, answered=True, start=Start.SILENT_SOLUTION), Abandonment.SILENT_SOLUTION),
    ],
)
def test_each_class_has_its_way(broken: Broken, kind: Abandonment) -> None:
    assert abandonment(broken) is kind


def test_only_an_answered_caller_of_whom_nothing_speaks_against_it_has_not_abandoned() -> None:
    everything = product((True, False), (True, False), (True, False), (True, False), HEARD, (None, True, False), (None, *Start))
    for presented, in_stage_1, queued, answered, sounds, welfare, start in everything:
        broken = Broken(
            presented=presented,
            in_stage_1=in_stage_1,
            queued=queued,
            answered=answered,
            sounds=sounds,
            welfare=welfare,
            start=start,
        )
        kind = abandonment(broken)
        well = welfare is True or (welfare is None and not sounds and start in (None, Start.REQUEST))
        assert (kind is None) == (answered and well and Sound.VIOLENCE not in sounds), broken


@pytest.mark.parametrize("start", OF_ITS_START)
def test_what_rang_by_itself_or_silently_keeps_its_class_wherever_it_broke_off(start: Start) -> None:
    for queued, answered in product((True, False), (True, False)):
        assert abandonment(Broken(queued=queued, answered=answered, welfare=False, start=start)) is OF_ITS_START[start]
