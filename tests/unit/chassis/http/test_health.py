"""The probes tell a platform what to do, and an operator why."""

from typing import Any

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("probe", ["live", "ready", "started"])
def test_a_probe_is_200_until_there_is_a_reason(anonymous: TestClient, probes: Any, probe: str) -> None:
    fine = anonymous.get(f"/health/{probe}")
    assert (fine.status_code, fine.json()) == (200, {"status": "ok", "reasons": []})
    probes.troubles[probe] = ["the relay has not moved for 30 s"]
    failing = anonymous.get(f"/health/{probe}")
    assert failing.status_code == 503
    assert failing.json() == {"status": "failing", "reasons": ["the relay has not moved for 30 s"]}


def test_one_trouble_fails_only_its_own_probe(anonymous: TestClient, probes: Any) -> None:
    probes.troubles["ready"] = ["draining"]
    assert [anonymous.get(f"/health/{name}").status_code for name in ("live", "ready", "started")] == [200, 503, 200]


def test_the_numbers_are_prometheus_text(anonymous: TestClient) -> None:
    answer = anonymous.get("/metrics")
    assert answer.text == "ringback_calls_total 3\n"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
