"""Events to bytes and back: what is let in from outside can be read back from the store for ever."""

import json

import msgspec
import pytest

from chassis.errors import UnreadableRecord
from chassis.store.codec import Head, encode, encode_event, reader, validated
from contracts import registry, upcasts
from contracts.envelope import Event, Text

ENDED = "ringback.contact.CallEnded.v1"
JOB = "ringback.dispatch.JobRequested.v1"
STATUS = "ringback.dispatch.UnitStatusReported.v1"
GOOD = {
    ENDED: {"at": "2026-01-01T00:00:00Z", "call": "c", "talked_s": 1.0},
    JOB: {"at": "2026-01-01T00:00:00Z", "job": "j", "incident": "i", "units": 1, "grade": "g"},
    STATUS: {"at": "2026-01-01T00:00:00Z", "unit": "u", "status": 1, "source": "radio"},
}


def body(name: str, field: str = "", value: str = "") -> bytes:
    plain = json.dumps({key: item for key, item in GOOD[name].items() if key != field})
    return (plain[:-1] + (f', "{field}": {value}' if field else "") + "}").encode()


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        (ENDED, "at", "1700000000"),
        (ENDED, "at", '"1700000000"'),
        (ENDED, "at", '"2026-01-01"'),
        (ENDED, "at", '"2026-01-01T00:00:00"'),
        (ENDED, "at", '"2026-01-01T00:00Z"'),
        (ENDED, "at", '"2026-01-01_00:00:00Z"'),
        (ENDED, "at", '"0001-01-01T00:00:00+14:00"'),
        (ENDED, "talked_s", '"1"'),
        (ENDED, "talked_s", "true"),
        (ENDED, "talked_s", "-1"),
        (ENDED, "talked_s", "NaN"),
        (ENDED, "talked_s", "1e999"),
        (ENDED, "unknown", "NaN"),
        (ENDED, "call", "null"),
        (JOB, "units", '"1"'),
        (JOB, "units", "1.0"),
        (JOB, "units", "true"),
        (JOB, "silent_approach", '"yes"'),
        (JOB, "skills", '"ab"'),
        (JOB, "location", '{"source": "cell", "point": {"latitude": "51", "longitude": 1}}'),
        (STATUS, "status", "true"),
        (STATUS, "status", "12"),
    ],
)
def test_what_could_not_be_read_back_is_not_let_in(name: str, field: str, value: str) -> None:
    with pytest.raises(UnreadableRecord, match="does not keep its contract"):
        validated(name, body(name, field, value))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":' * 100_000])
def test_what_is_not_a_json_object_is_not_let_in(data: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        validated(ENDED, data)


@pytest.mark.parametrize("name", GOOD)
def test_fields_of_a_newer_writer_are_ignored(name: str) -> None:
    assert validated(name, body(name, "added_later", '{"x": [1]}')) == validated(name, body(name))


def test_a_refusal_names_the_field_and_never_its_content() -> None:
    with pytest.raises(UnreadableRecord) as refused:
        validated(ENDED, body(ENDED, "talked_s", '"+447700900123"'))
    assert "talked_s" in str(refused.value)
    assert "447700900123" not in str(refused.value)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnreadableRecord, match=r"CallEnded\.v99"):
        validated("ringback.contact.CallEnded.v99", b"{}")


class Old(Event):
    """The first version of a noun."""

    call: Text


class New(Event):
    """The second: it has a field that the first had not."""

    call: Text
    desk: Text


@pytest.fixture
def old_and_new(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A noun with two versions and the upcast between them; gone after the test."""
    list(registry.all_types())  # what is imported while the tables are replaced would be lost to the tests after this one
    for table in ("_by_name", "_by_model"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    monkeypatch.setattr(upcasts, "_steps", dict(upcasts._steps))
    registry.event("contact", 1, noun="Moved")(Old)
    registry.event("contact", 2, noun="Moved")(New)
    old, new = "ringback.contact.Moved.v1", "ringback.contact.Moved.v2"
    upcasts.register(upcasts.Upcast(old, new, lambda data: data | {"desk": "unknown"}))
    return old, new


def test_a_record_of_an_old_version_is_read_as_the_one_in_use(old_and_new: tuple[str, str]) -> None:
    old, _ = old_and_new
    data = b'{"at":"2026-01-01T00:00:00Z","call":"c"}'
    event = validated(old, data)
    assert isinstance(event, New) and event.desk == "unknown"
    model, read = reader(old)
    fields = read(encode(Head("1", event.at, "c", "c", "a", msgspec.Raw(data))))
    assert model is New and (fields.at, fields.call, fields.desk) == (event.at, "c", "unknown")


def test_a_record_of_an_old_version_must_keep_the_old_contract_before_it_is_brought_forward(old_and_new: tuple[str, str]) -> None:
    with pytest.raises(UnreadableRecord, match="call: missing"):
        validated(old_and_new[0], b'{"at":"2026-01-01T00:00:00Z","desk":"d"}')


def test_fields_without_a_value_are_left_out() -> None:
    assert encode_event(validated(JOB, body(JOB))) == (
        b'{"at":"2026-01-01T00:00:00Z","job":"j","incident":"i","units":1,"grade":"g","rank":99,"skills":[],"silent_approach":false,"outside":false}'
    )
