"""Every metric a dashboard or an alarm can name is exported under that name, and a broken gauge takes nothing else down."""

import logging
import re
from functools import partial
from pathlib import Path

import pytest

from chassis import metrics
from chassis.metrics import INSTRUMENTS, Metrics


def everything() -> Metrics:
    """Metrics after each method was used once."""
    made = Metrics("contact", "0.1")
    for gauge in INSTRUMENTS:
        if gauge.kind == "gauge" and gauge is not metrics.BUILD:
            reading = {tuple(label.upper() for label in gauge.labels): 2.5}
            made.watch(gauge, partial(dict, reading))
    made.command("AnswerCall", "done")
    made.committed(3, 0.004)
    made.heard("contact", "handled", 5)
    made.timer_fired(2)
    made.effect("dial", "started")
    made.count(metrics.ATTEMPTS, "engaged")
    made.count(metrics.SIP_DROPPED, "no header")
    return made


def value(made: Metrics, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", made.render().decode(), re.MULTILINE)
    assert found, f"{series} is not exported"
    return float(found[1])


def test_every_name_is_exported_with_its_kind_and_meaning() -> None:
    text = everything().render().decode()
    for instrument in INSTRUMENTS:
        assert f"# TYPE {instrument.name} {instrument.kind}\n" in text
        assert f"# HELP {instrument.name} {instrument.meaning}\n" in text
        assert re.search(rf"^{instrument.name}(_count)?(\{{[^}}]*\}})? [0-9.]+$", text, re.MULTILINE), instrument.name


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ('ringback_commands_total{command="AnswerCall",result="done"}', 1),
        ('ringback_inbox_records_total{result="handled",source="contact"}', 5),
        ("ringback_timers_fired_total", 2),
        ('ringback_effects_total{effect="dial",result="started"}', 1),
        ('ringback_commit_batch_size_bucket{le="5"}', 1),
        ("ringback_commit_batch_size_sum", 3),
        ('ringback_commit_seconds_bucket{le="0.005"}', 1),
        ('ringback_attempts_total{outcome="engaged"}', 1),
        ('ringback_sip_dropped_total{reason="no header"}', 1),
        ("ringback_outbox_oldest_age_seconds", 2.5),
        ('ringback_inbox_lag_seconds{source="SOURCE"}', 2.5),
        ('ringback_inbox_stopped{reason="REASON",source="SOURCE"}', 2.5),
    ],
)
def test_what_is_counted_is_shown(series: str, expected: float) -> None:
    assert value(everything(), series) == expected


def test_a_gauge_is_read_when_it_is_asked_for() -> None:
    made, waiting = Metrics("contact", "0.1"), [1.0]
    made.watch(metrics.OUTBOX_WAITING, lambda: waiting[0])
    assert value(made, "ringback_outbox_waiting") == 1
    waiting[0] = 4
    assert value(made, "ringback_outbox_waiting") == 4


def test_several_watchers_of_one_gauge_are_shown_together() -> None:
    made = Metrics("callback", "0.1")
    made.watch(metrics.INBOX_LAG, lambda: {("contact",): 1})
    made.watch(metrics.INBOX_LAG, lambda: {("incident",): 2})
    assert value(made, 'ringback_inbox_lag_seconds{source="contact"}') == 1
    assert value(made, 'ringback_inbox_lag_seconds{source="incident"}') == 2


def test_a_gauge_that_cannot_be_read_is_absent_and_the_others_are_not(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> float:
        raise OSError

    made = Metrics("contact", "0.1")
    made.watch(metrics.REVIEW_OLDEST_OPEN, broken)
    made.watch(metrics.OUTBOX_WAITING, lambda: 3)
    with caplog.at_level(logging.ERROR):
        text = made.render().decode()
    assert "ringback_review_oldest_open_seconds" not in text
    assert "ringback_outbox_waiting 3.0" in text
    assert "ringback_review_oldest_open_seconds" in caplog.text


def test_two_services_in_one_process_count_apart() -> None:
    contact, callback = Metrics("contact", "0.1"), Metrics("callback", "0.1")
    contact.timer_fired(3)
    assert value(callback, "ringback_timers_fired_total") == 0


def test_the_operations_page_explains_every_metric() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    assert [instrument.name for instrument in INSTRUMENTS if f"`{instrument.name}" not in page] == []
