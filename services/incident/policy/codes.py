"""Which codes a force uses, in force from a date."""

from pathlib import Path

from chassis.dated import Dated, read
from services.incident.domain.codes import Codes

STANDARD = Path(__file__).with_name("codes.toml")
"""The codes in use where a force brings none of its own."""


def load(file: Path | None = None) -> Dated[Codes]:
    """Every edition in the file, or the standard; PolicyRefused names the file, the key and the reason."""
    return read(file or STANDARD, Codes)
