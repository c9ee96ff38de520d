from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.clock import VirtualClock
from chassis.errors import PolicyRefused
from chassis.testing.memory import MemoryTransaction
from chassis.world import World
from contracts.incident.incidents import IncidentGraded, Origin
from services.incident.domain.commands import Grade, OpenIncident
from services.incident.policy.grades import NATIONAL
from services.incident.wiring import build, openapi_app

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def world(policy: Path | None) -> World:
    def never(*_: object) -> None:
        raise AssertionError("the incident service needs nothing of the outside")

    def reference(kind: str, value: str) -> str:
        return f"{kind} {value}"

    return World("kent", reference, never, never, VirtualClock(NOON), policy)


@pytest.mark.parametrize(
    ("own", "grade", "version"),
    [(None, "Immediate", "national-1"), (lambda: NATIONAL.parent.joinpath("examples", "met.toml").read_text(), "I", "met-1")],
)
def test_a_force_grades_by_its_own_file_where_it_has_one(
    tmp_path: Path, own: Callable[[], str] | None, grade: str, version: str
) -> None:
    if own is not None:
        (tmp_path / "incident.toml").write_text(own())
    service, transaction = build(world(tmp_path)), MemoryTransaction(NOON)
    service.handle(transaction, OpenIncident("incident-1", Origin.CALL, "call-1", "burglary"))
    service.handle(transaction, Grade("incident-1", grade, "handler 7"))
    assert transaction.said(IncidentGraded)[0].policy == version


def test_a_force_whose_file_is_broken_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "incident.toml").write_text("[[policy]]\n")
    with pytest.raises(PolicyRefused, match=r"incident\.toml: policy\[0\]"):
        build(world(tmp_path))


def test_the_description_names_every_command() -> None:
    paths = openapi_app().openapi()["paths"]
    commands = {path.rsplit("/", 1)[-1] for path, operations in paths.items() if "post" in operations}
    assert {"incidents", "reported-incidents", "grade", "regrade", "resources", "close"} <= commands
