"""Northamptonshire, 2011: screams on an abandoned call, and the priority was not immediate.

Whenever violence is heard, on the open line or hours later on the recording, and however ordinary the end of the call looked,
somebody is sent silently at the top grade and nothing rings.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from acceptance.two_services import Force, T, breaks_off, rings

from contracts.callback.reviews import AttemptStarted, ReviewOpened
from contracts.contact.calls import Abandonment, CallAbandoned, Sound
from services.contact.domain.calls.facts import AnswerCall, HangUp, HearSounds, LearnNumber, QueueCall

ANSWERED = [QueueCall(call="a", at=T, queue="999"), AnswerCall(call="a", at=T + timedelta(seconds=5), handler="h7")]


def screams(minutes: float) -> HearSounds:
    at = T + timedelta(minutes=minutes)
    return HearSounds(call="a", at=at, sounds=(Sound.VIOLENCE,), listener="sgt-4", words="screams, a child")


def sent_silently(force: Force) -> None:
    [sent] = force.deployed()
    assert sent.silent_approach
    rung = len(force.said(AttemptStarted))
    force.later(3600)
    assert len(force.said(AttemptStarted)) == rung, "the telephone rang on"


@pytest.mark.parametrize("minutes", [0, 1, 30])
def test_screams_found_on_the_recording_of_a_caller_gone_in_the_queue(minutes: float) -> None:
    force = Force().told(rings(), ANSWERED[0], breaks_off()).later(minutes * 60).told(screams(minutes))
    sent_silently(force)


def test_screams_on_the_open_line_go_with_the_abandonment() -> None:
    force = Force().told(rings(), *ANSWERED, screams(0.1), breaks_off())
    [broke] = force.said(CallAbandoned)
    assert (broke.abandonment, broke.sounds) == (Abandonment.SOUNDS_WITHOUT_REQUEST, (Sound.VIOLENCE,))
    sent_silently(force)


@pytest.mark.parametrize("welfare", [None, True])
def test_screams_found_on_the_recording_of_a_call_that_seemed_to_end_well(welfare: bool | None) -> None:
    gone = HangUp(call="a", at=T + timedelta(seconds=30), welfare_established=welfare)
    force = Force().told(rings(), *ANSWERED, gone)
    assert force.said(ReviewOpened) == []
    sent_silently(force.later(600).told(screams(10)))


def test_a_number_that_a_trace_finds_later_is_rung() -> None:
    force = Force().told(replace(rings(), number=None), ANSWERED[0], breaks_off())
    assert not force.rung()
    trace = LearnNumber(call="a", at=T + timedelta(seconds=40), number="07700 900123", source="trace")
    assert force.told(trace).later(1).rung()
