"""What the sources import is required, what is required is pinned by hash, and no file says where a package comes from."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = {"contracts", "chassis", "services", "cli", "simulator"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-local.txt": [*PROJECT["dependencies"], *EXTRAS["local"]],
    "requirements-dev.txt": [*PROJECT["dependencies"], *EXTRAS["local"], *EXTRAS["dev"]],
}
ALLOWED = (
    ("cli/local/", {*EXTRAS["local"]}, "runs only where servers are started by hand"),
    ("cli/contract_files/", {*EXTRAS["dev"]}, "writes the files that are committed, so only developers need it"),
)
COME_WITH = {"pydantic-core": "pydantic", "psycopg-pool": "psycopg"}
"""Distributions that another one brings in a version of its own choosing."""


def plain(requirement: str) -> str:
    """The name in a requirement, in the form in which names are compared."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def pinned(lock: str) -> set[str]:
    return {plain(line) for line in (ROOT / lock).read_text().splitlines() if "==" in line}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    plainly = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    from_them = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plainly | from_them} - OWN - set(sys.stdlib_module_names)


def test_what_is_imported_is_required() -> None:
    provides = packages_distributions()
    required = {plain(requirement) for requirement in PROJECT["dependencies"]}
    missing = []
    for path in (path for package in OWN for path in (ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        here = required | {plain(one) for folder, more, _ in ALLOWED if name.startswith(folder) for one in more}
        for module in imported(path):
            distributions = {COME_WITH.get(plain(one), plain(one)) for one in provides.get(module, [module])}
            if not distributions & here:
                missing.append(f"{name} imports {module}")
    assert not missing, "a newcomer's machine has only what pyproject.toml requires:\n" + "\n".join(sorted(missing))


def test_the_command_starts_without_the_extras() -> None:
    more = pinned("requirements-dev.txt") - pinned("requirements.txt")
    absent = sorted(
        module for module, provided_by in packages_distributions().items() if {plain(one) for one in provided_by} <= more
    )
    program = f"import sys; sys.modules.update(dict.fromkeys({absent!r})); import cli.main"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"the image has only requirements.txt:\n{run.stderr}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned(lock: str) -> None:
    assert {plain(requirement) for requirement in LOCKS[lock]} <= pinned(lock), "run `make lock`"


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-build.txt"])
def test_a_lock_pins_by_hash_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = [block for block in re.split(r"\n(?=\S)", text.strip()) if "==" in block]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "//" not in text
    assert not re.search(r"^\s*--(extra-)?(index|find)-", text, re.MULTILINE)
