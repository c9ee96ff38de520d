"""The few session descriptions we write ourselves; all others pass from one side to the other as they are."""

CONTENT = ("Content-Type", "application/sdp")


def no_media(host: str, session: int) -> bytes:
    """An offer without a single stream: the caller's telephone rings before there is anybody to talk to (RFC 3725, flow IV)."""
    family = "IP6" if ":" in host else "IP4"
    lines = ("v=0", f"o=ringback {session} 1 IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0")
    return _text(lines)


def refused(offer: bytes) -> bytes:
    """An answer that takes none of the streams of an offer: each with port 0."""
    lines = [line for line in offer.decode("utf-8", "replace").splitlines() if line[:2] in ("v=", "o=", "s=", "t=", "m=", "c=")]
    return _text([_closed(line) if line.startswith("m=") else line for line in lines])


def _closed(media: str) -> str:
    kind, _, rest = media.partition(" ")
    _, _, formats = rest.partition(" ")
    return f"{kind} 0 {formats}"


def _text(lines: "tuple[str, ...] | list[str]") -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
