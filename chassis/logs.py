"""Log lines of the whole process, ours and the libraries': one JSON object a line on standard error, safe to keep."""

import logging
import sys
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor

from chassis import scrub
from chassis.clock import Clock

OURS = ("ringback", "chassis", "services", "cli", "simulator")
"""The standard library's loggers that our own lines go through, structlog's by the first; all others are libraries'."""

AGAIN_S = 10.0
"""How long the same line of a library is kept back."""
KNOWN = 1000


def configure(service: str, version: str, level: str, clock: Clock, stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (standard error): coloured text on a terminal, else JSON.

    Own lines are written from `level` on, lines of libraries from warning on (from debug on with `debug`).
    Bind the correlation of what is being done with `structlog.contextvars.bound_contextvars(correlation=...)`.
    """
    out = stream or sys.stderr
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _explain_error,
        _Scrub(service, version, clock),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *chain],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(out.isatty())],
        )
    )
    _route_standard_logging(handler, level)
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_own_logger,
        cache_logger_on_first_use=False,
    )


def _own_logger(*_: Any) -> logging.Logger:
    return logging.getLogger(OURS[0])


def _route_standard_logging(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    if level != "debug":
        handler.addFilter(_Once())
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)
    logging.raiseExceptions = False


class _Once(logging.Filter):
    """A library says the same at most once in a while: aiokafka says a hundred times a second that the brokers are gone."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        what = (record.name, str(record.msg))
        if record.name.split(".")[0] in OURS:
            return True
        if record.created - self._said.get(what, 0) < AGAIN_S:
            return False
        if len(self._said) == KNOWN:
            self._said.clear()
        self._said[what] = record.created
        return True


def _renderer(terminal: bool) -> Processor:
    if terminal:
        return structlog.dev.ConsoleRenderer(timestamp_key="time")
    return structlog.processors.JSONRenderer(ensure_ascii=True)


def _explain_error(_: Any, __: str, line: EventDict) -> EventDict:
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line.update(scrub.explained(error))
    return line


class _Scrub:
    """The step that lets only harmless values through and then adds what every line says."""

    def __init__(self, service: str, version: str, clock: Clock) -> None:
        self._always = {"service": service, "version": version}
        self._clock = clock

    def __call__(self, _: Any, __: str, line: EventDict) -> EventDict:
        inner = {key: line.pop(key) for key in ("_record", "_from_structlog") if key in line}
        said = scrub.scrubbed(line)
        first = {
            "time": self._clock.now().isoformat(timespec="milliseconds"),
            "level": said.pop("level"),
            "event": said.pop("event"),
        }
        return first | self._always | _trace() | said | inner


def _trace() -> dict[str, str]:
    context = trace.get_current_span().get_span_context()
    return {"trace": f"{context.trace_id:032x}"} if context.is_valid else {}
