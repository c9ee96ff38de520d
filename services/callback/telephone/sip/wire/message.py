"""Requests and responses as values, so that the rest of the client never touches bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

Header = tuple[str, str]

LISTS = frozenset({"via", "route", "record-route", "contact", "allow", "supported", "require", "reason"})
"""Headers whose values may share a line, parted by commas."""


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses have in common. Names of headers are kept in their long form."""

    headers: tuple[Header, ...] = ()
    body: bytes = b""

    def get(self, name: str) -> str | None:
        """The first value of a header."""
        return next(self.each(name), None)

    def each(self, name: str) -> Iterator[str]:
        """All values of a header, in order; lists are taken apart."""
        wanted = name.lower()
        for found, value in self.headers:
            if found.lower() == wanted:
                yield from parted(value) if wanted in LISTS else (value,)

    def require(self, name: str) -> str:
        """A header the parser has made sure of."""
        value = self.get(name)
        assert value is not None, name
        return value

    def with_headers(self, *more: Header) -> Self:
        """The same, with these headers set in place of those of their names."""
        names = {name.lower() for name, _ in more}
        return replace(self, headers=(*(header for header in self.headers if header[0].lower() not in names), *more))

    @property
    def call_id(self) -> str:
        """The call it belongs to."""
        return self.require("Call-ID")

    @property
    def sequence(self) -> tuple[int, str]:
        """The number and method of CSeq."""
        number, method = self.require("CSeq").split(None, 1)
        return int(number), method.strip()

    @property
    def branch(self) -> str:
        """The transaction it belongs to, by the topmost Via; empty for a peer of before RFC 3261."""
        return param(self.require("Via"), "branch") or ""

    @property
    def from_tag(self) -> str:
        """The side that began."""
        return param(self.require("From"), "tag") or ""

    @property
    def to_tag(self) -> str:
        """The side that was asked; empty before it answered."""
        return param(self.require("To"), "tag") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Message):
    """One side asks."""

    method: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Message):
    """The other side answers."""

    status: int
    phrase: str = ""

    @property
    def final(self) -> bool:
        """Not provisional."""
        return self.status >= 200


def encoded(message: Message) -> bytes:
    """The bytes of a message, its length included."""
    if isinstance(message, Request):
        first = f"{message.method} {message.uri} SIP/2.0"
    else:
        assert isinstance(message, Response)
        first = f"SIP/2.0 {message.status} {message.phrase}"
    lines = [first, *(f"{name}: {value}" for name, value in message.headers if name.lower() != "content-length")]
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    return "\r\n".join(lines).encode() + message.body


_PHRASES = {100: "Trying", 200: "OK", 400: "Bad Request", 403: "Forbidden", 405: "Method Not Allowed"}
_PHRASES |= {481: "Call/Transaction Does Not Exist", 488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Error"}
_COPIED = ("via", "from", "to", "call-id", "cseq")


def answer(request: Request, status: int, tag: str = "", more: Iterable[Header] = (), body: bytes = b"") -> Response:
    """The response to a request; `tag` marks our side where the request has not marked it already."""
    copied = [(name, value) for name, value in request.headers if name.lower() in _COPIED]
    if tag and not request.to_tag:
        copied = [(name, f"{value};tag={tag}" if name.lower() == "to" else value) for name, value in copied]
    return Response(headers=(*copied, *more), body=body, status=status, phrase=_PHRASES.get(status, "Refused"))


def parted(value: str, at: str = ",") -> Iterator[str]:
    """The parts of a header's value; what is quoted or in angle brackets is never cut."""
    part, quoted, angled, escaped = "", False, False, False
    for letter in value:
        if letter == at and not quoted and not angled:
            yield part.strip()
            part = ""
            continue
        part += letter
        if escaped:
            escaped = False
        elif quoted:
            quoted, escaped = letter != '"', letter == "\\"
        elif letter == '"':
            quoted = True
        elif letter in "<>":
            angled = letter == "<"
    yield part.strip()


def param(value: str, name: str) -> str | None:
    """A parameter of a header's value (not of an address in angle brackets); empty when it has no value."""
    _, *params = parted(value, ";")
    for one in params:
        found, _, content = one.partition("=")
        if found.strip().lower() == name:
            return content.strip().strip('"')
    return None
