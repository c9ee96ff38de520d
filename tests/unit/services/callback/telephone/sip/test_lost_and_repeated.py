"""What is lost or repeated on the way: a request is repeated as long as it may be lost, an answer acknowledged each time."""

from itertools import pairwise

import pytest
from adapters.sip.exchange import EMPTY, OFFER, TAKEN, Exchange

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Outcome
from services.callback.telephone.sip.joining import Ending
from services.callback.telephone.sip.outcomes import Verdict
from services.callback.telephone.sip.wire.address import Carrier

SILENCE = Verdict(Outcome.NETWORK_FAILURE, "no answer")
RELIABLE = [Carrier.TCP, Carrier.TLS]


def test_an_invite_that_nobody_answers_is_repeated_for_32_seconds_and_then_the_network_has_failed() -> None:
    exchange = Exchange()
    exchange.ring()
    exchange.time.pass_by(31.9)
    assert exchange.wire.times("INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert exchange.told.said == []
    exchange.time.pass_by(0.2)
    assert exchange.told.said == [SILENCE]
    assert exchange.made[0].working is False


@pytest.mark.parametrize("carrier", RELIABLE)
def test_over_a_connection_nothing_is_repeated(carrier: Carrier) -> None:
    exchange = Exchange(carrier)
    exchange.ring()
    exchange.time.pass_by(40)
    assert len(exchange.wire.requests("INVITE")) == 1
    assert exchange.told.said == [SILENCE]


def test_once_somebody_is_at_it_nothing_is_repeated_and_no_limit_but_ours_runs() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    exchange.reply(invite, 100, exchange.wire, tag="")
    exchange.time.pass_by(29)
    assert len(exchange.wire.requests("INVITE")) == 1
    assert exchange.told.said == []


def test_a_refusal_is_acknowledged_each_time_it_is_repeated_for_32_seconds() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    for _ in range(3):
        exchange.reply(invite, 486, exchange.wire)
    acks = exchange.wire.requests("ACK")
    assert len(acks) == 3
    assert {(ack.branch, ack.to_tag, ack.sequence, ack.uri) for ack in acks} == {
        (invite.branch, "theirs", (1, "ACK"), invite.uri)
    }
    assert exchange.told.said == [Verdict(Outcome.ENGAGED, "486")]
    exchange.time.pass_by(33)
    exchange.reply(invite, 486, exchange.wire)
    assert len(exchange.wire.requests("ACK")) == 3
    assert exchange.dropped == ["no such request"]


def test_an_answer_is_acknowledged_each_time_it_is_repeated_with_the_same_words() -> None:
    exchange = Exchange()
    exchange.answered()
    invite = exchange.wire.requests("INVITE")[0]
    for _ in range(3):
        exchange.reply(invite, 200, exchange.wire, body=EMPTY)
    acks = exchange.wire.requests("ACK")
    assert len(acks) == 4
    assert len(set(acks)) == 1
    assert acks[0].branch != invite.branch
    assert exchange.told.said == ["200"], "one answer, told once"


def test_an_answer_of_before_the_join_is_acknowledged_with_its_own_words_also_after_it() -> None:
    exchange = Exchange()
    exchange.joined()
    first, second = exchange.wire.requests("INVITE")
    exchange.reply(first, 200, exchange.wire, body=EMPTY)
    assert exchange.wire.requests("ACK")[-1].sequence == (first.sequence[0], "ACK")
    exchange.reply(second, 200, exchange.wire, body=TAKEN)
    assert exchange.wire.requests("ACK")[-1].sequence == (second.sequence[0], "ACK")


def test_the_handlers_answer_repeated_before_the_join_waits_for_the_callers() -> None:
    exchange = Exchange()
    invite = exchange.answered()
    for _ in range(3):
        exchange.reply(invite, 200, exchange.handler, "theirs-too", OFFER)
    assert exchange.handler.requests("ACK") == []
    assert len(exchange.wire.requests("INVITE")) == 2
    exchange.reply(exchange.wire.requests("INVITE")[-1], 200, exchange.wire, body=TAKEN)
    [ack] = exchange.handler.requests("ACK")
    assert ack.body == TAKEN


def test_a_bye_is_repeated_four_seconds_apart_at_most_and_given_up_after_32() -> None:
    exchange = Exchange()
    exchange.joined()
    exchange.ask(exchange.wire, "BYE", 1)
    exchange.time.pass_by(60)
    times = exchange.handler.times("BYE")
    assert [after - before for before, after in pairwise(times)] == [0.5, 1, 2, *[4] * 7]


def test_a_request_of_theirs_that_is_repeated_gets_the_same_answer_and_is_obeyed_once() -> None:
    exchange = Exchange()
    exchange.joined()
    for _ in range(3):
        exchange.ask(exchange.wire, "BYE", 1)
    assert [response.status for response in exchange.wire.responses()] == [200, 200, 200]
    assert len(exchange.handler.requests("BYE")) == 1
    assert [type(said) for said in exchange.told.said] == [str, Ending]


def test_an_answer_of_a_foreign_branch_is_not_taken_for_the_callers() -> None:
    exchange = Exchange()
    invite = exchange.ring()
    exchange.reply(invite, 180, exchange.wire)
    foreign = invite.with_headers(("Via", invite.require("Via").replace(invite.branch, "z9hG4bKforeign")))
    exchange.reply(foreign, 200, exchange.wire, "stranger", EMPTY)
    assert exchange.told.said == []
    assert exchange.handler.requests("INVITE") == []


def test_a_second_telephone_that_answers_the_same_call_is_let_go() -> None:
    exchange = Exchange()
    exchange.answered()
    invite = exchange.wire.requests("INVITE")[0]
    exchange.reply(invite, 200, exchange.wire, "another", EMPTY)
    [bye] = exchange.wire.requests("BYE")
    assert bye.to_tag == exchange.wire.requests("ACK")[-1].to_tag == "another"
    assert exchange.told.said == ["200"]


def test_a_caller_who_answers_and_is_silent_ever_after_is_given_up() -> None:
    exchange = Exchange()
    exchange.reply(exchange.answered(), 200, exchange.handler, "theirs-too", OFFER)
    exchange.time.pass_by(33)
    assert exchange.told.said == ["200", Ending(HungUp.LINE_LOST)]
    assert exchange.handler.requests("ACK"), "the handler's answer is acknowledged before the BYE"
    assert exchange.handler.requests("BYE")
    exchange.time.pass_by(40)
    assert len(exchange.wire.times("BYE")) == 11


def test_a_side_that_vanishes_during_the_call_is_noticed() -> None:
    exchange = Exchange()
    exchange.joined()
    exchange.time.pass_by(60)
    [asked] = exchange.wire.requests("OPTIONS")
    exchange.reply(asked, 200, exchange.wire)
    exchange.time.pass_by(33)
    assert isinstance(ending := exchange.told.said[-1], Ending)
    assert (ending.by, ending.joined) == (HungUp.LINE_LOST, "sip:handler@127.0.0.2")
    assert exchange.wire.requests("BYE")


def test_an_answer_without_a_tag_as_of_before_rfc_3261_is_one_answer() -> None:
    exchange = Exchange()
    exchange.reply(exchange.ring(), 200, exchange.wire, "", EMPTY)
    exchange.reply(exchange.wire.requests("INVITE")[0], 200, exchange.wire, "", EMPTY)
    exchange.reply(exchange.handler.requests("INVITE")[0], 200, exchange.handler, "theirs-too", OFFER)
    exchange.reply(exchange.wire.requests("INVITE")[-1], 200, exchange.wire, "", TAKEN)
    assert exchange.told.said == ["200"]
    assert exchange.handler.requests("ACK")[0].body == TAKEN
    assert len(exchange.handler.requests("INVITE")) == 1


def test_an_answer_to_a_call_of_before_the_start_is_acknowledged_and_ended() -> None:
    exchange, other = Exchange(), Exchange()
    invite = other.ring()
    for _ in range(2):
        exchange.reply(invite, 200, exchange.wire, body=EMPTY)
    assert len(exchange.wire.requests("ACK")) == 2
    [bye] = exchange.wire.requests("BYE")
    assert (bye.call_id, bye.to_tag, bye.uri) == ("attempt-1", "theirs", "sip:other@127.0.0.1:9")
    assert exchange.told.said == []
