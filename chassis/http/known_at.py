"""Asking for the state as it was known then: one query parameter, the same on every read."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from chassis.http.edge import edge_of
from contracts.refusals import Invalid

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


async def _known_at(
    request: Request,
    known_at: Annotated[
        str | None,
        Query(
            description="Answer as was known at this instant (RFC 3339 with zone; write + as %2B), by the time of recording.",
            max_length=40,
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
) -> datetime | None:
    if known_at is None:
        return None
    instant = _instant(known_at)
    if instant > edge_of(request).clock.now():
        raise Invalid("known-at-in-the-future", "Ask for an instant that has passed: what will be known is not known.")
    return instant


def _instant(text: str) -> datetime:
    try:
        if _RFC3339.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid("known-at-unreadable", "Send known_at in RFC 3339 with its zone, for example 2026-01-31T09:00:00Z; + is %2B.")


KnownAt = Annotated[datetime | None, Depends(_known_at)]
"""A route's parameter: the instant asked for, in UTC, or None for now."""
