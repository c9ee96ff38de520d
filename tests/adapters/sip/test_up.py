"""`ringback up --sip`: an abandoned call is rung over the trunk that was named."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from adapters.sip.peer import HOST, Peer
from journeys.fleet import ROOT
from journeys.operator import COMMAND, environment, ringback
from stage import wait_until

from chassis.clock import SystemClock


@pytest.fixture
def peer() -> Iterator[Peer]:
    called = Peer()
    yield called
    called.close()


def test_up_with_a_trunk_rings_over_it(peer: Peer, tmp_path: Path) -> None:
    peer.stage = "ringing"
    command = [*COMMAND, "up", "--data", str(tmp_path / "data"), "--port", "0", "--json", "--sip", f"{HOST}:{peer.port}"]
    up = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert up.stdout is not None
        addresses = json.loads(up.stdout.readline())
        token = ringback("token", "--data", str(tmp_path / "data")).out.strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        for fact, more in (("presented", {"number": "+447700900123"}), ("hung_up", {})):
            told = {"fact": fact, "switch": "bt", "call": "1", "at": SystemClock().now().isoformat(), **more}
            urlopen(Request(f"{addresses['contact']}/telephony/facts", json.dumps(told).encode(), headers), timeout=30).close()
        wait_until(lambda: bool(peer.dials()))
    finally:
        up.terminate()
        up.wait()
        up.stdout.close()
    [invite] = {one.call_id: one for one in peer.requests("INVITE")}.values()
    assert invite.uri.startswith("sip:+447700900123@")
    assert invite.get("Priority") == "psap-callback"
    assert peer.requests("CANCEL"), "a stop takes back what rings"
