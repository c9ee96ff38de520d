"""What may come in: one strict JSON value of bounded size, in text that shows what it says; refused before anything parses it."""

import asyncio
import hashlib
from typing import Annotated, Any, NamedTuple
from urllib.parse import unquote_plus

from fastapi import Depends
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import Rejected, rejection
from chassis.http.strict_json import Unreadable, canonical, has_forbidden_text, read_json

LARGEST_BODY = 64 * 1024
SLOWEST_BODY_S = 20.0
FORM = "application/x-www-form-urlencoded"
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_DIGEST = "ringback.body_digest"


class Body(BaseModel):
    """The base of every command body: frozen, and an unknown field is refused rather than dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FormText(NamedTuple):
    """A web form byte for byte as it was sent: a seal over it stays checkable."""

    text: str


async def _form(request: Request) -> FormText:
    return FormText((await request.body()).decode("ascii"))


Form = Annotated[FormText, Depends(_form)]
"""The body of a route that takes a web form; describe the route with `form_of`."""


def form_of(*fields: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a web form instead of JSON, with the fields it reads."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


class StrictBodies:
    """ASGI middleware: reads a body once, capped in size and time, refuses what is not strict JSON, hands on the cleaned one.

    At the addresses in `forms` a web form in ASCII is taken instead, as it came.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST_BODY,
        slowest_s: float = SLOWEST_BODY_S,
        forms: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._forms = forms
        self._largest = largest
        self._slowest_s = slowest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_address(scope)
            if scope["method"] not in _WITHOUT_BODY:
                receive = await self._cleaned(scope, receive)
        except Rejected as rejected:
            await rejection(rejected)(scope, receive, send)
            return
        except ClientDisconnect:
            return
        await self._app(scope, receive, send)

    async def _cleaned(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        raw = await self._read(headers, receive)
        body = b""
        if scope["path"] in self._forms:
            body = _checked_form(headers, raw)
        elif raw:
            _check_media_type(headers)
            try:
                body = canonical(read_json(raw))
            except Unreadable as unreadable:
                raise Rejected(400, unreadable.code, unreadable.detail) from None
        scope[_DIGEST] = hashlib.sha256(body).hexdigest()
        scope["headers"] = [*((k, v) for k, v in scope["headers"] if k != b"content-length"), _length(body)]
        return _replay(body, receive)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise Rejected(400, "content-length-unreadable", "Send a Content-Length of digits.")
        if len(declared) > 9 or int(declared) > self._largest:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._slowest_s):
                return await self._drain(receive)
        except TimeoutError:
            raise Rejected(408, "body-too-slow", f"Send the whole body within {self._slowest_s:g} seconds.") from None

    async def _drain(self, receive: Receive) -> bytes:
        raw = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            raw += message.get("body", b"")
            if len(raw) > self._largest:
                raise self._too_large()
            if not message.get("more_body", False):
                return bytes(raw)

    def _too_large(self) -> Rejected:
        return Rejected(413, "body-too-large", f"Send at most {self._largest} bytes.", {"Connection": "close"})


def body_digest(request: Request) -> str:
    """SHA-256 (hex) of the cleaned body: equal for bodies that mean the same."""
    digest: str = request.scope[_DIGEST]
    return digest


def _check_address(scope: Scope) -> None:
    query = unquote_plus(scope.get("query_string", b"").decode("latin-1"))
    for text in (scope["path"], query):
        if has_forbidden_text(text) or "\n" in text or "\t" in text:
            raise Rejected(400, "forbidden-text", "Take control characters and bidirectional overrides out of the address.")


def _checked_form(headers: Headers, raw: bytes) -> bytes:
    if headers.get("content-type", "").lower().partition(";")[0].strip() != FORM:
        raise Rejected(415, "not-form-media-type", f"Send Content-Type: {FORM}.", {"Accept": FORM})
    _check_encoding(headers)
    if not raw.isascii() or has_forbidden_text(raw.decode("ascii")):
        raise Rejected(400, "forbidden-text", "Send a form in ASCII, all else percent-encoded.")
    return raw


def _check_media_type(headers: Headers) -> None:
    kind, _, parameters = headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Rejected(
            415, "not-json-media-type", "Send Content-Type: application/json, in UTF-8.", {"Accept": "application/json"}
        )
    _check_encoding(headers)


def _check_encoding(headers: Headers) -> None:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Rejected(415, "compressed-body", "Send the body without Content-Encoding.", {"Accept-Encoding": "identity"})


def _length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(body)).encode()


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
