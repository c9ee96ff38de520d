"""Bytes from a network become messages or a `Malformed`, never anything else: whoever can reach the port can send anything."""

import re

from services.callback.telephone.sip.wire.message import Header, Message, Request, Response

LONGEST = 64 * 1024
"""More than this, headers and body together, is nobody's call."""

_COMPACT = {
    "v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact", "l": "Content-Length", "c": "Content-Type",
    "s": "Subject", "k": "Supported", "e": "Content-Encoding", "o": "Event", "r": "Refer-To", "x": "Session-Expires",
}  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_STATUS = re.compile(r"SIP/2\.0 (\d{3})(?: (.*))?", re.IGNORECASE)
_SEQUENCE = re.compile(r"(\d{1,10})\s+(\S+)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"]+")
_NEEDED = ("Via", "From", "To", "Call-ID", "CSeq")
_ONCE = ("from", "to", "call-id", "cseq", "content-length")


class Malformed(ValueError):
    """Not a SIP message, or one that contradicts itself."""


def parsed(data: bytes) -> Message:
    """One message that fills a datagram; raises Malformed."""
    if len(data) > LONGEST:
        raise Malformed("too long")
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        raise Malformed("the headers do not end")
    message = _headed(head)
    length = content_length(message)
    if length is not None and length > len(body):
        raise Malformed("shorter than it says")
    return _with_body(message, body if length is None else body[:length])


class Framer:
    """Cuts a stream of bytes into messages. After a Malformed the connection cannot be read any further."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[Message]:
        """What is complete now; raises Malformed."""
        self._kept += data
        messages: list[Message] = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        kept = self._kept.lstrip(b"\r\n")  # empty lines between messages keep a connection alive
        head, found, rest = kept.partition(b"\r\n\r\n")
        if not found:
            if len(kept) > LONGEST:
                raise Malformed("the headers do not end")
            self._kept = kept
            return None
        message = _headed(head)
        length = content_length(message) or 0
        if length > LONGEST:
            raise Malformed("too long")
        if length > len(rest):
            return None
        self._kept = rest[length:]
        return _with_body(message, rest[:length])


def content_length(message: Message) -> int | None:
    """What the message says of its body; raises Malformed."""
    said = message.get("Content-Length")
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Malformed("no length")
    return int(said)


def _headed(head: bytes) -> Message:
    lines = _unfolded(head.decode("utf-8", "replace").lstrip("\r\n"))
    headers = tuple(_header(line) for line in lines[1:])
    message = _first(lines[0], headers)
    _check(message)
    return message


def _unfolded(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\r\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return lines


def _header(line: str) -> Header:
    name, colon, value = line.partition(":")
    name = name.rstrip()
    if not colon or not _TOKEN.fullmatch(name):
        raise Malformed("a line that is no header")
    if any(ord(letter) < 32 and letter != "\t" for letter in value):
        raise Malformed("a control character in a header")
    return _COMPACT.get(name.lower(), name), value.strip()


def _first(line: str, headers: tuple[Header, ...]) -> Message:
    if found := _STATUS.fullmatch(line):
        status = int(found[1])
        if not 100 <= status <= 699:
            raise Malformed("a status that does not exist")
        return Response(headers=headers, status=status, phrase=found[2] or "")
    parts = line.split(" ")
    if len(parts) != 3 or parts[2].upper() != "SIP/2.0" or not _TOKEN.fullmatch(parts[0]) or not _URI.fullmatch(parts[1]):
        raise Malformed("neither a request nor a response")
    return Request(headers=headers, method=parts[0], uri=parts[1])


def _check(message: Message) -> None:
    """The headers that route a message are there, once, and say the same."""
    names = [name.lower() for name, _ in message.headers]
    if any(not message.get(name) for name in _NEEDED):
        raise Malformed("a header is missing")
    if any(names.count(name) > 1 for name in _ONCE):
        raise Malformed("a header that can stand once only")
    sequence = _SEQUENCE.fullmatch(message.require("CSeq"))
    if sequence is None or int(sequence[1]) >= 2**31:
        raise Malformed("no sequence number")
    if isinstance(message, Request) and sequence[2] != message.method:
        raise Malformed("two methods")


def _with_body(message: Message, body: bytes) -> Message:
    if isinstance(message, Request):
        return Request(headers=message.headers, body=body, method=message.method, uri=message.uri)
    assert isinstance(message, Response)
    return Response(headers=message.headers, body=body, status=message.status, phrase=message.phrase)
