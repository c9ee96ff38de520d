"""What may be set differently from a date on: read from a file, checked whole, and asked by instant or by version."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from chassis.errors import PolicyRefused, PolicyUnknown
from chassis.toml_lines import line_of

T = TypeVar("T")


class _Head(msgspec.Struct, frozen=True, rename={"since": "from"}):
    version: str
    since: datetime
    sources: list[str]
    until: datetime | None = None


_HEAD_ONLY = ("from", "until", "sources")


def own(folder: Path | None, file: str) -> Path | None:
    """A force's own file in the folder of its policies; None: the one that ships."""
    found = None if folder is None else folder / file
    return found if found is not None and found.exists() else None


@dataclass(frozen=True, slots=True)
class Edition(Generic[T]):
    """One version, in force from `since` until just before `until`, or until further notice, and where it comes from."""

    version: str
    since: datetime
    until: datetime | None
    sources: tuple[str, ...]
    rules: T


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """All editions, oldest first: each begins when the one before it ends."""

    editions: tuple[Edition[T], ...]

    def at(self, instant: datetime) -> T:
        """The rules in force at an instant; LookupError outside all editions."""
        for edition in reversed(self.editions):
            if edition.since <= instant and (edition.until is None or instant < edition.until):
                return edition.rules
        raise LookupError(f"no policy is in force at {instant.isoformat()}")

    def version(self, version: str) -> T:
        """The rules of a version, in force or not; LookupError when there is none."""
        for edition in self.editions:
            if edition.version == version:
                return edition.rules
        raise PolicyUnknown(
            f"there is no version {version!r} of it; is this the folder of policies that the data was made under?"
        )


def read(path: Path, rules: type[T]) -> Dated[T]:
    """The editions in a TOML file of `[[policy]]` tables; PolicyRefused names the file, the key, the reason and the line.

    Every table has `version`, `from`, `sources`, perhaps `until`, and the fields of `rules` (among them may be `version`).
    """
    try:
        text = path.read_text("utf-8")
        tables = tomllib.loads(text).get("policy")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise PolicyRefused(f"{path}: cannot be read ({broken})") from None
    if not isinstance(tables, list) or not tables:
        raise PolicyRefused(f"{path}: policy: there must be one [[policy]] table at least")
    file = _File(path, text)
    editions = tuple(_edition(file, n, table, rules) for n, table in enumerate(tables))
    _follow_on(file, editions)
    return Dated(editions)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    text: str

    def refused(self, n: int, key: str, reason: str, named: str | None = None) -> PolicyRefused:
        """What is wrong with the n-th edition: `key` as it is told, `named` as it is written where that differs."""
        line = line_of(self.text, "policy", n, _path(named or key))
        return PolicyRefused(f"{self.path}: policy[{n}]{key and '.'}{key}: {reason} (line {line})")


def _edition(file: _File, n: int, table: Mapping[str, Any], rules: type[T]) -> Edition[T]:
    fields = {key: value for key, value in table.items() if key not in _HEAD_ONLY}
    try:
        head = msgspec.convert(table, _Head)
        edition = Edition(head.version, head.since, head.until, tuple(head.sources), msgspec.convert(fields, rules))
    except msgspec.ValidationError as invalid:
        raise file.refused(n, "", _plain(str(invalid), rules), _named(str(invalid))) from None
    if not edition.sources:
        raise file.refused(n, "sources", "say where the rules come from")
    if edition.since.tzinfo is None or (edition.until is not None and edition.until.tzinfo is None):
        raise file.refused(n, "from and .until", "must carry a zone, as in 2017-06-01T00:00:00Z", "from")
    return edition


def _follow_on(file: _File, editions: tuple[Edition[T], ...]) -> None:
    for n, edition in enumerate(editions):
        if any(edition.version == before.version for before in editions[:n]):
            raise file.refused(n, "version", "two editions have the same version")
    for n, (before, after) in enumerate(pairwise(editions), start=1):
        if before.until is None or before.until > after.since:
            raise file.refused(n, "from", f"overlaps {before.version}, which is in force {_until(before)}")
        if before.until < after.since:
            raise file.refused(n, "from", f"leaves a gap after {before.version}, in force {_until(before)}")
    for n, edition in enumerate(editions):
        if edition.until is not None and edition.until <= edition.since:
            raise file.refused(n, "until", "ends before it begins")
    if editions[-1].until is not None:
        raise file.refused(len(editions) - 1, "until", "the last edition must be in force until further notice")


def _plain(reason: str, rules: type[Any]) -> str:
    """A number without its unit is the likeliest slip: say which name was meant."""
    unknown = re.search(r"unknown field `(\w+)`", reason)
    fields = [field.encode_name for field in msgspec.structs.fields(rules)]
    meant = [] if unknown is None else [field for field in fields if field.startswith(f"{unknown[1]}_")]
    return f"{reason}: the unit is missing, write `{meant[0]}`" if meant else reason


def _named(reason: str) -> str:
    """Where a refusal of msgspec points to: the path it gives, and the name it speaks of."""
    where = re.search(r"`\$\.?([^`]*)`", reason)
    name = re.search(r"`(\w+)`", reason)
    parts = [part[1] for part in (where, name if "field" in reason or where is None else None) if part is not None]
    return ".".join(filter(None, parts))


def _path(named: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in re.findall(r"[\w\-]+", named)]


def _until(edition: Edition[T]) -> str:
    return "until further notice" if edition.until is None else f"until {edition.until.isoformat()}"
