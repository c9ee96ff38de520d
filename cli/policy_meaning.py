"""What each number of a policy means and where it comes from, in the words that stand beside it in the code or in the file."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec

_SOURCE = re.compile(r"\s*Source: (.+?)\.?$", re.DOTALL)
_COMMENT = re.compile(r"\s*#\s?(.*)")
_KEY = re.compile(r"\s*([\w\-]+)\s*=[^#]*(?:#\s*(.*))?")


class Number(NamedTuple):
    """One entry of a policy: its key, its value as plain data, what it means, and its source if it has one of its own."""

    key: str
    value: Any
    meaning: str
    source: str | None


def numbers(rules: Any, shipped: str) -> Iterator[Number]:
    """Every entry of an edition, in the order of its type. `shipped` is the text of the file that ships, for its comments."""
    said = _comments(shipped)
    yield from _of_struct(rules, "", said)


def _of_struct(rules: Any, before: str, said: Mapping[str, str]) -> Iterator[Number]:
    kind: type[msgspec.Struct] = type(rules)
    written = _field_docstrings(kind)
    own_source = getattr(rules, "source", None)
    for field in msgspec.structs.fields(rules):
        if (not before and field.name == "version") or (own_source and field.name == "source"):
            continue
        value = getattr(rules, field.name)
        key = f"{before}{field.encode_name}"
        meaning, source = _split(
            written.get(field.name) or said.get(field.encode_name) or _fallback(rules, field.encode_name, before)
        )
        yield from _of_value(key, value, meaning, source or own_source, said)


def _of_value(key: str, value: Any, meaning: str, source: str | None, said: Mapping[str, str]) -> Iterator[Number]:
    if isinstance(value, msgspec.Struct):
        yield from _of_struct(value, f"{key}.", said)
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for n, one in enumerate(value):
            yield from _of_struct(one, f"{key}[{getattr(one, 'name', n)}].", said)
    elif isinstance(value, Mapping) and any(isinstance(one, msgspec.Struct) for one in value.values()):
        for name, one in value.items():
            yield from _of_value(f"{key}.{name}", one, meaning, source, said)
    else:
        yield Number(key, msgspec.to_builtins(value), meaning, source)


def _split(written: str) -> tuple[str, str | None]:
    text = " ".join(written.split())
    found = _SOURCE.search(text)
    return (text, None) if found is None else (text[: found.start()], found[1])


@cache
def _field_docstrings(kind: type[msgspec.Struct]) -> Mapping[str, str]:
    """The string below a field says what it is; Python itself does not keep it."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                found[name] = words
    return found


def _comments(text: str) -> Mapping[str, str]:
    """For each key the comment above it, or beside it."""
    found: dict[str, str] = {}
    above: list[str] = []
    spoken_for = False
    for line in text.splitlines():
        if comment := _COMMENT.match(line):
            above, spoken_for = [*([] if spoken_for else above), comment[1]], False
        elif key := _KEY.match(line):
            spoken_for = True
            words = key[2] or " ".join(above)
            if words:
                found.setdefault(key[1], words)
        else:
            above = []
    return found


def _fallback(rules: Any, key: str, before: str) -> str:
    """Of a group within a policy, what the whole group is about."""
    about = (inspect.getdoc(type(rules)) or "").split(". ")[0].split("\n\n")[0].rstrip(".")
    return f"{_in_words(key)}; {' '.join(about.split())}" if before and about else _in_words(key)


def _in_words(key: str) -> str:
    units = {"s": "in seconds", "m": "in metres", "min": "in minutes", "h": "in hours", "kmh": "in km/h", "percent": "in percent"}
    name, _, unit = key.rpartition("_")
    return f"{name.replace('_', ' ')}, {units[unit]}" if name and unit in units else key.replace("_", " ")
