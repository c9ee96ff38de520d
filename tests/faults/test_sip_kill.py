"""kill -9 of the callback process in each state of an attempt: no call reaches the network twice, and none is forgotten."""

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from adapters.sip.peer import HOST, STAGES, Peer
from journeys.fleet import Fleet
from stage import wait_until

from chassis.clock import SystemClock
from chassis.http.principal import Role
from cli.local.process import free_port
from services.callback.policy import default
from services.contact.streams import call_id

REVIEW = call_id("bt", "1")
DELAYS = {"attempt_delays_s": "[1, 3]", "ring_s": "2", "unknown_grace_s": "1", "repeat_delay_s": "3", "repeats_at_most": "1"}


@pytest.fixture
def peer() -> Iterator[Peer]:
    called = Peer()
    yield called
    called.close()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Callable[[str], Fleet]]:
    made: list[Fleet] = []

    def make(trunk: str) -> Fleet:
        policy = tmp_path / "policy"
        policy.mkdir()
        rules = Path(default.__file__).with_suffix(".toml").read_text()
        for name, value in DELAYS.items():
            rules = re.sub(rf"^{name} = .*$", f"{name} = {value}", rules, flags=re.MULTILINE)
        (policy / "callback.toml").write_text(rules)
        settings = {
            "RINGBACK_POLICY": str(policy),
            "RINGBACK_TELEPHONE": "sip",
            "RINGBACK_SIP_TRUNKS": trunk,
            "RINGBACK_SIP_LISTEN": f"{HOST}:{free_port()}",
        }
        made.append(Fleet(tmp_path, settings=settings))
        return made[0]

    yield make
    for one in made:
        one.close()


def ask(fleet: Fleet, service: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    token = fleet.token("tester", Role.SERVICE, Role.CALL_HANDLER)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(fleet.address(service) + path, data, headers), timeout=30) as reply:
        return json.load(reply)


def abandoned(fleet: Fleet) -> None:
    """A caller rings, and hangs up."""
    fleet.start("contact", "callback")
    fleet.await_ready("contact", "callback")
    for fact, more in (("presented", {"number": "+447700900123"}), ("hung_up", {})):
        now = SystemClock().now().isoformat()
        ask(fleet, "contact", "/telephony/facts", {"fact": fact, "switch": "bt", "call": "1", "at": now, **more})


def attempts(fleet: Fleet) -> list[dict[str, Any]]:
    """The attempts as the store has them; none before the review is open."""
    try:
        found: list[dict[str, Any]] = ask(fleet, "callback", f"/reviews/{REVIEW}")["attempts"]
    except urllib.error.HTTPError:
        return []
    return found


def killed_and_started_again(fleet: Fleet) -> None:
    fleet.kill("callback")
    fleet.start("callback")
    fleet.await_ready("callback")


def over(fleet: Fleet) -> list[dict[str, Any]]:
    """The attempts that were started, once the review plans no more and all of them have ended."""
    wait_until(lambda: bool(found := attempts(fleet)) and all(one["state"] in ("ended", "cancelled") for one in found))
    return [one for one in attempts(fleet) if one["started_at"]]


def reached(stage: str, fleet: Fleet, peer: Peer) -> bool:
    if stage == "planned":
        return any(one["state"] == "planned" for one in attempts(fleet))
    if stage == "answered":
        return any(one["state"] == "answered" for one in attempts(fleet)) and bool(peer.requests("ACK"))
    if stage == "ended":
        return any(one["outcome"] == "engaged" for one in attempts(fleet))
    return bool(peer.dials())


@pytest.mark.parametrize("stage", ["planned", *STAGES])
def test_dials_at_the_other_side_are_the_attempts_in_the_store(stage: str, peer: Peer, fleet: Callable[[str], Fleet]) -> None:
    own = fleet(f"{HOST}:{peer.port}")
    peer.stage = "ended" if stage == "planned" else stage
    abandoned(own)
    wait_until(lambda: reached(stage, own, peer))
    killed_and_started_again(own)
    peer.stage = "ended"
    if stage == "answered":
        settle(own)
    started = over(own)
    assert peer.dials() == {one["attempt_id"]: 1 for one in started}
    outcomes = [one["outcome"] for one in started]
    first = {"planned": "engaged", "ended": "engaged", "answered": "not_the_caller"}.get(stage, "unknown")
    assert outcomes == [first, "engaged"]


def settle(own: Fleet) -> None:
    """The call handler had the caller on the line when the process died, and says what came of it."""
    ask(own, "callback", f"/reviews/{REVIEW}/attempts/1/outcome", {"outcome": "not_the_caller"})


def test_a_caller_who_answers_after_the_crash_is_let_go_and_rung_again(peer: Peer, fleet: Callable[[str], Fleet]) -> None:
    own = fleet(f"{HOST}:{peer.port}")
    peer.stage = "ringing"
    abandoned(own)
    wait_until(lambda: bool(peer.dials()))
    killed_and_started_again(own)
    peer.stage = "ended"
    [invite] = peer.requests("INVITE")
    peer.say(invite, 200)
    wait_until(lambda: any(bye.call_id == invite.call_id for bye in peer.requests("BYE")))
    assert [one["outcome"] for one in over(own)] == ["unknown", "engaged"]


def test_an_attempt_that_died_before_it_reached_the_network_is_unknown_and_not_made_up_for(
    fleet: Callable[[str], Fleet],
) -> None:
    with socket.socket() as door:
        door.bind((HOST, 0))
        door.listen()  # takes the connection, and never finishes the handshake: nothing of ours has been said
        own = fleet(f"sips:{HOST}:{door.getsockname()[1]}")
        abandoned(own)
        wait_until(lambda: any(one["state"] == "ringing" for one in attempts(own)))
        killed_and_started_again(own)
        wait_until(lambda: any(one["outcome"] == "unknown" for one in attempts(own)))
        assert [one["outcome"] for one in attempts(own)][:1] == ["unknown"]
