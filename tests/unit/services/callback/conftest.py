"""One review, told from its opening: the story every test of the course begins with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chassis.testing.scenario import Scenario
from contracts.contact.calls import Abandonment
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import OpenReview
from services.callback.domain.decide import decide
from services.callback.domain.review import Review
from services.callback.policy import default

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
POLICY = default.load()
RULES = POLICY.at(T)

Story = Scenario[Review]


@pytest.fixture
def at() -> Callable[[float], datetime]:
    """So many seconds after the call broke off."""
    return lambda seconds: T + timedelta(seconds=seconds)


@pytest.fixture
def story() -> Story:
    """No review yet, under the policy that ships."""
    return Scenario(Reviews(POLICY).kind, partial(decide, rules=RULES))


@pytest.fixture
def opened(story: Story) -> Callable[..., Story]:
    """A review opened at T; what the test does not say is the plainest: a known number, gone in the queue, nothing heard."""

    def open_review(**known: Any) -> Story:
        plain: dict[str, Any] = {
            "review": "r",
            "abandonment": Abandonment.IN_QUEUE,
            "abandoned_at": T,
            "number": "+447700900123",
            "number_ref": "tel:1",
        }
        return story.when(OpenReview(**plain | known), T)

    return open_review
