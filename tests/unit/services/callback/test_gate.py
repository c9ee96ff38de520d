"""The safety gate: what shuts it, that it stays shut, and that it is the only road to the telephone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from review_story import CELL, At, Opened, ring_out, said, start

from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    AttemptPlanned,
    AttemptRecalled,
    AttemptStarted,
    Escalation,
    Outcome,
    ReviewAssessed,
    ReviewEscalated,
    ReviewInformed,
    ReviewOpened,
    Risk,
    Role,
)
from contracts.contact.calls import Abandonment, Marker, Sound
from services.callback.domain import gate
from services.callback.domain.attempt import Attempt
from services.callback.domain.commands import LearnCaller, LearnMarker, LearnSounds
from services.callback.domain.review import Review
from services.callback.policy import default

SHUTTING = (Marker.DOMESTIC_ABUSE, Marker.STALKING, Marker.HOSTAGE, Marker.DO_NOT_RING, Marker.CODEWORD)


class TestTheGate:
    @pytest.mark.parametrize("marker", SHUTTING)
    def test_kent_2017_a_marker_that_shuts_the_gate_sends_somebody_silently_and_rings_nobody(
        self, opened: Opened, at: At, marker: Marker
    ) -> None:
        story = opened(markers=(marker,)).then_says(ReviewOpened, ReviewAssessed, ReviewEscalated)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.to) == (Escalation.GATE_CLOSED, Role.SUPERVISOR)
        assert (escalated.deploy, escalated.silent_approach) == (True, True)
        assert escalated.reasons == (f"marker {marker}: a ring could get somebody hurt",)
        start(story, at(0)).then()

    def test_northamptonshire_2011_sounds_of_violence_send_somebody_at_once_and_a_guess_stays_a_guess(
        self, opened: Opened
    ) -> None:
        story = opened(sounds=(Sound.VIOLENCE,), abandonment=Abandonment.SOUNDS_WITHOUT_REQUEST, location=CELL)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.deploy, escalated.silent_approach) == (Escalation.GATE_CLOSED, True, True)
        assert (escalated.location, escalated.location.address) == (CELL, None)

    def test_a_marker_placed_meanwhile_shuts_the_gate_before_the_next_attempt(self, opened: Opened, at: At) -> None:
        story = ring_out(start(opened(), at(0)), at(30))
        story.when(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE), at(60))
        story.then_says(ReviewInformed, ReviewAssessed, AttemptCancelled, ReviewEscalated)
        assert said(story, ReviewEscalated).silent_approach
        assert "attempt" not in story.owes()
        story.when(LearnMarker(number_ref="tel:1", marker=Marker.DOMESTIC_ABUSE), at(61)).then()

    def test_the_gate_is_asked_again_when_an_attempt_is_due(self, opened: Opened, at: At) -> None:
        story = opened().given(
            ReviewAssessed(at=at(0), review="r", risk=Risk.HIGH, reasons=("x",), gate_open=False, policy="callback-default-1")
        )
        start(story, at(0)).then_says(AttemptCancelled, ReviewEscalated)

    @pytest.mark.parametrize("known", [{"sounds": (Sound.VOICES,)}, {"markers": (Marker.VULNERABLE,)}, {"earlier_calls": 2}])
    def test_high_risk_sends_somebody_while_the_telephone_rings(self, opened: Opened, at: At, known: dict[str, Any]) -> None:
        story = opened(**known).then_says(ReviewOpened, ReviewAssessed, ReviewEscalated, AttemptPlanned)
        escalated = said(story, ReviewEscalated)
        assert (escalated.reason, escalated.deploy) == (Escalation.HIGH_RISK, True)
        assert not escalated.silent_approach
        start(story, at(0)).then_says(AttemptStarted)

    def test_a_telephone_that_rings_when_the_gate_shuts_is_stopped(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0)).when(LearnSounds(review="r", sounds=(Sound.VIOLENCE,)), at(5))
        story.then_says(ReviewInformed, ReviewAssessed, AttemptRecalled, ReviewEscalated)
        recalled = said(story, AttemptRecalled)
        assert (recalled.attempt_id, recalled.reason) == ("a1", "the safety gate is shut")
        story.when(LearnSounds(review="r", sounds=(Sound.VIOLENCE,)), at(6)).then()
        ring_out(story, at(7)).then_says(AttemptEnded)

    def test_a_marker_on_the_person_or_the_address_counts_like_one_on_the_number(self, opened: Opened, at: At) -> None:
        matched = LearnCaller(review="r", markers=(Marker.DOMESTIC_ABUSE,), reasons=("the address is known for it",))
        story = opened().when(matched, at(2))
        story.then_says(ReviewInformed, ReviewAssessed, AttemptCancelled, ReviewEscalated)
        assert "the address is known for it" in said(story, ReviewEscalated).reasons

    def test_what_the_gate_looked_at_stands_on_the_attempt(self, opened: Opened, at: At) -> None:
        story = start(opened(), at(0))
        assert said(story, AttemptStarted).permit.endswith("a number to dial; policy callback-default-1")


class TestTheRoad:
    """Whatever an earlier assessment concluded, the facts themselves shut the gate."""

    RULES = default.load().at(datetime(2017, 6, 1, tzinfo=UTC))

    def review(self, **known: Any) -> Review:
        at = datetime(2017, 6, 1, tzinfo=UTC)
        plain: dict[str, Any] = {"number": "+447700900123"} | known
        return Review("r", "callback-default-1", at, at, Abandonment.IN_QUEUE, at, at, **plain)

    @pytest.mark.parametrize(
        "known",
        [
            {"markers": (Marker.DOMESTIC_ABUSE,)},
            {"markers": (Marker.CODEWORD,)},
            {"sounds": (Sound.VIOLENCE,)},
            {"gate_open": False},
            {"number": None},
            {"number": "112"},
            {"merged_into": "q"},
            {"closed_at": datetime(2017, 6, 1, tzinfo=UTC)},
            {"attempts": (Attempt(1, datetime(2017, 6, 1, tzinfo=UTC), outcome=Outcome.DEAD_HANDSET),)},
            {"attempts": (Attempt(1, datetime(2017, 6, 1, tzinfo=UTC), outcome=Outcome.WHISPERED),)},
        ],
    )
    def test_neither_a_ring_nor_a_text_goes_out(self, known: dict[str, Any]) -> None:
        now = datetime(2017, 6, 1, tzinfo=UTC)
        shut = self.review(**known)
        assert gate.shut(shut, self.RULES)
        assert gate.ring(shut, Attempt(2, now), "a2", now, self.RULES) is None
        assert gate.text(shut, "t1", "Please ring us.", now, self.RULES) is None

    def test_otherwise_both_may_and_the_permit_is_of_what_was_said(self) -> None:
        now = datetime(2017, 6, 1, tzinfo=UTC)
        assert gate.shut(self.review(), self.RULES) == ()
        started = gate.ring(self.review(), Attempt(1, now), "a1", now, self.RULES)
        assert started is not None
        permit = gate.permit(started)
        assert (permit.attempt_id, permit.number, permit.give_up_at) == ("a1", "+447700900123", now + timedelta(seconds=30))
        text = gate.text(self.review(), "t1", "Please ring us.", now, self.RULES)
        assert text is not None
        assert gate.permit_text(text).words == "Please ring us."

    def test_nobody_else_can_make_a_permit(self) -> None:
        at = datetime(2017, 6, 1, tzinfo=UTC)
        with pytest.raises(TypeError, match="only the safety gate"):
            gate.Permit(seal=object(), review="r", attempt=1, attempt_id="a", number="+447700900123", give_up_at=at)
        with pytest.raises(TypeError, match="only the safety gate"):
            gate.TextPermit(seal=None, review="r", text_id="t", number="+447700900123", words="x")
        started = gate.ring(self.review(), Attempt(1, at), "a1", at, self.RULES)
        assert started is not None
        with pytest.raises((TypeError, ValueError), match="seal"):
            replace(gate.permit(started), number="+447700900999")
