"""What is wrong with a request's fields, without repeating what was sent: values and unknown names may be personal."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

MOST = 20
"""Faults told at once; a request with more is told the first ones."""

KnownNames = Callable[[], frozenset[str]]
"""The names an API publishes (fields and parameters): these, and no others, may be told back."""

_PLACES = frozenset({"body", "query", "path", "header", "cookie"})
_REASONS = {
    "missing": "is required",
    "extra_forbidden": "holds a field that is not known here",
    "string_type": "must be a string",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "finite_number": "must be a finite number",
    "enum": "must be one of {expected}",
    "literal_error": "must be {expected}",
    "union_tag_invalid": "must name one of {expected_tags}",
    "datetime_type": "must be an instant, for example 2026-01-31T09:00:00Z",
    "datetime_parsing": "must be an instant, for example 2026-01-31T09:00:00Z",
    "datetime_from_date_parsing": "must be an instant, for example 2026-01-31T09:00:00Z",
    "timezone_aware": "must carry its zone, for example 2026-01-31T09:00:00Z",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "value_error": "is not acceptable here",
}


class Fault(BaseModel):
    """One thing wrong: where, in the names this API publishes, and why."""

    location: Annotated[str, Field(description="For example body.location.radius_m; * stands for a name not told back.")]
    reason: str


def faults(error: RequestValidationError, names: frozenset[str]) -> list[Fault]:
    """The first faults of a request."""
    return [_fault(entry, names) for entry in error.errors()[:MOST]]


def _fault(entry: Mapping[str, Any], names: frozenset[str]) -> Fault:
    kind = str(entry["type"])
    return Fault(location=_location(entry["loc"], names), reason=_reason(kind, entry.get("ctx") or {}))


def _reason(kind: str, limits: Mapping[str, Any]) -> str:
    known = _REASONS.get(kind)
    return known.format_map(limits) if known else f"is not acceptable ({kind.replace('_', ' ')})"


def _location(parts: Iterable[int | str], names: frozenset[str]) -> str:
    return ".".join(str(part) if isinstance(part, int) or part in _PLACES or part in names else "*" for part in parts)
