"""The safety gate is the only road to the telephone: by type, by constructor, and by who may import what."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest

from services.callback.domain.gate import Permit
from services.callback.telephone.port import Telephone

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "services" / "callback"
MODULES = sorted(path for package in ("services", "chassis", "cli", "simulator") for path in (ROOT / package).rglob("*.py"))
GATE = "services/callback/domain/gate.py"
WIRING = "services/callback/wiring.py"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node.lineno, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _words(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_a_telephone_takes_a_permit_and_nothing_else_that_could_be_dialled() -> None:
    methods = {name for name, _ in inspect.getmembers(Telephone, inspect.isfunction) if not name.startswith("_")}
    assert methods == {"ring", "hang_up"}
    assert get_type_hints(Telephone.ring) == {"permit": Permit, "return": type(None)}


@pytest.mark.parametrize("made", ["AttemptStarted", "TextStarted", "Permit", "TextPermit"])
def test_the_gate_alone_makes(made: str) -> None:
    found = [
        f"{_name(path)}:{line}" for path in MODULES if _name(path) != GATE for line, called in _calls(path) if called == made
    ]
    assert not found, f"{made} is the gate's word that somebody may be rung; ask services/callback/domain/gate.py:\n" + "\n".join(
        found
    )


def test_the_seal_stays_in_the_gate() -> None:
    found = [_name(path) for path in MODULES if _name(path) != GATE and "_GATE_SEAL" in _words(path)]
    assert not found, f"whoever holds the seal can make a permit: {', '.join(found)}"


def test_only_the_wiring_turns_a_durable_intention_into_a_permit() -> None:
    found = [
        f"{_name(path)}:{line}: {called}"
        for path in MODULES
        if _name(path) not in (GATE, WIRING)
        for line, called in _calls(path)
        if called in ("permit", "permit_text")
    ]
    assert not found, "a permit is made of an event that is durable, where effects are wired:\n" + "\n".join(found)
