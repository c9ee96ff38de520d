"""From a request to a command's context: who, because of what, on which version; and back from a state to an answer."""

import hashlib
import re
import uuid
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import msgspec
from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis.host import Context, Loaded
from chassis.http.auth import Guard
from chassis.http.bodies import body_digest
from chassis.http.edge import edge_of
from chassis.http.principal import Role
from chassis.http.problems import Rejected
from chassis.ids import derived
from chassis.tracing import parsed, traceparent
from contracts.refusals import Invalid

S = TypeVar("S", bound=msgspec.Struct)

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"(0|[1-9]\d{0,14})"')
_TRACEPARENT_LENGTH = 55

IdempotencyKey = Annotated[
    str | None, Header(description="Yours, 1 to 200 visible ASCII characters: a command sent again under it is obeyed once.")
]
IfMatch = Annotated[
    str | None,
    Header(
        description='The ETag of the state you decided on, for example "7": refused with 412 when it has changed since. A '
        "command that only adds, or that the state itself refuses when it is late, needs none and keeps to the one it is given."
    ),
]
CorrelationId = Annotated[
    str | None, Header(alias="X-Correlation-ID", description="A UUID under which all that follows can be found.")
]


class _Commands(Guard):
    def __init__(self, roles: frozenset[Role], must_match: bool) -> None:
        super().__init__(roles)
        self.must_match = must_match

    async def __call__(
        self,
        request: Request,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
        correlation_id: CorrelationId = None,
    ) -> Context:
        principal = self.admit(request)
        edge = edge_of(request)
        cause = edge.ids.new() if idempotency_key is None else _cause(edge.service, principal.subject, idempotency_key)
        return Context(
            cause=cause,
            actor=principal.subject,
            correlation=cause if correlation_id is None else _uuid(correlation_id),
            trace=_trace(request),
            expected_version=self._expected(if_match),
            fingerprint=None if idempotency_key is None else _fingerprint(request),
            drawn=idempotency_key is None,
        )

    def _expected(self, if_match: str | None) -> int | None:
        if if_match is not None:
            return _version(if_match)
        if self.must_match:
            raise Rejected(428, "if-match-required", "Read the state first and send its ETag in If-Match.")
        return None


def command(*roles: Role, must_match: bool = False) -> Any:
    """The FastAPI dependency of a writing route: gives the `Context` of a command that one of these roles may send.

    With `must_match` a request without If-Match is answered 428: for decisions that must not be taken on an old picture.
    """
    return Depends(_Commands(frozenset(roles), must_match))


def etag(version: int) -> str:
    """The strong ETag of a stream at a version: the version in quotes, as it stands in `If-Match`."""
    return f'"{version}"'


def respond(loaded: Loaded[S], view: object, *, status: int = 200, location: str | None = None) -> Response:
    """A view (a pydantic model, or anything msgspec writes) of a loaded state, with its ETag; `location` is a path, unquoted."""
    headers = {"ETag": etag(loaded.version)}
    if location is not None:
        headers["Location"] = quote(location, safe="/:?=&")
    content = view.model_dump_json().encode() if isinstance(view, BaseModel) else msgspec.json.encode(view)
    return Response(content, status, headers, "application/json")


def _cause(service: str, subject: str, key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Invalid("idempotency-key-unreadable", "Send an Idempotency-Key of 1 to 200 visible ASCII characters.")
    return derived("http", service, subject, key)


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Invalid("correlation-id-unreadable", "Send a UUID in X-Correlation-ID, or leave it out.") from None


def _version(if_match: str) -> int:
    found = _ETAG.fullmatch(if_match)
    if found is None:
        raise Invalid("if-match-unreadable", 'Send in If-Match one ETag as you were given it, for example "7"; * is not taken.')
    return int(found[1])


def _trace(request: Request) -> str | None:
    sent = request.headers.get("traceparent", "")[:_TRACEPARENT_LENGTH]
    return traceparent() or (sent if parsed(sent) else None)


def _fingerprint(request: Request) -> str:
    query = request.scope.get("query_string", b"").decode("latin-1")
    return hashlib.sha256("\n".join((request.method, request.url.path, query, body_digest(request))).encode()).hexdigest()
