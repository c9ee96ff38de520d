from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import VirtualClock
from chassis.errors import PolicyRefused, SettingsRefused
from chassis.world import World
from contracts import registry
from contracts.callback.reviews import AttemptRecalled, AttemptStarted, TextStarted
from contracts.envelope import Envelope
from services.callback.domain.commands import EndRinging
from services.callback.wiring import build, openapi_app

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
STARTED = AttemptStarted(
    at=T, review="r", attempt=1, attempt_id="a1", number="+447700900123", give_up_at=T + timedelta(seconds=30)
)


class Outside:
    """What a service can do out there, noted."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.later: list[Callable[[], None]] = []

    def world(self, telephone: str, policy: Path | None = None) -> World:
        def after(seconds: float, act: Callable[[], None]) -> None:
            self.later.append(act)

        def tell(command: object, cause: str, actor: str) -> None:
            self.told.append(command)

        return World("kent", lambda kind, value: value, after, tell, VirtualClock(T), policy, telephone)


def ring(world: World) -> None:
    started = Envelope("id", "callback", "review-r", 4, 4, registry.of(STARTED).name, T, "correlation", "cause", "actor", STARTED)
    build(world).effects[AttemptStarted](started)


def hang_up(world: World) -> None:
    recalled = AttemptRecalled(at=T, review="r", attempt=1, attempt_id="a1", reason="the safety gate is shut")
    kind = registry.of(recalled).name
    build(world).effects[AttemptRecalled](Envelope("id", "callback", "review-r", 5, 5, kind, T, "corr", "cause", "a", recalled))


def test_a_started_attempt_rings_and_nothing_else_does() -> None:
    outside = Outside()
    assert list(build(outside.world("simulated")).effects) == [AttemptStarted, AttemptRecalled, TextStarted]
    ring(outside.world("simulated"))
    assert outside.told == []
    outside.later[0]()
    [told] = outside.told
    assert isinstance(told, EndRinging)
    assert (told.review, told.attempt_id) == ("r", "a1")


@pytest.mark.parametrize("telephone", ["none", "manual"])
def test_without_a_telephone_a_person_dials(telephone: str) -> None:
    outside = Outside()
    ring(outside.world(telephone))
    hang_up(outside.world(telephone))
    assert (outside.told, outside.later) == ([], [])


def test_an_unknown_telephone_is_refused_in_words() -> None:
    with pytest.raises(SettingsRefused, match="choose one of manual, none, simulated"):
        build(Outside().world("fax"))


def test_a_force_whose_policy_is_broken_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "callback.toml").write_text("[[policy]]\n")
    with pytest.raises(PolicyRefused, match=r"callback\.toml: policy\[0\]"):
        build(Outside().world("none", tmp_path))


def test_the_description_names_what_people_can_decide() -> None:
    paths = openapi_app().openapi()["paths"]
    assert {path for path in paths if path.startswith("/reviews")} == {
        "/reviews",
        "/reviews/{review}",
        "/reviews/{review}/history",
        "/reviews/{review}/attempts/{attempt}/outcome",
        "/reviews/{review}/escalate",
        "/reviews/{review}/close",
        "/reviews/{review}/reopen",
        "/reviews/{review}/rang-again",
        "/reviews/{review}/incidents",
        "/reviews/{review}/sample",
        "/reviews/{review}/text",
    }
