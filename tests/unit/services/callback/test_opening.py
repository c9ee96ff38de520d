"""How a review begins: by the abandonment alone, exactly once, with what is known at once."""

from typing import Any

import pytest
from review_story import CELL, FIX, At, Opened, said, state

from contracts.callback.reviews import (
    AttemptPlanned,
    Disposition,
    Escalation,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewOpened,
    Risk,
    Role,
)
from contracts.contact.calls import Abandonment


class TestOpening:
    def test_an_abandoned_call_is_reviewed_assessed_and_rung_at_once(self, opened: Opened, at: At) -> None:
        story = opened()
        story.then(
            ReviewOpened(
                at=at(0),
                review="r",
                call="r",
                abandonment=Abandonment.IN_QUEUE,
                abandoned_at=at(0),
                deadline=at(3600),
                emergency_period_ends=at(3600),
                policy="callback-default-1",
                number="+447700900123",
                number_ref="tel:1",
            ),
            ReviewAssessed(at=at(0), review="r", risk=Risk.NONE_KNOWN, reasons=(), gate_open=True, policy="callback-default-1"),
            AttemptPlanned(at=at(0), review="r", attempt=1, due=at(0)),
        )
        assert story.owes() == {"attempt": at(0), "deadline": at(3600)}
        assert story.index() == {("open", "2017-06-01T13:00:00.000000Z"), ("number", "tel:1")}

    def test_the_same_abandonment_again_opens_nothing(self, opened: Opened) -> None:
        opened()
        opened().then()

    def test_an_abandonment_learned_late_is_late_by_the_clock_of_the_call(self, opened: Opened, at: At) -> None:
        story = opened(abandoned_at=at(-7200))
        assert story.owes()["deadline"] == at(-3600)
        assert state(story).attempts[0].due == at(0)

    def test_with_no_number_and_nothing_known_it_ends_with_its_reason(self, opened: Opened) -> None:
        closed = said(opened(number=None, number_ref=None), ReviewClosed)
        assert (closed.disposition, closed.attempts) == (Disposition.NO_CONTACT_NO_RISK, 0)
        assert closed.reason.startswith("no number to ring")

    @pytest.mark.parametrize("number", ["08457", "911012345678901", "anonymous"])
    def test_a_number_that_cannot_be_dialled_is_never_dialled(self, opened: Opened, number: str) -> None:
        opened(number=number).then_says(ReviewOpened, ReviewAssessed, ReviewClosed)

    @pytest.mark.parametrize("known", [{"location": FIX}, {"earlier_calls": 1}])
    def test_with_no_number_but_a_place_or_a_risk_somebody_is_sent(self, opened: Opened, known: dict[str, Any]) -> None:
        escalated = said(opened(number=None, number_ref=None, **known), ReviewEscalated)
        assert (escalated.reason, escalated.deploy, escalated.to) == (Escalation.NO_CONTACT, True, Role.SUPERVISOR)
        assert escalated.location == known.get("location")

    def test_a_cell_nine_kilometres_wide_is_no_place_to_send_somebody_to(self, opened: Opened) -> None:
        opened(number=None, location=CELL).then_says(ReviewOpened, ReviewAssessed, ReviewClosed)
