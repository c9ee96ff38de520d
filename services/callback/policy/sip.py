"""How a force rings over SIP, in force from a date."""

from pathlib import Path

from chassis import dated
from chassis.dated import Dated
from services.callback.telephone.sip.rules import SipRules

SIP_RULES = Path(__file__).with_suffix(".toml")
"""The rules in use where a force brings none of its own."""


def load(path: Path | None = None) -> Dated[SipRules]:
    """The rules in a file, or those that ship; PolicyRefused when they are not whole."""
    return dated.read(path or SIP_RULES, SipRules)
