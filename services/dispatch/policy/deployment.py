"""How a force deploys, in force from a date."""

from pathlib import Path

from chassis.dated import Dated, read
from chassis.errors import PolicyRefused
from services.dispatch.domain.deployment import Deployment

DEFAULT = Path(__file__).with_name("deployment.toml")
"""The rules in use where a force brings none of its own."""


def load(file: Path | None = None) -> Dated[Deployment]:
    """Every edition in the file, or the default; PolicyRefused names the file, the key and the reason."""
    path = file or DEFAULT
    rules = read(path, Deployment)
    for kind in ("delays", "messages"):
        _means_the_same_for_ever(path, kind, rules)
    return rules


def _means_the_same_for_ever(path: Path, kind: str, rules: Dated[Deployment]) -> None:
    """A code that meant something else before would give figures over both editions two meanings (Northumbria)."""
    meant: dict[str, str] = {}
    for n, edition in enumerate(rules.editions):
        for one in getattr(edition.rules, kind):
            if meant.setdefault(one.code, one.meaning) != one.meaning:
                raise PolicyRefused(f"{path}: policy[{n}].{kind}: {one.code} meant something else before; take a new code")
