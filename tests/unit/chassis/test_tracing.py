"""Traces lead from a request to what it caused in other services, cost little, and hold nothing personal."""

from collections.abc import Iterator

import anyio
import pytest
from fastapi import FastAPI, HTTPException
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import messaging_attributes
from opentelemetry.semconv.attributes import error_attributes, http_attributes, service_attributes
from opentelemetry.semconv.schemas import Schemas
from opentelemetry.trace import SpanKind, StatusCode

from chassis import semconv
from chassis.tracing import App, TracedRequests, Tracing, parsed, traceparent

RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOT_RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


class Traced:
    """A tracer and the spans that left it."""

    def __init__(self, ratio: float) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing = Tracing("contact", "0.1", "here", ratio, None, self._exporter)

    def spans(self) -> list[ReadableSpan]:
        self.tracing.close()
        return list(self._exporter.get_finished_spans())


@pytest.fixture
def always() -> Iterator[Traced]:
    yield Traced(1.0)


@pytest.fixture
def never() -> Iterator[Traced]:
    yield Traced(0.0)


def an_app(tracing: Tracing) -> tuple[App, list[str | None]]:
    api, seen = FastAPI(), list[str | None]()

    @api.get("/calls/{call}")
    async def read(call: str) -> dict[str, str]:
        seen.append(traceparent())
        if call == "missing":
            raise HTTPException(404)
        if call == "broken":
            raise ValueError("07700 900123")
        return {"call": call}

    @api.get("/health/live")
    async def live() -> None:
        seen.append(traceparent())

    return TracedRequests(api, tracing), seen


def ask(app: App, path: str, method: str = "GET", header: str | None = None) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        return None

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"number=%2B447700900123",
        "headers": [(b"traceparent", header.encode())] if header else [],
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
        "asgi": {"version": "3.0"},
    }
    anyio.run(app, scope, receive, send)


def test_a_request_is_one_span_named_by_its_route(always: Traced) -> None:
    app, seen = an_app(always.tracing)
    ask(app, "/calls/07700900123")
    (span,) = always.spans()
    assert (span.name, span.kind) == ("GET /calls/{call}", SpanKind.SERVER)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/calls/{call}",
        "http.response.status_code": 200,
    }
    assert seen[0] is not None and f"{span.context.trace_id:032x}" in seen[0]
    assert "900123" not in span.to_json()


def test_a_request_goes_on_with_the_trace_it_came_with(always: Traced) -> None:
    app, _ = an_app(always.tracing)
    ask(app, "/calls/1", header=RECORDED)
    (span,) = always.spans()
    assert span.parent is not None and span.parent.span_id == 0xB7AD6B7169203331


def test_the_caller_decides_whether_a_trace_is_recorded(always: Traced, never: Traced) -> None:
    ask(an_app(always.tracing)[0], "/calls/1", header=NOT_RECORDED)
    ask(an_app(never.tracing)[0], "/calls/1", header=RECORDED)
    assert (len(always.spans()), len(never.spans())) == (0, 1)


def test_what_is_not_recorded_still_has_a_trace_for_logs_and_events(never: Traced) -> None:
    app, seen = an_app(never.tracing)
    ask(app, "/calls/1")
    assert parsed(seen[0]) is not None
    assert never.spans() == []


def test_a_failure_is_marked_and_not_quoted(always: Traced) -> None:
    app, _ = an_app(always.tracing)
    with pytest.raises(ValueError, match="900123"):
        ask(app, "/calls/broken")
    (span,) = always.spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.events == () and "900123" not in span.to_json()


def test_a_refusal_is_no_failure_of_ours(always: Traced) -> None:
    ask(an_app(always.tracing)[0], "/calls/missing")
    (span,) = always.spans()
    assert span.attributes is not None and span.attributes["http.response.status_code"] == 404
    assert span.status.status_code is StatusCode.UNSET


def test_probes_leave_no_span(always: Traced) -> None:
    app, seen = an_app(always.tracing)
    ask(app, "/health/live")
    assert seen == [None] and always.spans() == []


def test_a_client_cannot_invent_span_names(always: Traced) -> None:
    ask(an_app(always.tracing)[0], "/no/such/07700900123", method="CALL-07700900123")
    (span,) = always.spans()
    assert span.name == "_OTHER" and "900123" not in span.to_json()


def test_a_batch_is_one_trace_of_its_own_linked_to_what_caused_it(always: Traced) -> None:
    with always.tracing.batch("process", "contact.events", [RECORDED, NOT_RECORDED, None, "nonsense", RECORDED]):
        inside = traceparent()
    (span,) = always.spans()
    assert (span.name, span.kind, span.parent) == ("process contact.events", SpanKind.CONSUMER, None)
    assert [link.context.span_id for link in span.links] == [0xB7AD6B7169203331]
    assert span.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "contact.events",
        "messaging.batch.message_count": 5,
        "messaging.consumer.group.name": "contact",
    }
    assert inside is not None and f"{span.context.trace_id:032x}" in inside


def test_a_recorded_trace_does_not_end_half_way(never: Traced) -> None:
    with never.tracing.batch("process", "contact.events", [NOT_RECORDED]):
        pass
    with never.tracing.batch("process", "contact.events", [NOT_RECORDED, RECORDED]):
        pass
    assert len(never.spans()) == 1


def test_a_batch_that_fails_is_marked_and_not_quoted(always: Traced) -> None:
    with pytest.raises(ValueError, match="900123"), always.tracing.batch("send", "contact.events", []):
        raise ValueError("07700 900123")
    (span,) = always.spans()
    assert (span.kind, span.status.status_code) == (SpanKind.PRODUCER, StatusCode.ERROR)
    assert "900123" not in span.to_json()


def test_links_are_bounded(always: Traced) -> None:
    with always.tracing.batch("process", "contact.events", [f"00-{n:032x}-{n:016x}-03" for n in range(1, 501)]):
        pass
    (span,) = always.spans()
    assert len(span.links) == 128


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        RECORDED.upper(),
        RECORDED + "0",
        "ff" + RECORDED[2:],
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
    ],
)
def test_a_traceparent_that_makes_no_sense_is_ignored(text: str | None) -> None:
    assert parsed(text) is None


def test_outside_a_span_there_is_no_traceparent() -> None:
    assert traceparent() is None


def test_a_traceparent_reads_back(always: Traced) -> None:
    with always.tracing.batch("send", "contact.events", []) as span:
        assert parsed(traceparent()) == span.get_span_context() or parsed(traceparent()) is not None
        again = parsed(traceparent())
        assert again is not None
        assert (again.trace_id, again.span_id) == (span.get_span_context().trace_id, span.get_span_context().span_id)


def test_the_pinned_names_are_those_of_the_conventions() -> None:
    ours = {value for name, value in vars(semconv).items() if name.isupper() and isinstance(value, str) and "." in value}
    theirs = {
        value
        for module in (messaging_attributes, http_attributes, error_attributes, service_attributes)
        for value in vars(module).values()
        if isinstance(value, str)
    }
    assert ours - theirs - {"service.instance.id"} == {semconv.SCHEMA_URL}
    assert semconv.SCHEMA_URL in {schema.value for schema in Schemas}
