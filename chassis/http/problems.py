"""What a caller is told when the answer is no: RFC 9457 problem details, the same shape for every refusal."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import LogUnavailable, RingbackError, StoreUnavailable, VersionConflict
from chassis.http.validation import Fault, KnownNames, faults
from contracts.refusals import Invalid, NotFound, PreconditionFailed, Refused

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_BUSY: tuple[type[RingbackError], ...] = (StoreUnavailable, LogUnavailable, VersionConflict)
_STATUS: dict[type[Refused], int] = {Invalid: 422, NotFound: 404, PreconditionFailed: 412}
_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}
_ROUTING = {
    404: ("no-such-address", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not take this method; the Allow header names those it takes."),
}


class Problem(BaseModel):
    """Why a request was not obeyed. `code` is stable and machine readable; nothing of the request is repeated."""

    type: Annotated[str, Field(examples=["urn:ringback:problem:not-found"])]
    title: str
    status: int
    code: str
    detail: str
    allowed: Annotated[list[str] | None, Field(description="What could be done instead, as things stand.")] = None
    errors: Annotated[list[Fault] | None, Field(description="What is wrong, field by field.")] = None
    instance: Annotated[str | None, Field(description="The id under which this occurrence was logged.")] = None


class Rejected(Exception):
    """A request that HTTP itself must refuse, before any service saw it (401, 403, 413, 415, 428, 429 and so on)."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] = _NO_HEADERS) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    allowed: tuple[str, ...] = (),
    errors: list[Fault] | None = None,
    instance: str | None = None,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> Response:
    """A problem as an HTTP answer. `detail` says what to do and must hold nothing the caller sent."""
    body = Problem(
        type=f"urn:ringback:problem:{code}",
        title=phrase(status),
        status=status,
        code=code,
        detail=detail,
        allowed=list(allowed) or None,
        errors=errors,
        instance=instance,
    )
    return Response(body.model_dump_json(exclude_none=True), status, headers, MEDIA_TYPE)


def phrase(status: int) -> str:
    """The title of a status in the words of RFC 9110, the same on every version of Python."""
    return _RENAMED.get(status) or HTTPStatus(status).phrase


def rejection(rejected: Rejected) -> Response:
    """The answer to a request that HTTP itself refuses."""
    return problem(rejected.status, rejected.code, rejected.detail, headers=rejected.headers)


def handle_problems(app: FastAPI, names: KnownNames) -> None:
    """Teach an app to answer every expected error with a problem; `names` are those that may be told back."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 409)
        return problem(status, error.code, error.message, allowed=error.allowed)

    async def rejected(_: Request, error: Exception) -> Response:
        assert isinstance(error, Rejected)
        return rejection(error)

    async def busy(_: Request, error: Exception) -> Response:
        return _busy(error)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(422, "invalid-request", "Correct the fields named in errors.", errors=faults(error, names()))

    async def routing(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _routing(error)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Rejected, rejected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, routing)
    for kind in _BUSY:
        app.add_exception_handler(kind, busy)


def _busy(error: Exception) -> Response:
    code, detail = "unavailable", "Nothing was recorded. Try again, with the same Idempotency-Key."
    if isinstance(error, VersionConflict):
        code, detail = "contended", "Others were faster each time. Try again, with the same Idempotency-Key."
    return problem(503, code, detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def _routing(error: HTTPException) -> Response:
    title = phrase(error.status_code)
    code, detail = _ROUTING.get(error.status_code, (title.lower().replace(" ", "-"), f"{title}."))
    return problem(error.status_code, code, detail, headers=error.headers or {})
