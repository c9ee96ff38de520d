"""The language stands on its own: whoever speaks it needs pydantic and nothing of ours."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import contracts

ALLOWED = {"pydantic", "contracts", *sys.stdlib_module_names}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_contracts_import_nothing_but_pydantic_and_the_standard_library() -> None:
    modules = sorted(Path(contracts.__file__).parent.rglob("*.py"))
    assert len(modules) > 5
    foreign = {(path.name, name) for path in modules for name in imported(path) if name.split(".")[0] not in ALLOWED}
    assert foreign == set()
