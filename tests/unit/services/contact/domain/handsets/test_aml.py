"""Handsets' messages as they come: every published vector, and the odd ones that only a network makes."""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contact.handsets import HandsetFlag, HandsetForm
from services.contact.domain.handsets import handset
from services.contact.domain.handsets.aml import https, packed, sms
from services.contact.domain.handsets.aml.https import Seal
from services.contact.domain.handsets.aml.reading import Reading

SHARED = Path(os.environ.get("RINGBACK_SHARED_DATA", Path(__file__).parents[6].parent / "shared" / "data"))
VECTORS = SHARED / "vectors" / "aml_vectors.json"
FIX = 'A"ML=1;lt=+51.27840;lg=+0.52170;rd=30;top=20260605120010;lc=68;pm=G;si=234150000000000;ei=350000000000000;mcc=234;mnc=15'
FORM = (
    "v=1&device_number=%2B447700900123&location_latitude=51.2784&location_longitude=0.5217&location_time=1780660810000"
    "&location_accuracy=12.5&location_certainty=68&cell_network_mcc=234&cell_network_mnc=15&cell_id=0042"
)


def measured(text: str, off: int = 0) -> str:
    """The text with the length it has, or with one that lies by so much."""
    return f"{text};ml={len(text) + 7 + off}"


def sealed(body: str, key: bytes, kind: str = "sha1") -> str:
    return f"{body}&hmac={hmac.new(key, body.encode(), kind).hexdigest()}"


def point(reading: Reading) -> tuple[float, float] | None:
    if reading.location is None or reading.location.point is None:
        return None
    return reading.location.point.latitude, reading.location.point.longitude


def said_by_text(text: str) -> tuple[float, float]:
    """Latitude and longitude of a text message, read by other means than ours."""
    second = re.search(r"lo=([-+\d.]+),([-+\d.]+)", text)
    found = second or re.search(r";lt=([-+\d.]+);lg=([-+\d.]+)", text)
    assert found is not None
    return float(found[1]), float(found[2])


def looked_at_as_text(vector: dict[str, Any]) -> None:
    reading = handset.read(HandsetForm.SMS_TEXT, vector["text"], None)
    if ";pm=N" in vector["text"]:
        assert point(reading) is None
        assert HandsetFlag.NO_FIX in reading.flags
    else:
        assert point(reading) == said_by_text(vector["text"])
    assert (HandsetFlag.LENGTH_LIES in reading.flags) == (vector.get("ml_ok") is False)
    assert reading.measured_at is not None


def looked_at_packed(vector: dict[str, Any]) -> None:
    assert packed.unpacked(bytes.fromhex(vector["hex"])) == vector["text"]
    reading = handset.read(HandsetForm.SMS_PACKED, vector["hex"], None)
    assert point(reading) == said_by_text(vector["text"])
    assert reading.flags == ()


def looked_at_as_form(vector: dict[str, Any]) -> None:
    said = {name: values[0] for name, values in parse_qs(vector["body"]).items()}
    key = vector["key"].encode() if "key" in vector else None
    reading = handset.read(HandsetForm.HTTPS, vector["body"], key)
    assert point(reading) == (float(said["location_latitude"]), float(said["location_longitude"]))
    assert reading.number == said["device_number"]
    assert reading.measured_at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(said["location_time"]))
    assert reading.flags == (() if key else (HandsetFlag.SEAL_MISSING,))


def vectors() -> list[Any]:
    """Six texts, a packed one and its text, and two forms: ten."""
    if not VECTORS.exists():
        return [pytest.param(None, {}, marks=pytest.mark.skip(reason="no ../shared/data beside the checkout"))]
    found = json.loads(VECTORS.read_text())
    texts = [*found["sms_text"], *found["sms_data_gsm7_hex"]]
    cases: list[tuple[Callable[[dict[str, Any]], None], dict[str, Any]]] = [
        *((looked_at_as_text, one) for one in texts),
        *((looked_at_packed, one) for one in found["sms_data_gsm7_hex"]),
        *((looked_at_as_form, one) for one in found["https_form"]),
    ]
    assert len(cases) == 10
    return [pytest.param(*case, id=f"{case[0].__name__}-{n}") for n, case in enumerate(cases)]


@pytest.mark.parametrize(("look", "vector"), vectors())
def test_every_published_message_is_read(look: Callable[[dict[str, Any]], None], vector: dict[str, Any]) -> None:
    look(vector)


def test_a_text_message_gives_point_radius_confidence_and_time() -> None:
    reading = sms.read(measured(FIX))
    assert reading.location is not None
    assert point(reading) == (51.2784, 0.5217)
    assert (reading.location.radius_m, reading.location.confidence, reading.location.address) == (30, 0.68, None)
    assert reading.measured_at == datetime(2026, 6, 5, 12, 0, 10, tzinfo=UTC)
    assert reading.flags == ()


@pytest.mark.parametrize("off", [-9, -1, 1, 100])
def test_a_length_that_lies_is_flagged_and_the_message_is_read_all_the_same(off: int) -> None:
    reading = sms.read(measured(FIX, off))
    assert reading.flags == (HandsetFlag.LENGTH_LIES,)
    assert point(reading) == (51.2784, 0.5217)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        (FIX.replace("rd=30", "rd=N"), HandsetFlag.NO_FIX),
        (FIX.replace("pm=G", "pm=N"), HandsetFlag.NO_FIX),
        (FIX.replace("+51.27840", "+00.00000").replace("+0.52170", "+000.00000"), HandsetFlag.NO_FIX),
        (FIX.replace("+51.27840", "+91.0"), HandsetFlag.OUT_OF_RANGE),
        (FIX.replace("+0.52170", "-180.01"), HandsetFlag.OUT_OF_RANGE),
        (FIX.replace("+51.27840", "nan"), HandsetFlag.UNREADABLE),
        (FIX.replace("+51.27840", "1e999"), HandsetFlag.UNREADABLE),
        (FIX.replace("lt=+51.27840;", ""), HandsetFlag.UNREADABLE),
        ('A"ML=2;et=1780660800;lt=-30;ls=G', HandsetFlag.NO_FIX),
        ("are you safe?", HandsetFlag.UNREADABLE),
        ("", HandsetFlag.UNREADABLE),
    ],
)
def test_what_is_no_fix_never_becomes_a_point(text: str, flag: HandsetFlag) -> None:
    reading = sms.read(text)
    assert reading.location is None
    assert flag in reading.flags


@pytest.mark.parametrize("top", ["20260605", "20261305120010", "never", ""])
def test_a_time_that_cannot_be_is_flagged_and_the_point_stands(top: str) -> None:
    reading = sms.read(FIX.replace("20260605120010", top))
    assert (point(reading), reading.measured_at, reading.flags) == ((51.2784, 0.5217), None, (HandsetFlag.NO_TIME,))


def test_a_field_that_comes_twice_is_flagged_and_the_first_stands() -> None:
    reading = sms.read(f"{FIX};lt=+10.0")
    assert point(reading) == (51.2784, 0.5217)
    assert HandsetFlag.FIELD_REPEATED in reading.flags


def test_the_second_version_counts_its_time_from_the_call() -> None:
    reading = sms.read('A"ML=2;en=999;et=1780660800;lo=51.2784,0.5217,0;lt=-30;lc=68;ls=W')
    assert point(reading) == (51.2784, 0.5217)
    assert reading.location is not None
    assert reading.location.radius_m is None, "an accuracy of 0 says that it is not known"
    assert reading.measured_at == datetime(2026, 6, 5, 11, 59, 30, tzinfo=UTC)


@given(st.text(alphabet=[chr(n) for n in range(32, 127) if chr(n) not in "$@[\\]^_`{|}~"], min_size=1, max_size=160))
def test_what_is_packed_in_seven_bits_is_unpacked(text: str) -> None:
    bits = sum(ord(letter) << 7 * n for n, letter in enumerate(text))
    assert packed.unpacked(bits.to_bytes(-(-len(text) * 7 // 8), "little")) == text


def test_a_form_names_its_number_and_its_cell() -> None:
    reading = https.read(FORM)
    assert (reading.number, reading.cell, point(reading)) == ("+447700900123", "234-15-0042", (51.2784, 0.5217))
    assert reading.measured_at == datetime(2026, 6, 5, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_a_seal_is_right_under_its_key_alone(kind: str) -> None:
    body = sealed(FORM, b"key", kind)
    assert https.seal(body, b"key") is Seal.RIGHT
    assert https.seal(body, b"another") is Seal.WRONG
    assert https.seal(body.replace("51.2784", "52.0000"), b"key") is Seal.WRONG
    assert https.seal(body, None) is Seal.UNCHECKED
    assert https.seal(FORM, b"key") is Seal.MISSING
    assert https.seal(f"{FORM}&hmac=xyz", b"key") is Seal.WRONG
    assert https.seal(f"{body}&location_latitude=1", b"key") is Seal.WRONG


@given(st.sampled_from(HandsetForm), st.text(max_size=400), st.sampled_from(["", 'A"ML=1;', 'A"ML=2;', "v=1&"]))
def test_whatever_comes_is_read_without_an_error_and_no_null_fix_is_a_point(form: HandsetForm, text: str, head: str) -> None:
    reading = handset.read(form, head + text, b"key")
    assert point(reading) != (0, 0)
    assert reading.location is None or reading.location.address is None


@given(st.binary(max_size=200))
def test_whatever_octets_come_are_unpacked(octets: bytes) -> None:
    handset.read(HandsetForm.SMS_PACKED, octets.hex(), hashlib.sha1(octets, usedforsecurity=False).digest())
