"""A handset's position as a binary message: the text in the 7-bit alphabet of GSM 03.38, eight characters in seven bytes."""

_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def unpacked(octets: bytes) -> str:
    """The text. The seven bits that can be left over at the end are filling, not a character."""
    bits = int.from_bytes(octets, "little")
    septets = [bits >> 7 * n & 0x7F for n in range(len(octets) * 8 // 7)]
    text = "".join(_ALPHABET[septet] for septet in septets)
    return text.removesuffix("@").removesuffix("\r") if len(octets) % 7 == 0 else text
