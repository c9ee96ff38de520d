"""What a local server looks like from outside, and the plain words for what keeps it from running."""

from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


class LocalServerError(Exception):
    """The server cannot be had; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as it is now. `address` is what a client's settings want; None while it does not run."""

    name: str
    running: bool
    address: str | None
    pid: int | None
    data: Path
    log: Path
