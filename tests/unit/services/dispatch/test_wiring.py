from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.clock import VirtualClock
from chassis.errors import PolicyRefused
from chassis.testing.memory import MemoryTransaction
from chassis.world import World
from contracts.dispatch.deployment import UnitAssigned
from services.dispatch.domain.commands import BookOn, RequestJob
from services.dispatch.policy.deployment import DEFAULT
from services.dispatch.wiring import build, openapi_app

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


def world(policy: Path | None) -> World:
    def never(*_: object) -> None:
        raise AssertionError("dispatch needs nothing of the outside")

    def reference(kind: str, value: str) -> str:
        return f"{kind} {value}"

    return World("kent", reference, never, never, VirtualClock(NOON), policy)


def test_a_force_deploys_by_its_own_file_where_it_has_one(tmp_path: Path) -> None:
    (tmp_path / "dispatch.toml").write_text(DEFAULT.read_text().replace("auto_assign = false", "auto_assign = true"))
    for policy, sent in ((tmp_path, 1), (None, 0)):
        service, transaction = build(world(policy)), MemoryTransaction(NOON)
        service.handle(transaction, BookOn("A1"))
        service.handle(transaction, RequestJob("job-1", "incident-1", 1, "Immediate", NOON, 1))
        assert len(transaction.said(UnitAssigned)) == sent


def test_a_force_whose_file_is_broken_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "dispatch.toml").write_text("[[policy]]\n")
    with pytest.raises(PolicyRefused, match=r"dispatch\.toml: policy\[0\]"):
        build(world(tmp_path))


def test_every_stream_has_its_kind() -> None:
    service = build(world(None))
    assert [service.aggregate_of(stream).name for stream in ("unit-E39", "job-1")] == ["unit", "job"]


def test_the_description_names_every_command() -> None:
    paths = openapi_app().openapi()["paths"]
    commands = {path.rsplit("/", 1)[-1] for path, operations in paths.items() if "post" in operations}
    assert {"units", "status", "off", "assignments", "end"} <= commands
