"""The append to PostgreSQL as one prepared statement, handed to libpq as the server reads it: the driver's own way from Python
values to parameters and back took as long as a third of the server's work."""

from collections.abc import Mapping, Sequence
from itertools import chain
from struct import Struct, pack
from typing import Any

import msgspec
import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from chassis.store.storage import NewEvent

_NAME = b"append"
_STATEMENT = b"SELECT append_rows($1, $2, $3, $4, $5, $6)"
_BYTEA, _BIGINT, _TEXT = 17, 20, 25
_BYTEAS, _TEXTS, _BIGINTS, _JSONB = 1001, 1009, 1016, 3802
_TYPES = (_TEXTS, _BIGINTS, _TEXTS, _BYTEAS, _TEXTS, _JSONB)
_FORMATS = (1, 1, 1, 1, 1, 0)
"""Binary but for the JSON."""

_header = Struct(">iiiii").pack
"""Of an array: dimensions, whether there may be nulls, the type of its elements, how many, and the number of the first."""
_size = Struct(">i").pack
_NULL = _size(-1)


def prepare(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Make the statement known to a session."""
    _checked(connection, connection.pgconn.prepare(_NAME, _STATEMENT, _TYPES), ExecStatus.COMMAND_OK)
    return connection


def append(connection: psycopg.Connection[Any], events: Sequence[NewEvent], beside: Mapping[str, Any]) -> int:
    """Append in one round trip; returns the position before the first event. Raises what the driver raises."""
    guards = [e.guard for e in events]
    parameters = (
        _texts([e.stream for e in events]),
        _bigints([e.version for e in events]),
        _texts([e.type for e in events]),
        _array(_BYTEA, [e.state for e in events]),
        _texts(guards) if any(guards) else None,
        msgspec.json.encode(beside) if beside else None,
    )
    result = connection.pgconn.exec_prepared(_NAME, parameters, _FORMATS)  # type: ignore[arg-type]
    return int(_checked(connection, result, ExecStatus.TUPLES_OK).get_value(0, 0) or 0)


def _checked(connection: psycopg.Connection[Any], result: PGresult, expected: ExecStatus) -> PGresult:
    if result.status == expected:
        return result
    if connection.pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


def _texts(values: Sequence[str | None]) -> bytes:
    return _array(_TEXT, [None if value is None else value.encode() for value in values])


def _array(element: int, values: Sequence[bytes | None]) -> bytes:
    parts = [_header(1, 1, element, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_size(len(value)), value)
    return b"".join(parts)


def _bigints(values: Sequence[int]) -> bytes:
    count = len(values)
    body = pack(f">{'iq' * count}", *chain.from_iterable(zip((8,) * count, values, strict=True)))
    return _header(1, 0, _BIGINT, count, 1) + body
