"""Numbers survive whatever they look like, and references match without giving anything away."""

import pytest

from chassis.references import Keyer, telephone

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "raw",
    [
        *("07700 900123", "+447700900123", "0044 7700 900-123", "(07700) 900123", "٠٧٧٠٠٩٠٠١٢٣", " 07700.900123 "),
        *("tel:+447700900123", "sip:07700900123@sbc.example;user=phone", "SIP:+447700900123@10.0.0.1?x=1"),
    ],
)
def test_one_number_however_it_is_written(raw: str) -> None:
    assert telephone(raw) == ("+447700900123", True)


def test_a_foreign_number_keeps_its_country() -> None:
    assert telephone("+1 212 555 0100") == ("+12125550100", True)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "withheld",
        "💥",
        "999",
        "112",
        "+44",
        "0" * 300,
        "anonymous 07700900123",
        "07700900123\n07700900124x",
        "\ud800",
        "-",
        "08457",
        "960001",
        "sip:anonymous@anonymous.invalid",
    ],
)
def test_what_cannot_be_dialled_survives_as_given(raw: str) -> None:
    assert telephone(raw) == (raw, False)


def test_a_number_of_a_range_no_table_knows_can_still_be_rung() -> None:
    assert telephone("01632 960001").diallable


def test_equal_values_match_under_one_key_and_kind_only() -> None:
    keyer = Keyer(KEY)
    reference = keyer.reference("tel", "+447700900123")
    assert reference == Keyer(KEY).reference("tel", "+447700900123")
    others = {
        keyer.reference("address", "+447700900123"),
        keyer.reference("tel", "+447700900124"),
        Keyer(KEY + b"!").reference("tel", "+447700900123"),
    }
    assert len({other.split(":")[1] for other in others} | {reference.split(":")[1]}) == 4


def test_a_reference_says_its_kind_and_128_bits() -> None:
    assert Keyer(KEY).reference("tel", "+447700900123") == "tel:5c2c56dc8390406b346df09b1129f0fa"


def test_any_text_has_a_reference() -> None:
    assert Keyer(KEY).reference("tel", "\ud800") != Keyer(KEY).reference("tel", "")


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be empty"):
        Keyer(b"")
