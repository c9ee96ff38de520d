"""Whatever comes in is a message or is Malformed, in torture messages after the ideas of RFC 4475 and in bytes of chance."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from adapters.sip.exchange import Exchange
from exploring import tried
from hypothesis import given
from hypothesis import strategies as st

from services.callback.telephone.sip.outcomes import q850
from services.callback.telephone.sip.wire.address import BadAddress, address, inner
from services.callback.telephone.sip.wire.message import Message, Request, Response, encoded
from services.callback.telephone.sip.wire.parsing import Framer, Malformed, parsed

PLAIN = (
    b"BYE sip:ringback@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
)
WILD = (
    "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e\r\n"
    "v:  SIP/2.0/UDP  192.0.2.2;\r\n branch=z9hG4bK-wild ,\r\n\tSIP/2.0/TCP spindle.example.com;branch=z9hG4bKdeep\r\n"
    'FROM : "J Rosenberg \\\\\\"" <sip:jdr@example.com;x=y>\r\n  ;  tag = 98asjd8\r\n'
    "t: sip:vivekg@chair.example.com;tag=1918181833n\r\ni:wild.1\r\nCSeq: 0009\r\n  INVITE\r\n"
    'm: "Quoted, <comma>" <sip:a,b@example.com;transport=tcp>, <sip:second@example.com>\r\n'
    "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\nX-Nothing:\r\nl: 4\r\n\r\nbodythat is cut"
).encode()


def without(header: str) -> bytes:
    return b"\r\n".join(line for line in PLAIN.split(b"\r\n") if not line.startswith(header.encode()))


def test_a_message_that_uses_every_liberty_is_understood() -> None:
    message = parsed(WILD)
    assert isinstance(message, Response)
    assert (message.status, message.branch, message.call_id) == (200, "z9hG4bK-wild", "wild.1")
    assert (message.from_tag, message.to_tag, message.sequence) == ("98asjd8", "1918181833n", (9, "INVITE"))
    assert [inner(one).user for one in message.each("Contact")] == ["a,b", "second"]
    assert len(list(message.each("Via"))) == 2
    assert message.body == b"body"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\r\n\r\n",
        b"\x00" * 100,
        PLAIN[:-2],
        PLAIN.replace(b"SIP/2.0\r\n", b"SIP/7.0\r\n", 1),
        PLAIN.replace(b"BYE sip", b"BYE  sip", 1),
        PLAIN.replace(b"sip:ringback@127.0.0.1 ", b"<sip:ringback@127.0.0.1> ", 1),
        PLAIN.replace(b"1 BYE", b"1 INVITE"),
        PLAIN.replace(b"1 BYE", b"36893488147419103232 BYE"),
        PLAIN.replace(b"1 BYE", b"-1 BYE"),
        PLAIN.replace(b"Length: 0", b"Length: 9999"),
        PLAIN.replace(b"Length: 0", b"Length: -999"),
        PLAIN.replace(b"Length: 0", "Length: \u0660".encode()),
        PLAIN.replace(b"Call-ID: x", b"Call-ID: x\r\nCall-ID: y"),
        PLAIN.replace(b"Content-Length: 0", b"l: 0\r\nContent-Length: 3"),
        PLAIN.replace(b"Call-ID: x", b"Call-ID: "),
        PLAIN.replace(b"Call-ID: x", b"Call-ID: x\r\nno colon here"),
        PLAIN.replace(b"Call-ID: x", b"Call-ID: x\x00y"),
        PLAIN.replace(b"Call-ID: x", b"Call-ID: x\nEvil: header"),
        *(without(header) for header in ("Via", "From", "To", "Call-ID", "CSeq")),
        b"SIP/2.0 4294967301 better not break\r\n" + PLAIN.partition(b"\r\n")[2],
        b"SIP/2.0 099 too small\r\n" + PLAIN.partition(b"\r\n")[2],
        b"HTTP/1.1 200 OK\r\n" + PLAIN.partition(b"\r\n")[2],
        PLAIN.replace(b"Call-ID: x", b"Call-ID: " + b"x" * 70_000),
    ],
)
def test_what_contradicts_itself_or_lacks_something_is_malformed(broken: bytes) -> None:
    with pytest.raises(Malformed):
        parsed(broken)


@tried(100)
@given(st.lists(st.integers(1, 400), max_size=30), st.integers(1, 4))
def test_a_stream_in_whatever_pieces_holds_the_same_messages(pieces: list[int], count: int) -> None:
    stream = (b"\r\n\r\n" + PLAIN.replace(b"Length: 0", b"Length: 3") + b"abc") * count
    framer, found = Framer(), list[Message]()
    for size in (*pieces, len(stream)):
        found += framer.feed(stream[:size])
        stream = stream[size:]
    assert [message.body for message in found] == [b"abc"] * count


def test_a_stream_that_never_ends_its_headers_is_given_up() -> None:
    framer = Framer()
    with pytest.raises(Malformed):
        for _ in range(100):
            framer.feed(b"X: y\r\n" * 1000)


garbage = st.binary(max_size=400)
flaws = st.lists(st.tuples(st.integers(0, 500), st.binary(max_size=6)), max_size=6)


def flawed(message: bytes, where: list[tuple[int, bytes]]) -> bytes:
    for at, put in where:
        message = message[:at] + put + message[at + len(put) :]
    return message


@tried(100)
@given(garbage | st.builds(flawed, st.sampled_from([PLAIN, WILD]), flaws))
def test_bytes_of_chance_are_a_message_or_malformed_and_nothing_else(data: bytes) -> None:
    for read in (parsed, Framer().feed):
        _read(read, data)


def _read(read: Callable[[bytes], object], data: bytes) -> None:
    with suppress(Malformed):
        read(data)


@tried(100)
@given(st.data())
def test_no_message_that_can_be_read_stops_the_endpoint(data: st.DataObject) -> None:
    exchange = Exchange()
    exchange.joined()
    ours = [message for wire in (exchange.wire, exchange.handler) for _, message in wire.sent]
    theirs = [encoded(exchange.ask(exchange.wire, method, 5)) for method in data.draw(st.sampled_from(METHODS))]
    for _ in range(4):
        base = data.draw(st.sampled_from([*theirs, PLAIN, WILD, *(encoded(message) for message in ours)]))
        try:
            message = parsed(flawed(base, data.draw(flaws)))
        except Malformed:
            continue
        exchange.endpoint.receive(message, exchange.wire)
        exchange.time.pass_by(data.draw(st.sampled_from([0.0, 0.6, 5.0, 40.0])))


METHODS = [["OPTIONS"], ["INVITE", "ACK"], ["INVITE", "CANCEL"], ["UPDATE", "BYE"]]


@tried(100)
@given(st.text(max_size=60) | st.from_regex(r"sips?:[a-z@:;=.\[\]0-9<>]{0,30}", fullmatch=True))
def test_an_address_is_one_or_is_bad(text: str) -> None:
    for read in (address, inner):
        try:
            found = read(text)
        except BadAddress:
            continue
        assert 0 < found.port < 65536


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ('Q.850;cause=17;text="busy, really"', 17),
        ("SIP;cause=487, Q.850 ; cause=16", 16),
        ("q.850;text=x;cause=102", 102),
        ("Q.850;cause=1234", None),
        ("SIP;cause=17", None),
        ("Q.850;cause=", None),
    ],
)
def test_the_cause_behind_the_trunk_is_read(reason: str, cause: int | None) -> None:
    assert q850(Response(headers=(("Reason", reason),), status=486)) == cause


def test_what_is_written_is_read_again() -> None:
    request = Request(headers=parsed(PLAIN).headers, body="é".encode(), method="BYE", uri="sip:a@b")
    read = parsed(encoded(request))
    assert (read.body, read.get("Content-Length"), read.get("Via")) == (request.body, "2", request.get("Via"))
