"""Reads a table that came from somewhere else: one row a line, columns found by name however they are spelled or ordered."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from simulator.script import InputRefused

_LONGEST_LINE = 64 * 1024
_RENAMED = 2
_LINES = 20
"""How many further lines a row may go over, where a quoted field holds line ends."""


class Unreadable(Exception):
    """One row cannot be read; the message is the reason, without the row's content."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a kind of file looks like: its separator, and for each column that is used the other names it goes by.

    A file without one of the columns in `needed` is another kind of file. `order` is the documented order of all columns:
    where nearly all stand in their places, one or two of other names are recognised by theirs.
    """

    name: str
    separator: str
    columns: Mapping[str, tuple[str, ...]]
    needed: frozenset[str]
    order: tuple[str, ...] = ()


class Table:
    """A file of a known format. Iterating gives line numbers, and the fields or the reason why there are none."""

    def __init__(self, path: Path, format_: Format) -> None:
        self.path, self.format = path, format_
        with _opened(path) as file:
            head = file.readline(_LONGEST_LINE)
        try:
            self._header = _split(head, format_.separator)
        except Unreadable as unreadable:
            raise InputRefused(f"{path.name} is not {format_.name}: {unreadable}") from None
        self._place = _places(self._header, format_, path.name)

    def __iter__(self) -> Iterator[tuple[int, list[str] | Unreadable]]:
        with _opened(self.path) as file:
            file.readline(_LONGEST_LINE)
            lines = _Ahead(enumerate(_lines(file), 2))
            for number, line in lines:
                if isinstance(line, Unreadable):
                    yield number, line
                elif line.strip():
                    yield number, self._row(line, lines)

    def get(self, fields: Sequence[str], column: str) -> str:
        """One column of a row, on one line; empty when the file has no such column."""
        place = self._place.get(column)
        value = fields[place].strip() if place is not None else ""
        return " ".join(value.split()) if "\n" in value else value

    def _row(self, line: str, lines: "_Ahead") -> list[str] | Unreadable:
        """The fields of a line and of those a quoted field goes on in; a quote that is never closed costs its line alone."""
        fields = self._fields(line)
        if isinstance(fields, list) or self.format.separator == "\t":
            return fields
        whole, taken = line, list[_Line]()
        while whole.count('"') % 2 and len(taken) < _LINES and (following := next(lines, None)) is not None:
            taken.append(following)
            if isinstance(following[1], Unreadable):
                break
            whole += following[1]
        joined = self._fields(whole)
        if isinstance(joined, list):
            return joined
        lines.give_back(taken)
        return fields

    def _fields(self, line: str) -> list[str] | Unreadable:
        try:
            fields = _split(line, self.format.separator)
        except Unreadable as unreadable:
            return unreadable
        while len(fields) > len(self._header) and not fields[-1].strip():
            fields.pop()  # separators at the end of a line say nothing
        if len(fields) != len(self._header):
            return Unreadable(f"{len(fields)} columns where the header has {len(self._header)}")
        return fields


_Line = tuple[int, str | Unreadable]


class _Ahead:
    """Lines in order, of which some may be given back."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines, self._back = lines, deque[_Line]()

    def __iter__(self) -> "_Ahead":
        return self

    def __next__(self) -> _Line:
        return self._back.popleft() if self._back else next(self._lines)

    def give_back(self, taken: list[_Line]) -> None:
        """They come next, in their order."""
        self._back.extendleft(reversed(taken))


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", errors="replace", newline=None)
    except OSError as refused:
        raise InputRefused(f"{path} cannot be opened: {refused.strerror}") from None


def _lines(file: TextIO) -> Iterator[str | Unreadable]:
    while line := file.readline(_LONGEST_LINE):
        too_long = len(line) == _LONGEST_LINE
        while len(line) == _LONGEST_LINE and not line.endswith("\n"):
            line = file.readline(_LONGEST_LINE)
        yield Unreadable(f"longer than {_LONGEST_LINE} characters") if too_long else line


def _split(line: str, separator: str) -> list[str]:
    if separator == "\t":
        return line.rstrip("\n").split("\t")
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as broken:
        raise Unreadable(f"not comma separated values ({broken})") from None


def _places(header: Sequence[str], format_: Format, file: str) -> dict[str, int]:
    known = {_bare(name): place for place, name in reversed(list(enumerate(header)))}
    places = {column: known[bare] for column in format_.columns for bare in reversed(_names(column, format_)) if bare in known}
    places |= _by_place(header, format_, places)
    missing = sorted(format_.needed - places.keys())
    if missing:
        raise InputRefused(f"{file} is not {format_.name}: its first line has no column {', '.join(map(repr, missing))}")
    return places


def _by_place(header: Sequence[str], format_: Format, found: Mapping[str, int]) -> dict[str, int]:
    if len(header) != len(format_.order):
        return {}
    renamed = {column: place for place, column in enumerate(format_.order) if found.get(column) != place}
    taken = set(found.values())
    return renamed if len(renamed) <= _RENAMED and not taken & set(renamed.values()) else {}


def _names(column: str, format_: Format) -> list[str]:
    """A column's own name and its others, as they are compared."""
    return [_bare(name) for name in (column, *format_.columns[column])]


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
