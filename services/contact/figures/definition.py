"""What a published number counts: there is no single definition of an abandoned call, so each has a name and an edition."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from chassis import dated
from chassis.dated import Dated
from chassis.errors import PolicyRefused
from contracts.contact.calls import Abandonment, Line

SHIPPED = Path(__file__).parent / "definitions"


class Clock(StrEnum):
    """From when a wait runs: the operator began the transfer, or our queue had the call (DOMAIN section 1)."""

    PRESENTED = "presented"
    QUEUED = "queued"


class Whole(StrEnum):
    """What a share is a share of."""

    ALL = "all"
    """Every call known of, those included that ended with the operator."""
    PRESENTED = "presented"
    """Every call the operator began to transfer."""
    QUEUED = "queued"
    """Every call that reached a queue of ours."""
    COUNTED = "counted"
    """The answered and the abandoned as this definition counts them; calls left out are in neither part."""


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition. `abandoned` are the classes that count; shorter waits by `clock` than `least_wait_s` are left out.

    `rang_again` false leaves out callers who were answered in another call soon after. `switches` and `queues`, where there
    are any, narrow the calls to theirs. `reading` is true where a number was published without its definition, and the
    classes are this project's reading of it.
    """

    version: str
    title: str
    lines: tuple[Line, ...]
    abandoned: tuple[Abandonment, ...]
    whole: Whole
    clock: Clock = Clock.PRESENTED
    least_wait_s: float = 0
    rang_again: bool = True
    within_s: int = 10
    bands_s: tuple[int, ...] = (10, 60)
    zone: str = "Europe/London"
    switches: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    reading: bool = False

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("`lines` must name one line at least")
        if self.least_wait_s < 0 or self.within_s <= 0:
            raise ValueError("`least_wait_s` must not be negative, and `within_s` must be more than 0")
        if list(self.bands_s) != sorted(set(self.bands_s)) or not all(edge > 0 for edge in self.bands_s):
            raise ValueError("`bands_s` must rise, and begin above 0")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("`zone` must be a zone of the IANA database, as Europe/London") from None


Definitions = Mapping[str, Dated[Definition]]
"""All definitions by name, each with its editions."""


def load(policy: Path | None = None) -> Definitions:
    """Those that ship, and a force's own from `figures/*.toml` in the folder of its policies, which stand before them.

    PolicyRefused when one is not whole, or when two editions anywhere have one version: a version names one thing.
    """
    files = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    if policy is not None:
        files |= {path.stem: path for path in sorted((policy / "figures").glob("*.toml"))}
    found = {name: dated.read(path, Definition) for name, path in files.items()}
    _one_version_one_thing(found)
    return found


def _one_version_one_thing(definitions: Definitions) -> None:
    seen: dict[str, str] = {}
    for name, editions in definitions.items():
        for edition in editions.editions:
            if edition.version in seen:
                raise PolicyRefused(f"figures: {name} and {seen[edition.version]} have one version {edition.version!r}")
            seen[edition.version] = name
