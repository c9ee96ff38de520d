"""Lists in pages: a cursor that names the last entry seen, so that nothing is skipped or told twice while lists change."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Query
from pydantic import BaseModel, Field
from starlette.datastructures import URL
from starlette.requests import Request

from chassis.host import Entry, Host
from chassis.http.strict_json import has_forbidden_text
from contracts.refusals import Invalid

MOST = 200
T = TypeVar("T")


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: Annotated[str | None, Field(description="Where the next page is; absent on the last one.")] = None


class Found(NamedTuple):
    """The entries of a page, and the link to the next."""

    entries: list[Entry]
    next: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """The page a request asks for."""

    after: Entry | None
    limit: int
    url: URL

    def read(self, host: Host, name: str, value: str | None = None, known_at: datetime | None = None) -> Found:
        """This page of an index. Blocking, like the host's own reads."""
        return self.of(host.find(name, value, known_at=known_at, after=self.after, limit=self.limit + 1))

    def read_all(self, host: Host, names: Sequence[str], known_at: datetime | None = None) -> Found:
        """This page of several indexes as if they were one: their values must sort together."""
        pages = [host.find(name, known_at=known_at, after=self.after, limit=self.limit + 1) for name in names]
        return self.of(sorted(entry for page in pages for entry in page))

    def of(self, entries: Sequence[Entry]) -> Found:
        """This page out of entries that were read from its beginning on, one more than it holds where there are more."""
        kept = list(entries[: self.limit])
        return Found(kept, self._link(kept[-1]) if len(entries) > self.limit else None)

    def _link(self, last: Entry) -> str:
        return str(self.url.include_query_params(cursor=_cursor(last), limit=self.limit))


async def _paging(
    request: Request,
    cursor: Annotated[str | None, Query(description="From the `next` link of the page before.", max_length=2000)] = None,
    limit: Annotated[int, Query(description="Entries on a page.", ge=1, le=MOST)] = 50,
) -> Page:
    after = None if cursor is None else _entry(cursor)
    return Page(after, limit, URL(path=request.url.path, query=request.url.query))


Paging = Annotated[Page, Depends(_paging)]
"""A list route's parameter: the page asked for."""


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(entry)).rstrip(b"=").decode()


def _entry(cursor: str) -> Entry:
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        entry = msgspec.json.decode(raw, type=Entry)
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError):
        raise _unreadable() from None
    if any(has_forbidden_text(part) for part in entry):
        raise _unreadable()
    return entry


def _unreadable() -> Invalid:
    return Invalid("cursor-unreadable", "Send the cursor of a next link as it was given, or leave it out to begin again.")
