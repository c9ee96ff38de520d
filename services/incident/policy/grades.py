"""Which grades a force uses and what each promises, in force from a date."""

from pathlib import Path

from chassis.dated import Dated, read
from services.incident.domain.standard import Grades

NATIONAL = Path(__file__).with_name("national.toml")
"""The grade set in use where a force brings none of its own."""


def load(file: Path | None = None) -> Dated[Grades]:
    """Every edition in the file, or the national set; PolicyRefused names the file, the key and the reason."""
    return read(file or NATIONAL, Grades)
