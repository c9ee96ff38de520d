"""The rim of the HTTP side: what nobody expected becomes a 500 that tells an id, and a log line that tells where, not what."""

import structlog
from opentelemetry.trace import format_trace_id, get_current_span
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import problem
from chassis.ids import Ids
from chassis.scrub import explained

_SAFE_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class BrokenOff(RuntimeError):
    """An answer that had begun could not be finished: the connection must be dropped."""


class Unexpected:
    """ASGI middleware: no exception of a route reaches the server, whose traceback would quote personal data.

    It also forbids every cache and every guess at a type, unless a route says otherwise.
    """

    def __init__(self, app: ASGIApp, ids: Ids) -> None:
        self._app = app
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _with_safe_headers(message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - the last place where an error can be told without its content
            instance = self._report(error, scope)
            if begun:
                raise BrokenOff(instance) from None
            detail = "This was not expected and is on record under the id in instance. Sending it again may be tried."
            await problem(500, "unexpected", detail, instance=instance)(scope, receive, guarded)

    def _report(self, error: Exception, scope: Scope) -> str:
        span = get_current_span().get_span_context()
        instance = f"urn:ringback:trace:{format_trace_id(span.trace_id)}" if span.is_valid else f"urn:uuid:{self._ids.new()}"
        route = getattr(scope.get("route"), "path", None)
        _log.error("a request ended in an error nobody expected", id=instance, route=route, **explained(error))
        return instance


def _with_safe_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in _SAFE_HEADERS if name not in present)]
