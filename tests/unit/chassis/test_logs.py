"""A number seeded through every key of every kind of line never comes out, and what comes out can be searched."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind

from chassis import logs, scrub
from chassis.clock import VirtualClock
from chassis.errors import StoreUnavailable
from chassis.tracing import Tracing

AT = datetime(2026, 6, 5, 12, 34, 56, tzinfo=UTC)
WRITTEN = (
    "07700900123",
    "+447700900123",
    "07700 900 123",
    "(07700) 900-123",
    "07700.900.123",
    "07700\u00a0900\u2011123",
    "07700/900123",
    "tel%3A%2B44%207700%20900%20123",
    "٠٧٧٠٠٩٠٠١٢٣",
    "call07700900123x",
    447700900123,
    7700900123.0,
    ["07700900123"],
    {"number": "07700900123"},
    b"07700900123",
)
TRACES_OF_IT = ("900123", "900 123", "900-123", "900.123", "900%20123", "٩٠٠١٢٣", "900\\u2011123", "\\u0669\\u0660")


@pytest.fixture(autouse=True)
def logging_left_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.raiseExceptions = True
    logging.captureWarnings(False)
    structlog.reset_defaults()


def configured(level: str = "info", stream: io.StringIO | None = None) -> io.StringIO:
    out = stream or io.StringIO()
    logs.configure("contact", "0.1", level, VirtualClock(AT), out)
    return out


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def assert_nothing_leaked(text: str) -> None:
    assert not [part for part in TRACES_OF_IT if part in text]


def test_a_line_says_when_what_and_who() -> None:
    out = configured()
    structlog.get_logger().warning("relay waits", topic="contact.events", position=12)
    assert lines(out) == [
        {
            "time": "2026-06-05T12:34:56.000+00:00",
            "level": "warning",
            "event": "relay waits",
            "service": "contact",
            "version": "0.1",
            "topic": "contact.events",
            "position": 12,
        }
    ]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_comes_out_through_no_key(written: Any) -> None:
    out = configured()
    log = structlog.get_logger()
    for key in sorted((scrub.KEYS | scrub.HASHED | {"number", "narrative"}) - {"event", "level"}):
        log.error("seeded", **{key: written})
    log.error(f"seeded {written}")
    assert len(lines(out)) == len(scrub.KEYS | scrub.HASHED) + 1
    assert_nothing_leaked(out.getvalue())


@pytest.mark.parametrize("logger", ["uvicorn.error", "aiokafka.conn", "psycopg.pool", "asyncio", "services.contact"])
def test_a_number_comes_out_of_no_library(logger: str) -> None:
    out = configured()
    logging.getLogger(logger).error("request for %s\nbody: 07700 900123", "+447700900123", extra={"number": "07700900123"})
    assert lines(out)[0]["logger"] == logger
    assert_nothing_leaked(out.getvalue())


def test_an_error_is_named_and_placed_but_not_quoted() -> None:
    out = configured()
    try:
        try:
            raise KeyError("Mary Smith, 07700 900123")
        except KeyError as first:
            raise ValueError("Mary Smith, 07700 900123") from first
    except ValueError:
        structlog.get_logger().exception("a loop failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert_nothing_leaked(out.getvalue())
    assert "Mary" not in out.getvalue()
    for line in lines(out):
        assert (line["error"], line["caused_by"]) == ("ValueError", ["KeyError"])
        assert line["where"][-1].startswith("unit/chassis/test_logs.py:")


def test_our_own_errors_keep_their_words() -> None:
    out = configured()
    structlog.get_logger().error("cannot save", exc_info=StoreUnavailable("no answer from 10.0.0.12:5432"))
    assert lines(out)[0]["reason"] == "no answer from 10.0.0.12:5432"


def test_an_unknown_key_is_dropped_and_named() -> None:
    out = configured()
    structlog.get_logger().info("call received", narrative="a man is shouting", caller="Mary")
    assert lines(out)[0]["dropped"] == ["caller", "narrative"]
    assert "shouting" not in out.getvalue() and "Mary" not in out.getvalue()


def test_ids_can_be_found_by_who_knows_them() -> None:
    out = configured()
    with structlog.contextvars.bound_contextvars(correlation="call-7"):
        structlog.get_logger().info("command refused", stream="call-7")
    assert lines(out)[0]["stream"] == lines(out)[0]["correlation"] == scrub.hashed("call-7") == "4a01086e5a3c"
    assert "call-7" not in out.getvalue()


def test_a_line_names_the_trace_it_belongs_to() -> None:
    out = configured()
    tracing = Tracing("contact", "0.1", "here", 1.0, None)
    span = tracing.start("POST", SpanKind.SERVER, Context())
    with trace.use_span(span, end_on_exit=True):
        structlog.get_logger().info("command done")
    tracing.close()
    assert lines(out)[0]["trace"] == f"{span.get_span_context().trace_id:032x}"


def test_one_line_stays_one_line_whatever_is_in_it() -> None:
    out = configured()
    structlog.get_logger().info('refused\n{"level": "critical"}', reason="a\r\nb\u2028c", kind="\ud800\x1b[31m")
    assert len(out.getvalue().splitlines()) == 1
    assert "\x1b" not in out.getvalue()


def test_levels_hold_for_ours_and_libraries_speak_from_warning_on() -> None:
    out = configured("info")
    structlog.get_logger().debug("no")
    logging.getLogger("aiokafka").info("no")
    structlog.get_logger().info("yes")
    logging.getLogger("aiokafka").warning("yes")
    logging.getLogger("chassis.http.auth").info("yes")
    assert [line["event"] for line in lines(out)] == ["yes", "yes", "yes"]


def test_a_library_that_repeats_itself_is_heard_once_and_our_own_lines_always() -> None:
    out = configured()
    for n in range(3):
        logging.getLogger("aiokafka").error("Unable connect to %s", n)
        logging.getLogger("aiokafka.fetcher").error("Unable connect to %s", n)
        structlog.get_logger().info("the log does not answer")
    assert [line["event"] for line in lines(out)].count("the log does not answer") == 3
    assert [line["event"] for line in lines(out)].count("Unable connect to 0") == 2
    assert len(lines(out)) == 5


def test_with_debug_libraries_say_everything() -> None:
    out = configured("debug")
    for _ in range(3):
        logging.getLogger("aiokafka").error("Unable connect")
    assert len(lines(out)) == 3


def test_a_warning_is_a_line() -> None:
    out = configured()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert lines(out)[0]["logger"] == "py.warnings"


def test_a_terminal_is_written_for_people_and_as_safely() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = configured(stream=Terminal())
    structlog.get_logger().info("relay waits", topic="contact.events", reason="07700 900123", number="07700900123")
    assert "relay waits" in out.getvalue() and not out.getvalue().startswith("{")
    assert_nothing_leaked(out.getvalue())


@pytest.mark.parametrize(
    "text",
    [
        "broker 10.20.30.40:9092 version 4.3.1 position 123456 in 0.25 s",
        "told as urn:uuid:12345678-1234-4123-8123-123456789012",
        "told as urn:ringback:trace:12345678901234567890123456789012",
    ],
)
def test_addresses_versions_positions_and_identities_stay_readable(text: str) -> None:
    assert scrub.masked(text) == text
