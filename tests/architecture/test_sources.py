"""House rules that no import arrow holds: who may ask the time, draw an id, read the environment, catch everything; sizes."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "chassis", "services", "cli", "simulator")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40

PRESENT = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
CHANCE = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "SystemRandom", "random.SystemRandom"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "environ", "getenv"}
RULES: tuple[tuple[str, set[str], tuple[str, ...], str], ...] = (
    (
        "the present moment",
        PRESENT,
        ("chassis/clock.py",),
        "time is an argument: take a chassis.clock.Clock, or time-lapse and replay go wrong",
    ),
    (
        "chance",
        CHANCE,
        ("chassis/ids.py",),
        "identity is an argument: take chassis.ids.Ids, or the same seed tells another story",
    ),
    (
        "the environment",
        ENVIRONMENT,
        ("chassis/settings.py", "cli/local/folders.py", "cli/up.py"),
        "settings are read once, in chassis/settings.py, where wrong ones are refused in plain words",
    ),
)
CATCHES_ALL = {
    "chassis/lifecycle.py": "owns the life of the process",
    "chassis/http/unexpected.py": "owns the last answer",
    "chassis/store/committer.py": "owns what becomes of a use case: its defect must cost nobody it shares a commit with",
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every dotted name the module writes, and every `from x import y` as x.y."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, _dotted(node)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _unseeded(tree: ast.Module) -> Iterator[int]:
    """Draws from the interpreter's own source: `Random()` without a seed, `random.choice(...)`, `from random import choice`."""
    own = any(isinstance(node, ast.Import) and "random" in _imported(node) for node in ast.walk(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random" and any(alias.name != "Random" for alias in node.names):
            yield node.lineno
        if isinstance(node, ast.Call):
            called = _dotted(node.func)
            if called in ("Random", "random.Random"):
                yield from [] if node.args else [node.lineno]
            elif own and called.startswith("random."):
                yield node.lineno


def _catches_all_and_keeps_it(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or _dotted(kind) in ("Exception", "BaseException") for kind in caught)
    return broad and not any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    documented = ast.get_docstring(node, clean=False)
    first = node.body[0]
    spoken = (first.end_lineno or 0) - first.lineno + 1 if documented is not None else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spoken


@pytest.mark.parametrize(("what", "names", "owners", "why"), RULES, ids=[rule[0] for rule in RULES])
def test_one_module_owns(what: str, names: set[str], owners: tuple[str, ...], why: str) -> None:
    found = [
        f"{_name(path)}:{line}: {used}"
        for path in MODULES
        if not _name(path).startswith(owners)
        for line, used in _uses(ast.parse(path.read_text()))
        if used in names
    ]
    assert not found, f"{what} belongs to {', '.join(owners)} ({why}):\n" + "\n".join(found)


def test_every_random_draw_has_a_seed() -> None:
    found = [
        f"{_name(path)}:{line}"
        for path in MODULES
        if _name(path) != "chassis/ids.py"
        for line in _unseeded(ast.parse(path.read_text()))
    ]
    assert not found, "draw from a random.Random(seed) that was handed in; the same seed must tell the same story:\n" + "\n".join(
        found
    )


def test_errors_are_swallowed_by_the_owners_of_process_life_alone() -> None:
    found = [
        f"{_name(path)}:{node.lineno}"
        for path in MODULES
        if _name(path) not in CATCHES_ALL
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _catches_all_and_keeps_it(node)
    ]
    assert not found, "name the errors you can deal with, or raise again; an unknown error ends the loop it is in:\n" + "\n".join(
        found
    )


def test_the_language_needs_pydantic_alone() -> None:
    allowed = {"pydantic", "contracts", *sys.stdlib_module_names}
    found = [
        f"{_name(path)}:{node.lineno}: {module}"
        for path in MODULES
        if _name(path).startswith("contracts/")
        for node in ast.walk(ast.parse(path.read_text()))
        for module in _imported(node)
        if module.partition(".")[0] not in allowed
    ]
    assert not found, "contracts is what other systems install to read us; it may cost them pydantic only:\n" + "\n".join(found)


def test_the_kafka_client_stays_behind_the_log() -> None:
    found = [
        f"{_name(path)}:{node.lineno}"
        for path in MODULES
        if not _name(path).startswith("chassis/log/")
        for node in ast.walk(ast.parse(path.read_text()))
        if any(module.partition(".")[0] == "aiokafka" for module in _imported(node))
    ]
    assert not found, "above the log port nobody knows which log it is:\n" + "\n".join(found)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    lines = len(text.splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: split by concept, one a module, named after it"
    assert not text.strip() or ast.get_docstring(tree), "say in one sentence why the module exists"
    long = [
        f"{node.name} has {_length(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION
    ]
    assert not long, f"functions have at most {LONGEST_FUNCTION} lines; name the steps: {', '.join(long)}"


def test_names_say_what_a_module_is_about() -> None:
    empty_words = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}
    found = [_name(path) for path in MODULES if path.stem in empty_words or path.parent.name in empty_words]
    assert not found, "a name that fits everything says nothing: " + ", ".join(found)
