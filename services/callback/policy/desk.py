"""The policy of the desk that ships, and the reader of a force's own."""

from pathlib import Path

from chassis import dated
from chassis.dated import Dated
from services.callback.domain.desk_rules import DeskRules


def load(path: Path | None = None) -> Dated[DeskRules]:
    """The rules in a file, or those that ship; PolicyRefused when they are not whole."""
    return dated.read(path or Path(__file__).with_suffix(".toml"), DeskRules)
