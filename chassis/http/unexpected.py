"""The rim of the HTTP side: what nobody expected becomes a 500 that tells an id, and a log line that tells where, not what."""

import logging
import traceback

from opentelemetry.trace import format_trace_id, get_current_span
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import problem
from chassis.ids import Ids

_SAFE_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_logger = logging.getLogger(__name__)


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
            instance = self._report(error)
            if begun:
                raise BrokenOff(instance) from None
            detail = "This was not expected and is on record under the id in instance. Sending it again may be tried."
            await problem(500, "unexpected", detail, instance=instance)(scope, receive, guarded)

    def _report(self, error: Exception) -> str:
        span = get_current_span().get_span_context()
        instance = f"urn:ringback:trace:{format_trace_id(span.trace_id)}" if span.is_valid else f"urn:uuid:{self._ids.new()}"
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
        _logger.error("unexpected %s, told as %s, at %s", type(error).__name__, instance, where)
        return instance


def _with_safe_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in _SAFE_HEADERS if name not in present)]
