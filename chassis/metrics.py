"""The numbers an SRE steers by, under names that never change: dashboards, alarms and docs/operations.md hold on to them.

Counting a command is a dictionary entry, read when Prometheus asks; only commits, of which there are few, pay for a histogram.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from platform import python_version
from threading import Lock
from typing import Literal, NamedTuple

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Histogram, Observation
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest


class Instrument(NamedTuple):
    """One metric as Prometheus shows it; `meaning` is its HELP line."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    labels: tuple[str, ...]
    meaning: str


OUTBOX_OLDEST_AGE = Instrument(
    "ringback_outbox_oldest_age_seconds", "gauge", (), "Age of the oldest event that is not on the log yet; 0 when there is none."
)
OUTBOX_WAITING = Instrument("ringback_outbox_waiting", "gauge", (), "Events that are not on the log yet.")
INBOX_LAG = Instrument(
    "ringback_inbox_lag_seconds", "gauge", ("source",), "How far hearing is behind, by the records' own times; 0 when caught up."
)
INBOX_RECORDS = Instrument(
    "ringback_inbox_records_total", "counter", ("source", "result"), "Records heard: handled, ignored, repeated or parked."
)
PARKED_KEYS = Instrument("ringback_parked_keys", "gauge", ("source",), "Keys whose records wait to be redriven.")
INBOX_STOPPED = Instrument(
    "ringback_inbox_stopped", "gauge", ("source", "reason"), "1 for each partition that stopped (a hole, too many parked keys)."
)
COMMIT_BATCH = Instrument("ringback_commit_batch_size", "histogram", (), "Use cases made durable by one commit.")
COMMIT_SECONDS = Instrument("ringback_commit_seconds", "histogram", (), "Duration of one commit.")
COMMANDS = Instrument("ringback_commands_total", "counter", ("command", "result"), "Commands, by what became of them.")
TIMERS_OVERDUE = Instrument(
    "ringback_timers_overdue_seconds", "gauge", (), "How late the earliest timer that has not fired is; 0 when none is due."
)
TIMERS_FIRED = Instrument("ringback_timers_fired_total", "counter", (), "Timers that fired.")
REVIEW_OLDEST_OPEN = Instrument(
    "ringback_review_oldest_open_seconds", "gauge", (), "Age of the oldest abandoned call that nobody has assessed; 0 when none."
)
ORPHANS = Instrument(
    "ringback_orphans", "gauge", (), "Abandoned calls that a carrier told of and nobody reviews: each is an alarm."
)
UNREVIEWED = Instrument(
    "ringback_unreviewed_calls", "gauge", (), "Abandoned 999 calls whose review nobody saw in time: each is an alarm."
)
SHEETS_OVERDUE = Instrument(
    "ringback_paper_sheets_overdue", "gauge", (), "Paper sheets that were given out and neither entered nor voided in time."
)
DESK_ALARMS = Instrument(
    "ringback_desk_alarms", "gauge", (), "Items of the worklist whose holder fell silent, or whose hand-over nobody acknowledged."
)
FEEDS_SILENT = Instrument("ringback_feeds_silent", "gauge", (), "Feeds that have said nothing for too long.")
CONTACTS_OVERDUE = Instrument("ringback_contacts_overdue", "gauge", (), "Contacts that nobody took, or acted on, in time.")
PROMISES_BROKEN = Instrument("ringback_promises_broken", "gauge", (), "Promised calls that were due and not made.")
EFFECTS = Instrument(
    "ringback_effects_total", "counter", ("effect", "result"), "Outside effects (dialling), by what became of them."
)
ATTEMPTS = Instrument("ringback_attempts_total", "counter", ("outcome",), "Attempts to ring, by what the network said of them.")
TRUNK_WORKING = Instrument("ringback_trunk_working", "gauge", ("trunk",), "1 for each trunk that answers and takes calls.")
SIP_DROPPED = Instrument("ringback_sip_dropped_total", "counter", ("reason",), "SIP messages thrown away, by reason.")
BUILD = Instrument("ringback_build_info", "gauge", ("service", "version", "python"), "Always 1; says what runs.")

INSTRUMENTS = (
    OUTBOX_OLDEST_AGE,
    OUTBOX_WAITING,
    INBOX_LAG,
    INBOX_RECORDS,
    PARKED_KEYS,
    INBOX_STOPPED,
    COMMIT_BATCH,
    COMMIT_SECONDS,
    COMMANDS,
    TIMERS_OVERDUE,
    TIMERS_FIRED,
    REVIEW_OLDEST_OPEN,
    ORPHANS,
    UNREVIEWED,
    SHEETS_OVERDUE,
    DESK_ALARMS,
    FEEDS_SILENT,
    CONTACTS_OVERDUE,
    PROMISES_BROKEN,
    EFFECTS,
    ATTEMPTS,
    TRUNK_WORKING,
    SIP_DROPPED,
    BUILD,
)
"""Every metric of our own. `/metrics` shows these and the standard `process_*` ones."""

_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

Reading = float | Mapping[tuple[str, ...], float]
"""A gauge now: a number, or numbers by the values of its labels."""


class Metrics:
    """The metrics of one service in this process. Every method may be called from any thread."""

    def __init__(self, service: str, version: str) -> None:
        self._registry = CollectorRegistry()
        self._rendering = Lock()
        self._counting = Lock()
        self._counts: dict[Instrument, Counter[tuple[str, ...]]] = {}
        self._watched: dict[Instrument, list[Callable[[], Reading]]] = {}
        ProcessCollector(registry=self._registry)
        reader = PrometheusMetricReader(True, scope_info_enabled=False, registry=self._registry)
        self._provider = MeterProvider([reader], exemplar_filter=AlwaysOffExemplarFilter(), shutdown_on_exit=False)
        self._define()
        self._counts[TIMERS_FIRED][()] = 0
        self.watch(BUILD, lambda: {(service, version, python_version()): 1})

    def _define(self) -> None:
        meter = self._provider.get_meter("ringback")
        for instrument in INSTRUMENTS:
            match instrument.kind:
                case "gauge":
                    self._watched[instrument] = []
                    meter.create_observable_gauge(instrument.name, [self._gauge(instrument)], description=instrument.meaning)
                case "counter":
                    self._counts[instrument] = Counter()
                    meter.create_observable_counter(instrument.name, [self._counter(instrument)], description=instrument.meaning)

        def histogram(instrument: Instrument, bounds: tuple[float, ...]) -> Histogram:
            return meter.create_histogram(
                instrument.name, description=instrument.meaning, explicit_bucket_boundaries_advisory=bounds
            )

        self._batches = histogram(COMMIT_BATCH, _BATCHES)
        self._seconds = histogram(COMMIT_SECONDS, _SECONDS)

    def watch(self, gauge: Instrument, read: Callable[[], Reading]) -> None:
        """Ask `read` whenever the gauge is scraped. It must be quick and may raise: then the gauge is absent, which alarms."""
        self._watched[gauge].append(read)

    def command(self, command: str, result: str) -> None:
        """A command ended: `done`, `refused`, `failed`."""
        self._count(COMMANDS, 1, command, result)

    def committed(self, batch: int, seconds: float) -> None:
        """One commit made `batch` use cases durable."""
        self._batches.record(batch)
        self._seconds.record(seconds)

    def heard(self, source: str, result: str, count: int = 1) -> None:
        """Records of another service were dealt with: `handled`, `ignored`, `repeated`, `parked`."""
        if count:
            self._count(INBOX_RECORDS, count, source, result)

    def timer_fired(self, count: int = 1) -> None:
        """Timers fired."""
        self._count(TIMERS_FIRED, count)

    def effect(self, effect: str, result: str) -> None:
        """An outside effect was tried: `started`, `done`, `failed`."""
        self._count(EFFECTS, 1, effect, result)

    def count(self, counter: Instrument, *labels: str) -> None:
        """One more of something an adapter sees."""
        self._count(counter, 1, *labels)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format 0.0.4. Blocks while the gauges are read."""
        with self._rendering:
            return generate_latest(self._registry)

    def _count(self, instrument: Instrument, count: int, *labels: str) -> None:
        with self._counting:
            self._counts[instrument][labels] += count

    def _counter(self, instrument: Instrument) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            with self._counting:
                counts = list(self._counts[instrument].items())
            return [_observed(instrument, count, values) for values, count in counts]

        return observe

    def _gauge(self, instrument: Instrument) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterator[Observation]:
            for read in self._watched[instrument]:
                reading = read()
                by_label = reading if isinstance(reading, Mapping) else {(): reading}
                yield from (_observed(instrument, value, values) for values, value in by_label.items())

        return observe


def _observed(instrument: Instrument, value: float, values: tuple[str, ...]) -> Observation:
    return Observation(value, dict(zip(instrument.labels, values, strict=True)))
