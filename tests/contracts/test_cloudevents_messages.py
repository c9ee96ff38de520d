"""Messages from outside that are not as they should be: each is refused with a reason, and the reason quotes no content."""

import json
from typing import Any

import msgspec
import pytest

from chassis.errors import UnreadableRecord
from chassis.log.cloudevents import CloudEvent, arrived, outgoing, parse
from chassis.log.port import Headers, Record
from chassis.store.codec import Head, decode_head, encode
from contracts import registry

BINARY = {"ce_id": "1", "ce_source": "/s", "ce_type": "t", "ce_specversion": "1.0", "content-type": "application/json"}
STRUCTURED: dict[str, Any] = {"id": "1", "source": "/s", "type": "t", "specversion": "1.0", "data": {"a": 1}}
SECRET = "+447700900123"


def headers(**changes: str | bytes | None) -> Headers:
    named = BINARY | changes
    return tuple((n, v.encode() if isinstance(v, str) else v) for n, v in named.items() if v is not None)


def structured(content: bytes | dict[str, Any], media: str = "application/cloudevents+json") -> CloudEvent:
    value = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse((("content-type", media.encode()),), value)


@pytest.mark.parametrize("name", ["id", "source", "type", "specversion"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_or_empty_required_attribute_is_named(name: str, value: str | None) -> None:
    with pytest.raises(UnreadableRecord, match=f"required attributes are missing: {name}"):
        parse(headers(**{f"ce_{name}": value}), b"{}")
    with pytest.raises(UnreadableRecord, match=f"required attributes are missing: {name}"):
        structured(STRUCTURED | {name: value})


def test_other_versions_of_the_specification_are_refused() -> None:
    with pytest.raises(UnreadableRecord, match=r"specversion is not 1\.0"):
        parse(headers(ce_specversion="0.3"), b"{}")
    with pytest.raises(UnreadableRecord, match=r"specversion is not 1\.0"):
        structured(STRUCTURED | {"specversion": "0.3"})


def test_text_that_is_not_utf8_is_refused_and_named() -> None:
    with pytest.raises(UnreadableRecord, match="header ce_subject is not UTF-8"):
        parse(headers(ce_subject=b"\xff\xfe"), b"{}")
    with pytest.raises(UnreadableRecord, match="structured content is not UTF-8"):
        structured(b'{"id":"\xff"}')


def test_headers_of_other_tools_may_hold_anything() -> None:
    event = parse((*headers(), ("trace-bytes", b"\xff"), ("trace-bytes", b"\xfe")), b"{}")
    assert set(event.attributes) == {"id", "source", "type", "specversion", "datacontenttype"}


def test_an_attribute_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(UnreadableRecord, match="header ce_id stands there twice"):
        parse((*headers(), ("ce_id", b"2")), b"{}")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b'{"id":1', b"{} {}", b'{"id":NaN}', b'{"a":' * 200_000, b"\xef\xbb\xbf{}"]
)
def test_broken_structured_content_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableRecord, match="structured content is not"):
        structured(content)


def test_numbers_and_booleans_become_their_text_and_null_is_absence() -> None:
    event = structured(STRUCTURED | {"sequence": 7, "flag": True, "other": False, "nothing": None, "low": -3})
    assert dict(event.attributes) == {
        "id": "1", "source": "/s", "type": "t", "specversion": "1.0",
        "sequence": "7", "flag": "true", "other": "false", "low": "-3",
    }  # fmt: skip


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}])
def test_attributes_of_other_kinds_are_refused(value: object) -> None:
    with pytest.raises(UnreadableRecord, match="attribute odd is not a string, an integer or a boolean"):
        structured(STRUCTURED | {"odd": value})


def test_a_foreign_attribute_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(UnreadableRecord, match="name") as refused:
        structured(STRUCTURED | {SECRET: "x"})
    assert SECRET not in str(refused.value)


def test_data_in_base64_is_unpacked() -> None:
    content = {name: value for name, value in STRUCTURED.items() if name != "data"}
    event = structured(content | {"data_base64": "eyJhIjogMX0="})
    assert event.data == b'{"a": 1}'
    assert "data_base64" not in event.attributes
    for wrong in ("eyJhIjogMX0", "%%%%"):
        with pytest.raises(UnreadableRecord, match="data_base64 is not base64"):
            structured(content | {"data_base64": wrong})
    with pytest.raises(UnreadableRecord, match="both data and data_base64"):
        structured(STRUCTURED | {"data_base64": "eyJhIjogMX0="})


def test_data_is_absent_json_or_text_as_its_content_type_says() -> None:
    assert structured({name: value for name, value in STRUCTURED.items() if name != "data"}).data == b""
    assert structured(STRUCTURED | {"data": "hi"}).data == b'"hi"'
    assert structured(STRUCTURED | {"data": "hi", "datacontenttype": "application/x+json"}).data == b'"hi"'
    assert structured(STRUCTURED | {"data": "hi\n", "datacontenttype": "text/plain"}).data == b"hi\n"


def test_media_types_are_read_without_regard_to_case_and_other_formats_are_refused() -> None:
    assert structured(STRUCTURED, "Application/CloudEvents+JSON; charset=UTF-8").attributes["id"] == "1"
    for media in ("application/cloudevents+avro", "application/cloudevents-batch+json"):
        with pytest.raises(UnreadableRecord, match="not read here"):
            structured(STRUCTURED, media)


NAME = "ringback.contact.CallEnded.v1"
DATA = b'{"at":"2026-03-14T22:15:30Z","call":"call-1","talked_s":12.5}'


def record(data: bytes = DATA, /, **changes: str | None) -> Record:
    """A record of ours as the relay sends it, then tampered with: `sequence="x"` sets an attribute, None takes it out."""
    when = registry.by_name(NAME).model.model_validate_json(DATA).at
    sent = outgoing("contact", "call-1", 1, 9, NAME, encode(Head("e-1", when, "corr", "cause", "radio", msgspec.Raw(DATA))), 4)
    named = dict(sent.headers)
    for attribute, text in changes.items():
        header = "content-type" if attribute == "datacontenttype" else f"ce_{attribute}"
        del named[header]
        if text is not None:
            named[header] = text.encode()
    return Record(sent.partition, 0, sent.key, tuple(named.items()), data)


def test_a_record_of_ours_comes_back_as_it_was_stored() -> None:
    event = arrived(record())
    assert (event.service, event.stream, event.version, event.position, event.previous) == ("contact", "call-1", 1, 9, 4)
    assert bytes(decode_head(event.state).data) == DATA


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"at":1} x', b'{},"cause":"forged"', b'{"a":NaN}', b'{"a":"\xff"}', b"[" * 200_000, b"\xef\xbb\xbf{}"],
)
def test_data_that_is_not_one_json_value_never_reaches_the_stored_form(data: bytes) -> None:
    with pytest.raises(UnreadableRecord, match="data is not"):
        arrived(record(data))


@pytest.mark.parametrize(
    "name", ["sequence", "previous", "streamversion", "recordedtime", "correlationid", "causationid", "actor", "subject"]
)
def test_a_missing_extension_is_named(name: str) -> None:
    with pytest.raises(UnreadableRecord, match=f"attribute '{name}' is missing"):
        arrived(record(**{name: None}))


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1_0", " 1", "١", "1e3", "9" * 30])
def test_positions_are_plain_counts(text: str) -> None:
    for name in ("sequence", "previous", "streamversion"):
        with pytest.raises(UnreadableRecord, match=f"attribute '{name}' is not a count"):
            arrived(record(**{name: text}))


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "/elsewhere/contact"},
        {"source": "contact"},
        {"source": "/ringback/nobody"},
        {"source": "/ringback/dispatch"},
        {"type": "com.example.CallEnded.v1"},
        {"subject": "call-2"},
        {"recordedtime": "2026-03-14T22:15:30"},
        {"recordedtime": "yesterday"},
        {"datacontenttype": "text/plain"},
    ],
)
def test_a_record_that_is_not_one_of_ours_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(UnreadableRecord, match="not a record of ours"):
        arrived(record(**changes))


def test_no_reason_repeats_what_the_record_held() -> None:
    for tampered in (
        record(b'{"number":"' + SECRET.encode()),
        record(sequence=SECRET),
        record(source=SECRET),
        record(recordedtime=SECRET),
    ):
        with pytest.raises(UnreadableRecord) as refused:
            arrived(tampered)
        assert SECRET not in str(refused.value)
