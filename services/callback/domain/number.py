"""Which numbers can be rung at all."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def diallable(number: str | None) -> bool:
    """E.164. What a SIM-less handset or a withheld line passes is not, and is never dialled (DOMAIN section 3.5)."""
    return number is not None and _E164.fullmatch(number) is not None
