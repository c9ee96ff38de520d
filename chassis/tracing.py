"""Traces: one span a request, one span a batch of records with links to what caused them, and nothing personal in either.

Written by hand, because automatic instrumentation more than doubles the cost of a small request and puts the address with
its query into the span (docs/adr/0010); exceptions are marked by type or status and never quoted.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

from chassis import semconv

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_FLAGS = slice(54, 55)
_RECORDED = frozenset("13579bdf")
MOST_LINKS = 128

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def traceparent() -> str | None:
    """The W3C traceparent of what is being done now, to be kept with the events it causes; None outside a span."""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def parsed(text: str | None) -> SpanContext | None:
    """The span that a traceparent names, or None when there is none or it makes no sense."""
    found = _TRACEPARENT.fullmatch(text) if text else None
    if found is None:
        return None
    flags = TraceFlags(int(found[3], 16))
    span = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=flags, trace_state=TraceState())
    return span if span.is_valid else None


class _RatioOrLinked(Sampler):
    """A root is recorded by ratio; a batch also when a recorded trace leads into it, so that no trace ends half way."""

    def __init__(self, ratio: float) -> None:
        self._ratio = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if links:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, trace_state)
        return self._ratio.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"RatioOrLinked{{{self._ratio.get_description()}}}"


class Tracing:
    """The tracer of one service in this process. Spans leave over OTLP/HTTP when there is an endpoint, else they end here."""

    def __init__(
        self, service: str, version: str, instance: str, ratio: float, endpoint: str | None, exporter: SpanExporter | None = None
    ) -> None:
        resource = {semconv.SERVICE_NAME: service, semconv.SERVICE_VERSION: version, semconv.SERVICE_INSTANCE: instance}
        self._provider = TracerProvider(
            sampler=ParentBased(_RatioOrLinked(ratio)), resource=Resource.create(resource), shutdown_on_exit=False
        )
        chosen = exporter or (OTLPSpanExporter(endpoint) if endpoint else None)
        if chosen:
            self._provider.add_span_processor(BatchSpanProcessor(chosen))
        self._tracer = self._provider.get_tracer("ringback", version, schema_url=semconv.SCHEMA_URL)
        self._service = service

    def start(self, name: str, kind: SpanKind, context: Context, links: Sequence[Link] = ()) -> Span:
        """A span that the caller makes current and ends."""
        return self._tracer.start_span(name, context, kind, links=links, record_exception=False, set_status_on_exception=False)

    @contextmanager
    def batch(self, operation: Literal["process", "send"], topic: str, traceparents: Sequence[str | None]) -> Iterator[Span]:
        """One span, a trace of its own, around a batch of records; linked to the recorded spans that caused them."""
        kind = SpanKind.CONSUMER if operation == "process" else SpanKind.PRODUCER
        span = self.start(f"{operation} {topic}", kind, Context(), _links(traceparents))
        if span.is_recording():
            span.set_attributes(self._described(operation, topic, len(traceparents)))
        finished = False
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield span
            finished = True
        finally:
            if not finished:
                span.set_status(Status(StatusCode.ERROR))
            span.end()

    def _described(self, operation: str, topic: str, count: int) -> dict[str, str | int]:
        described: dict[str, str | int] = {
            semconv.MESSAGING_SYSTEM: semconv.KAFKA,
            semconv.MESSAGING_OPERATION_NAME: operation,
            semconv.MESSAGING_OPERATION_TYPE: operation,
            semconv.MESSAGING_DESTINATION: topic,
            semconv.MESSAGING_BATCH_SIZE: count,
        }
        return described | {semconv.MESSAGING_GROUP: self._service} if operation == "process" else described

    def close(self) -> None:
        """Send what is waiting and stop. Bounded by the exporter's own time limit; blocks."""
        self._provider.shutdown()


def _links(traceparents: Sequence[str | None]) -> list[Link]:
    recorded = dict.fromkeys(text for text in traceparents if text and text[_FLAGS] in _RECORDED)
    spans = (parsed(text) for text in list(recorded)[:MOST_LINKS])
    return [Link(span) for span in spans if span is not None]


class TracedRequests:
    """ASGI middleware: one server span for each request but those of probes and scrapes."""

    def __init__(self, app: App, tracing: Tracing, quiet: tuple[str, ...] = ("/health", "/metrics")) -> None:
        self._app = app
        self._tracing = tracing
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._quiet):
            await self._app(scope, receive, send)
            return
        parent = parsed(_header(scope))
        context = trace.set_span_in_context(NonRecordingSpan(parent), Context()) if parent else Context()
        method = scope["method"] if scope["method"] in semconv.METHODS else semconv.OTHER_METHOD
        span = self._tracing.start(method, SpanKind.SERVER, context)
        token = otel_context.attach(trace.set_span_in_context(span))
        try:
            if span.is_recording():
                await self._recorded(span, method, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            span.end()
            otel_context.detach(token)

    async def _recorded(self, span: Span, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def noting(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            _describe(span, method, getattr(scope.get("route"), "path", None), status)


def _describe(span: Span, method: str, route: str | None, status: int) -> None:
    span.set_attribute(semconv.HTTP_METHOD, method)
    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute(semconv.HTTP_ROUTE, route)
    if status:
        span.set_attribute(semconv.HTTP_STATUS, status)
    if not status or status >= 500:
        span.set_attribute(semconv.ERROR_TYPE, str(status or "no_response"))
        span.set_status(Status(StatusCode.ERROR))


def _header(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
