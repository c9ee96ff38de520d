"""Arrays in the form PostgreSQL keeps them in: the driver's own dumpers look through every value several times."""

from collections.abc import Iterable, Sequence
from itertools import chain
from struct import Struct, pack
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_header = Struct(">iiiii").pack
"""Dimensions, whether there are nulls, the type of the elements, how many there are, and the number of the first."""
_size = Struct(">i").pack
_NULL = _size(-1)
_BIGINT, _BYTEA, _TEXT = 20, 17, 25


class Packed(bytes):
    """A parameter that is sent as it is."""


class Texts(Packed):
    """A `text[]`; None is NULL."""

    def __new__(cls, values: Iterable[str | None]) -> "Texts":
        return super().__new__(cls, _array(_TEXT, [None if value is None else value.encode() for value in values]))


class Blobs(Packed):
    """A `bytea[]`."""

    def __new__(cls, values: Sequence[bytes]) -> "Blobs":
        return super().__new__(cls, _array(_BYTEA, values))


class Numbers(Packed):
    """A `bigint[]`."""

    def __new__(cls, values: Sequence[int]) -> "Numbers":
        count = len(values)
        eights = (8,) * count
        body = pack(f">{'iq' * count}", *chain.from_iterable(zip(eights, values, strict=True)))
        return super().__new__(cls, _header(1, 0, _BIGINT, count, 1) + body)


def _array(element: int, values: Sequence[bytes | None]) -> bytes:
    parts = [_header(1, 1, element, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_size(len(value)), value)
    return b"".join(parts)


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj


class _TextsDumper(_AsItIs):
    oid = 1009


class _BlobsDumper(_AsItIs):
    oid = 1001


class _NumbersDumper(_AsItIs):
    oid = 1016


def register(connection: psycopg.Connection[Any]) -> None:
    """Let a connection take such parameters."""
    for kind, dumper in ((Texts, _TextsDumper), (Blobs, _BlobsDumper), (Numbers, _NumbersDumper)):
        connection.adapters.register_dumper(kind, dumper)
