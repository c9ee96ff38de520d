"""How a control room sees to it that nothing is left lying, in force from a date."""

from pathlib import Path

from chassis.dated import Dated, read
from services.incident.domain.room import RoomRules

DEFAULT = Path(__file__).with_name("room.toml")
"""The rules in use where a force brings none of its own."""


def load(file: Path | None = None) -> Dated[RoomRules]:
    """Every edition in the file, or the default; PolicyRefused names the file, the key and the reason."""
    return read(file or DEFAULT, RoomRules)
