"""Which reviews a supervisor looks at: drawn by the review's identity, so that every machine draws the same."""

import hashlib


def drawn(review: str, percent: float) -> bool:
    """Whether this one belongs to the sample of so many in a hundred."""
    digest = hashlib.sha256(f"sample {review}".encode()).digest()
    return int.from_bytes(digest[:6]) < percent / 100 * 2**48
