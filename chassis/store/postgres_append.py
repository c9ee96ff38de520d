"""The append to PostgreSQL as one prepared statement, handed to libpq as the server reads it: the driver's own way from Python
values to parameters and back took as long as a third of the server's work."""

from collections.abc import Mapping, Sequence
from struct import Struct, pack
from typing import Any

import msgspec
import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from chassis.store.storage import NewEvent

_NAME = b"append"
_STATEMENT = b"SELECT append_rows($1, $2, $3, $4, $5, $6, $7)"
_BYTEA, _BIGINT, _TEXT = 17, 20, 25
_BYTEAS, _TEXTS, _BIGINTS, _JSONB = 1001, 1009, 1016, 3802
_TYPES = (_TEXTS, _BIGINTS, _TEXTS, _BYTEAS, _TEXTS, _BIGINTS, _JSONB)
_FORMATS = (1, 1, 1, 1, 1, 1, 0)
"""Binary but for the JSON."""

_header = Struct(">iiiii").pack
"""Of an array: dimensions, whether there are nulls, the type of its elements, how many, and the number of the first."""
_size = Struct(">i").pack


def prepare(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Make the statement known to a session."""
    _checked(connection, connection.pgconn.prepare(_NAME, _STATEMENT, _TYPES), ExecStatus.COMMAND_OK)
    return connection


def append(connection: psycopg.Connection[Any], events: Sequence[NewEvent], beside: Mapping[str, Any]) -> int:
    """Append in one round trip; returns the position before the first event. Raises what the driver raises."""
    streams, versions, types, states, guards = zip(*events, strict=True) if events else ((),) * 5
    kept = [guard for guard in guards if guard is not None]
    parameters = (
        _texts(streams),
        _bigints(versions),
        _texts(types),
        _array(_BYTEA, states),
        _texts(kept) if kept else None,
        _bigints([n for n, guard in enumerate(guards, 1) if guard is not None]) if kept else None,
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


def _texts(values: Sequence[str]) -> bytes:
    return _array(_TEXT, [value.encode() for value in values])


def _array(element: int, values: Sequence[bytes]) -> bytes:
    sized = list(values) * 2
    sized[::2], sized[1::2] = map(_size, map(len, values)), values
    return _header(1, 0, element, len(values), 1) + b"".join(sized)


def _bigints(values: Sequence[int]) -> bytes:
    sized = [8] * (2 * len(values))
    sized[1::2] = values
    return _header(1, 0, _BIGINT, len(values), 1) + pack(f">{'iq' * len(values)}", *sized)
