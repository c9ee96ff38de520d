"""How a force deploys, in force from a date."""

from pathlib import Path

from chassis.dated import Dated, read
from services.dispatch.domain.deployment import Deployment

DEFAULT = Path(__file__).with_name("deployment.toml")
"""The rules in use where a force brings none of its own."""


def load(file: Path | None = None) -> Dated[Deployment]:
    """Every edition in the file, or the default; PolicyRefused names the file, the key and the reason."""
    return read(file or DEFAULT, Deployment)
