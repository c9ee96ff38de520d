"""Two forces with two policies, side by side: each is governed by its own, in one process at one time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.testing.memory import MemoryTransaction
from chassis.world import World
from contracts.callback.reviews import AttemptPlanned, AttemptStarted, ReviewAssessed, ReviewEscalated, ReviewOpened
from contracts.contact.calls import Abandonment, Marker
from services.callback.domain.commands import OpenReview, StartAttempt
from services.callback.policy import default
from services.callback.wiring import build

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
SHIPPED = Path(default.__file__).with_suffix(".toml").read_text()


def never(*_: object) -> None:
    raise AssertionError("nothing outside is touched")


class Force:
    """A callback service of its own, with what it recorded."""

    def __init__(self, name: str, folder: Path, changes: dict[str, str]) -> None:
        text = SHIPPED.replace("callback-default-1", f"{name}-1")
        for shipped, own in changes.items():
            assert shipped in text
            text = text.replace(shipped, own)
        (folder / name).mkdir()
        (folder / name / "callback.toml").write_text(text)
        world = World(name, lambda kind, value: value, never, never, VirtualClock(T), folder / name, telephone="none")
        self.service: Service = build(world)
        self.tx = MemoryTransaction(T)

    def hears(self, review: str, **known: object) -> None:
        plain = {"abandonment": Abandonment.IN_QUEUE, "number": "+447700900123", "number_ref": f"tel:{review}"}
        self.service.handle(self.tx, OpenReview(review=review, abandoned_at=self.tx.now, **(plain | known)))  # type: ignore[arg-type]


@pytest.fixture
def forces(tmp_path: Path) -> tuple[Force, Force]:
    kent = Force("kent", tmp_path, {"ring_s = 30": "ring_s = 60", "[0, 90, 300]": "[10]"})
    essex = Force(
        "essex", tmp_path, {'high_markers = ["vulnerable"]': "high_markers = []", "deadline_s = 3600": "deadline_s = 900"}
    )
    return kent, essex


def both(forces: tuple[Force, Force], told: Callable[[Force], None]) -> None:
    for force in forces:
        told(force)


def test_each_rings_by_its_own_numbers(forces: tuple[Force, Force]) -> None:
    kent, essex = forces
    both(forces, lambda force: force.hears("r"))
    assert [event.due for event in kent.tx.said(AttemptPlanned)] == [T + timedelta(seconds=10)]
    assert [event.due for event in essex.tx.said(AttemptPlanned)] == [T]
    for force in forces:
        force.tx.now = T + timedelta(seconds=10)
        force.service.handle(force.tx, StartAttempt(review="r"))
    rings_s = [(said.give_up_at - said.at).total_seconds() for force in forces for said in force.tx.said(AttemptStarted)]
    assert rings_s == [60, 30]
    assert [said.deadline - T for force in forces for said in force.tx.said(ReviewOpened)] == [
        timedelta(seconds=3600),
        timedelta(seconds=900),
    ]


def test_each_says_under_which_policy_it_decided(forces: tuple[Force, Force]) -> None:
    both(forces, lambda force: force.hears("r", markers=(Marker.VULNERABLE,)))
    assert [said.policy for force in forces for said in force.tx.said(ReviewAssessed)] == ["kent-1", "essex-1"]
    assert [len(force.tx.said(ReviewEscalated)) for force in forces] == [1, 0]


def test_neither_can_take_the_marker_gate_away(forces: tuple[Force, Force]) -> None:
    both(forces, lambda force: force.hears("r", markers=(Marker.DO_NOT_RING,)))
    assert [force.tx.said(AttemptPlanned) for force in forces] == [[], []]
