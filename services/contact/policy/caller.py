"""The policy about callers that ships with contact, and the reader of a force's own."""

from pathlib import Path

from chassis import dated
from chassis.dated import Dated
from services.contact.domain.caller_rules import CallerRules


def load(path: Path | None = None) -> Dated[CallerRules]:
    """The rules in a file, or those that ship; PolicyRefused when they are not whole."""
    return dated.read(path or Path(__file__).with_suffix(".toml"), CallerRules)
