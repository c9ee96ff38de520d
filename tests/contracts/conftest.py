"""What the tests of the contracts share: where the real inputs lie, if they lie anywhere, and events of every kind."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from contracts.envelope import Event, Value


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Public test vectors that are not part of this project."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    data = Path(os.environ.get("RINGBACK_SHARED_DATA", beside))
    if not data.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return data / "vectors"


@pytest.fixture(scope="session")
def events_of() -> Callable[[type[Event]], st.SearchStrategy[Event]]:
    """For an event model the strategy that draws any event of it, whatever its texts, numbers and zones."""
    return lambda model: _parts(model).map(model.model_validate)


def _parts(model: type[Value]) -> st.SearchStrategy[dict[str, Any]]:
    drawn = {name: _value(field.annotation, _limits(field)) for name, field in model.model_fields.items()}
    required = {name: strategy for name, strategy in drawn.items() if model.model_fields[name].is_required()}
    return st.fixed_dictionaries(required, optional={name: drawn[name] for name in drawn.keys() - required.keys()})


def _limits(field: FieldInfo) -> dict[str, Any]:
    return {name: value for mark in field.metadata for name in _LIMITS if (value := getattr(mark, name, None)) is not None}


_LIMITS = ("ge", "le", "max_length", "min_length")
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-9, minutes=-30))])


def _value(annotation: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(
            parts[0], limits | {k: v for mark in parts[1:] if isinstance(mark, FieldInfo) for k, v in _limits(mark).items()}
        )
    if origin in (Union, UnionType):
        return st.one_of(*(_value(part, limits) for part in parts))
    if origin is tuple:
        return st.lists(_value(parts[0], {}), max_size=3).map(tuple)
    if issubclass(annotation, Value):
        return _parts(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    return _scalar(annotation, limits)


def _scalar(kind: type, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind in (datetime, AwareDatetime):
        return st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=_ZONES)
    if kind is float:
        return st.floats(limits.get("ge"), limits.get("le"), allow_nan=False, allow_infinity=False)
    if kind is int:
        return st.integers(limits.get("ge"), limits.get("le"))
    text = st.text(min_size=limits.get("min_length", 0), max_size=min(20, limits.get("max_length", 20)))
    return {bool: st.booleans(), type(None): st.none(), str: text}[kind]
