"""From the first ring to the last word: taken back, crossed, refused, joined, changed, hung up, and over another trunk."""

import pytest
from adapters.sip.exchange import EMPTY, NUMBER, OFFER, START, TAKEN, Exchange

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Outcome
from services.callback.telephone.sip.joining import Ending
from services.callback.telephone.sip.outcomes import Verdict
from services.callback.telephone.sip.rules import Redirects
from services.callback.telephone.sip.wire.message import Response, answer

HANDLER = "sip:handler@127.0.0.2"
OTHER = b"v=0\r\nm=audio 1234 RTP/AVP 8\r\na=sendonly\r\n"


def test_the_caller_is_rung_with_an_offer_of_nothing_and_with_priority() -> None:
    invite = Exchange().ring()
    assert invite.uri == f"sip:{NUMBER}@127.0.0.1:6000;transport=udp"
    assert (invite.call_id, invite.get("Priority")) == ("attempt-1", "psap-callback")
    assert b"m=" not in invite.body
    assert b"v=0" in invite.body


def test_caller_and_handler_are_joined_by_their_own_words() -> None:
    exchange = Exchange()
    exchange.joined()
    asked, offered = exchange.handler.requests("INVITE")[0], exchange.wire.requests("INVITE")[-1]
    assert asked.body == b""
    assert offered.body == OFFER
    assert exchange.handler.requests("ACK")[0].body == TAKEN
    assert "Priority" not in dict(asked.headers)
    assert NUMBER not in str(asked), "the handler's telephone need not know the number"
    exchange.ask(exchange.wire, "BYE", 1)
    assert exchange.told.said == ["200", Ending(HungUp.CALLER, HANDLER, START)]
    assert len(exchange.handler.requests("BYE")) == 1


def test_taking_back_waits_until_somebody_is_at_it() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    exchange.time.pass_by(30.5)
    assert exchange.wire.requests("CANCEL") == []
    exchange.reply(invite, 100, exchange.wire, tag="")
    [cancel] = exchange.wire.requests("CANCEL")
    assert (cancel.branch, cancel.sequence, cancel.uri) == (invite.branch, (1, "CANCEL"), invite.uri)
    assert cancel.to_tag == ""
    exchange.reply(cancel, 200, exchange.wire)
    assert exchange.told.said == [], "the final answer to the INVITE says what came of it"
    exchange.reply(invite, 487, exchange.wire)
    assert exchange.told.said == [Verdict(Outcome.RANG_OUT, "487")]


def test_a_taking_back_that_is_challenged_is_not_said_again() -> None:
    exchange = Exchange(password="a secret")
    invite = exchange.ring()
    exchange.reply(invite, 180, exchange.wire)
    exchange.call.stop()
    [cancel] = exchange.wire.requests("CANCEL")
    exchange.reply(cancel, 401, exchange.wire, "", b"", ("WWW-Authenticate", 'Digest realm="t", nonce="n", qop="auth"'))
    exchange.reply(invite, 487, exchange.wire)
    assert len(exchange.wire.requests("CANCEL")) == 1
    assert exchange.told.said == [Verdict(Outcome.RANG_OUT, "487")]


def test_an_answer_that_crosses_the_taking_back_is_answered_and_let_go() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    exchange.reply(invite, 180, exchange.wire)
    exchange.call.stop()
    exchange.reply(invite, 200, exchange.wire, body=EMPTY)
    assert exchange.told.said == ["200", Ending(HungUp.TAKEN_BACK)]
    assert [len(exchange.wire.requests(method)) for method in ("CANCEL", "ACK", "BYE")] == [1, 1, 1]
    assert exchange.handler.requests("INVITE") == []


def test_a_call_taken_back_that_nobody_ends_rang_out() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    exchange.reply(invite, 180, exchange.wire)
    exchange.time.pass_by(30)
    [cancel] = exchange.wire.requests("CANCEL")
    exchange.reply(cancel, 200, exchange.wire)
    exchange.time.pass_by(33)
    assert exchange.told.said == [Verdict(Outcome.RANG_OUT, "no answer")]


def test_a_487_that_we_did_not_ask_for_is_somebody_elses_doing() -> None:
    exchange = Exchange()
    exchange.reply(exchange.ring(), 487, exchange.wire)
    assert exchange.told.said == [Verdict(Outcome.CANCELLED_ELSEWHERE, "487")]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_trunk_that_cannot_gives_way_to_the_next_under_the_same_identity(status: int) -> None:
    exchange = Exchange(trunks=2)
    exchange.reply(exchange.ring(), status, exchange.wires[0])
    [first], [second] = (wire.requests("INVITE") for wire in exchange.wires)
    assert first.call_id == second.call_id == "attempt-1"
    assert second.sequence > first.sequence
    exchange.reply(second, 486, exchange.wires[1])
    assert exchange.told.said == [Verdict(Outcome.ENGAGED, "486")]


@pytest.mark.parametrize(
    ("redirects", "contact", "followed"),
    [
        (Redirects.SAME_NUMBER, f"<sip:{NUMBER}@198.51.100.7>", True),
        (Redirects.SAME_NUMBER, "<sip:+447700900999@198.51.100.7>", False),
        (Redirects.SAME_NUMBER, "<tel:+447700900123>", False),
        (Redirects.SAME_NUMBER, "", False),
        (Redirects.NEVER, f"<sip:{NUMBER}@198.51.100.7>", False),
    ],
)
def test_a_redirection_is_followed_to_the_same_number_alone_and_where_policy_lets_us(
    redirects: Redirects, contact: str, followed: bool
) -> None:
    exchange = Exchange(redirects=redirects)
    said = answer(exchange.ring(), 302, "theirs", (("Contact", contact),))
    exchange.endpoint.receive(said, exchange.wire)
    invites = exchange.wire.requests("INVITE")
    assert [invite.uri for invite in invites[1:]] == ([f"sip:{NUMBER}@198.51.100.7"] if followed else [])
    assert {invite.call_id for invite in invites} == {"attempt-1"}
    assert exchange.told.said == ([] if followed else [Verdict(Outcome.NUMBER_CHANGED, "302")])


def test_a_redirection_in_a_circle_ends() -> None:
    exchange = Exchange()
    exchange.ring()
    for _ in range(9):
        last = exchange.wire.requests("INVITE")[-1]
        exchange.endpoint.receive(answer(last, 302, "theirs", (("Contact", f"<sip:{NUMBER}@198.51.100.7>"),)), exchange.wire)
    assert exchange.told.said == [Verdict(Outcome.NUMBER_CHANGED, "302")]
    assert len(exchange.wire.requests("INVITE")) == 6


def test_a_trunk_that_cannot_be_reached_gives_way_to_the_next() -> None:
    exchange = Exchange(trunks=2)
    exchange.wires[0].down = True
    exchange.call.start(30)
    exchange.time.pass_by(0)
    assert len(exchange.wires[1].requests("INVITE")) == 1
    assert exchange.made[0].working is False


@pytest.mark.parametrize("status", [486, 404, 603, 480, 487])
def test_what_concerns_the_caller_is_not_tried_over_another_trunk(status: int) -> None:
    exchange = Exchange(trunks=2)
    exchange.reply(exchange.ring(), status, exchange.wires[0])
    assert exchange.wires[1].sent == []


def test_silence_is_not_tried_over_another_trunk_because_the_telephone_may_be_ringing() -> None:
    exchange = Exchange(trunks=2)
    exchange.call.start(60)
    exchange.time.pass_by(70)
    assert exchange.wires[1].sent == []
    assert exchange.told.said == [Verdict(Outcome.NETWORK_FAILURE, "no answer")]


def test_the_first_trunk_that_answers_is_preferred_and_one_that_falls_silent_is_not() -> None:
    exchange = Exchange(trunks=2)
    exchange.trunks.watch()
    for wire in exchange.wires:
        exchange.reply(wire.requests("OPTIONS")[0], 405, wire)
    assert exchange.trunks.states() == {("127.0.0.1:6000/udp",): 1, ("127.0.0.1:6001/udp",): 1}
    exchange.time.pass_by(20)
    exchange.reply(exchange.wires[1].requests("OPTIONS")[-1], 200, exchange.wires[1])
    exchange.time.pass_by(4)
    assert [trunk.working for trunk in exchange.made] == [False, True]
    exchange.call.start(30)
    assert exchange.wires[0].requests("INVITE") == []
    assert len(exchange.wires[1].requests("INVITE")) == 1


def test_the_next_handler_is_asked_when_one_does_not_answer() -> None:
    exchange = Exchange(handlers=3)
    exchange.reply(exchange.answered(), 486, exchange.handler)
    second = exchange.handlers[1].requests("INVITE")[0]
    exchange.reply(second, 180, exchange.handlers[1], "theirs-too")
    exchange.time.pass_by(20)
    exchange.reply(second, 487, exchange.handlers[1], "theirs-too")
    third = exchange.handlers[2].requests("INVITE")[0]
    exchange.reply(third, 200, exchange.handlers[2], "theirs-too", OFFER)
    exchange.reply(exchange.wire.requests("INVITE")[-1], 200, exchange.wire, body=TAKEN)
    exchange.ask(exchange.wire, "BYE", 1)
    assert isinstance(ending := exchange.told.said[-1], Ending)
    assert ending.joined == "sip:handler@127.0.0.4"


def test_a_caller_who_hangs_up_before_a_handler_is_there_takes_the_handlers_ring_back() -> None:
    exchange = Exchange()
    invite = exchange.answered()
    exchange.reply(invite, 180, exchange.handler, "theirs-too")
    exchange.ask(exchange.wire, "BYE", 1)
    assert exchange.told.said == ["200", Ending(HungUp.CALLER)]
    assert len(exchange.handler.requests("CANCEL")) == 1
    exchange.reply(invite, 200, exchange.handler, "theirs-too", OFFER)
    [ack], [bye] = exchange.handler.requests("ACK"), exchange.handler.requests("BYE")
    assert b"m=audio 0 " in ack.body, "an offer is never left without an answer"
    assert bye.to_tag == "theirs-too"


def test_no_media_in_common_ends_the_call() -> None:
    exchange = Exchange()
    exchange.reply(exchange.answered(), 200, exchange.handler, "theirs-too", OFFER)
    exchange.reply(exchange.wire.requests("INVITE")[-1], 488, exchange.wire)
    assert exchange.told.said == ["200", Ending(HungUp.NO_MEDIA)]
    assert len(exchange.wire.requests("BYE")) == len(exchange.handler.requests("BYE")) == 1


def test_both_sides_offering_at_once_is_tried_again() -> None:
    exchange = Exchange()
    exchange.reply(exchange.answered(), 200, exchange.handler, "theirs-too", OFFER)
    exchange.reply(exchange.wire.requests("INVITE")[-1], 491, exchange.wire)
    exchange.time.pass_by(3)
    again = exchange.wire.requests("INVITE")[-1]
    assert (again.sequence, again.body) == ((3, "INVITE"), OFFER)
    exchange.reply(again, 200, exchange.wire, body=TAKEN)
    assert exchange.handler.requests("ACK")[0].body == TAKEN


@pytest.mark.parametrize("side", ["caller", "handler"])
def test_a_change_that_one_side_wants_is_the_other_sides_to_grant(side: str) -> None:
    exchange = Exchange()
    exchange.joined()
    asking, other = (exchange.wire, exchange.handler) if side == "caller" else (exchange.handler, exchange.wire)
    exchange.ask(asking, "INVITE", 1, OTHER)
    passed = other.requests("INVITE")[-1]
    assert passed.body == OTHER
    tag = "theirs-too" if side == "caller" else "theirs"
    exchange.reply(passed, 200, other, tag, TAKEN)
    granted = asking.responses()[-1]
    assert (granted.status, granted.body) == (200, TAKEN)
    exchange.time.pass_by(1)
    assert len(asking.responses()) == 2, "repeated until it is acknowledged"
    exchange.ask(asking, "ACK", 1, branch="z9hG4bKack")
    exchange.time.pass_by(20)
    assert len(asking.responses()) == 2
    exchange.ask(asking, "INVITE", 2, OTHER)
    exchange.reply(other.requests("INVITE")[-1], 488, other, tag)
    assert asking.responses()[-1].status == 488


def test_a_change_without_an_offer_asks_the_other_side_for_one() -> None:
    exchange = Exchange()
    exchange.joined()
    exchange.ask(exchange.wire, "INVITE", 1)
    passed = exchange.handler.requests("INVITE")[-1]
    assert passed.body == b""
    exchange.reply(passed, 200, exchange.handler, "theirs-too", OTHER)
    assert exchange.wire.responses()[-1].body == OTHER
    acknowledged = len(exchange.handler.requests("ACK"))
    exchange.ask(exchange.wire, "ACK", 1, TAKEN, branch="z9hG4bKack")
    assert [ack.body for ack in exchange.handler.requests("ACK")][acknowledged:] == [TAKEN]


def test_a_change_before_the_join_is_put_off() -> None:
    exchange = Exchange()
    exchange.answered()
    exchange.ask(exchange.wire, "INVITE", 1, OTHER)
    assert exchange.wire.responses()[-1].status == 491


def test_a_second_change_before_the_first_is_acknowledged_is_put_off() -> None:
    exchange = Exchange()
    exchange.joined()
    exchange.ask(exchange.wire, "INVITE", 1, OTHER)
    exchange.reply(exchange.handler.requests("INVITE")[-1], 200, exchange.handler, "theirs-too", TAKEN)
    exchange.ask(exchange.wire, "INVITE", 2, OTHER)
    assert exchange.wire.responses()[-1].status == 491
    assert len(exchange.handler.requests("INVITE")) == 2


def test_a_request_that_is_older_than_the_last_is_refused() -> None:
    exchange = Exchange()
    exchange.joined()
    exchange.ask(exchange.wire, "OPTIONS", 7)
    exchange.ask(exchange.wire, "BYE", 6)
    assert [response.status for response in exchange.wire.responses()] == [200, 500]
    assert exchange.told.said == ["200"]


def test_a_proof_is_given_once_and_again_only_when_the_nonce_ran_out() -> None:
    exchange = Exchange(password="a secret")
    ask = ("WWW-Authenticate", 'Digest realm="trunk", nonce="{}", qop="auth", algorithm=SHA-256{}')
    exchange.reply(exchange.ring(), 401, exchange.wire, "theirs", b"", (ask[0], ask[1].format("n1", "")))
    exchange.reply(
        exchange.wire.requests("INVITE")[-1], 401, exchange.wire, "theirs", b"", (ask[0], ask[1].format("n2", ", stale=true"))
    )
    third = exchange.wire.requests("INVITE")[-1]
    assert third.sequence == (3, "INVITE")
    assert 'nonce="n2"' in (third.get("Authorization") or "")
    exchange.reply(third, 401, exchange.wire, "theirs", b"", (ask[0], ask[1].format("n3", "")))
    assert len(exchange.wire.requests("INVITE")) == 3, "a password that is wrong is wrong"
    assert exchange.told.said == [Verdict(Outcome.NETWORK_FAILURE, "401")]
    assert {invite.call_id for invite in exchange.wire.requests("INVITE")} == {"attempt-1"}


def test_without_an_account_a_challenge_is_a_failure_of_the_network() -> None:
    exchange = Exchange()
    exchange.reply(exchange.ring(), 407, exchange.wire, "theirs", b"", ("Proxy-Authenticate", 'Digest realm="t", nonce="n"'))
    assert exchange.told.said == [Verdict(Outcome.NETWORK_FAILURE, "407")]


@pytest.mark.parametrize(
    ("method", "status"), [("OPTIONS", 200), ("BYE", 481), ("INVITE", 481), ("CANCEL", 481), ("MESSAGE", 481)]
)
def test_strangers_are_answered(method: str, status: int) -> None:
    exchange, other = Exchange(), Exchange()
    other.joined()
    asked = other.ask(other.wire, method, 9)
    if method == "OPTIONS":
        asked = asked.with_headers(("To", "<sip:ringback@127.0.0.1>"))
    exchange.endpoint.receive(asked, exchange.wire)
    assert [response.status for response in exchange.wire.responses()] == [status]
    assert isinstance(exchange.wire.sent[0][1], Response)


def test_nobody_can_call_in() -> None:
    exchange, other = Exchange(), Exchange()
    exchange.endpoint.receive(other.ring(), exchange.wire)
    assert exchange.wire.responses()[0].status == 403
