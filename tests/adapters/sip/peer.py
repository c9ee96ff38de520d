"""A called party of a few lines on a raw socket, in a thread: it stops at a stage it is told, and writes down all it hears."""

import socket
import threading
from collections import Counter
from dataclasses import dataclass, field

from services.callback.telephone.sip.wire.message import Message, Request, answer, encoded
from services.callback.telephone.sip.wire.parsing import parsed

HOST = "127.0.0.1"
STAGES = {"started": (), "trying": (100,), "ringing": (100, 180), "answered": (180, 200), "ended": (486,)}
EMPTY = b"v=0\r\no=peer 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@dataclass
class Peer:
    """Goes with each new call as far as `stage`, then says nothing more of it. `ended` refuses it as busy."""

    stage: str = "ended"
    heard: list[Message] = field(default_factory=list)
    branches: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it is."""
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def dials(self) -> Counter[str]:
        """For each Call-ID how many calls to a number were begun under it; repeats of one call are one."""
        numbers = {invite.call_id for invite in self.requests("INVITE") if invite.uri.startswith("sip:+")}
        return Counter({call: len(branches) for call, branches in self.branches.items() if call in numbers})

    def requests(self, method: str) -> list[Request]:
        """All of a kind that came."""
        return [message for message in self.heard if isinstance(message, Request) and message.method == method]

    def say(self, request: Request, status: int, place: tuple[str, int] | None = None) -> None:
        """Answer a request, now or much later."""
        body = EMPTY if status == 200 and request.method == "INVITE" else b""
        said = answer(request, status, "peer", (("Contact", f"<sip:peer@{HOST}:{self.port}>"),), body)
        self._socket.sendto(encoded(said), place or self._places[request.call_id])

    def _listen(self) -> None:
        self._places: dict[str, tuple[str, int]] = {}
        while not self._over.is_set():
            try:
                data, place = self._socket.recvfrom(65_536)
            except TimeoutError:
                continue
            except ConnectionError:
                continue  # whoever asked has been killed
            message = parsed(data)
            self.heard.append(message)
            if isinstance(message, Request):
                self._places[message.call_id] = place
                self._hear(message, place)

    def _hear(self, request: Request, place: tuple[str, int]) -> None:
        if request.method == "INVITE" and not request.to_tag:
            known = self.branches.setdefault(request.call_id, set())
            if request.branch not in known:
                known.add(request.branch)
                self._go(request, place)
        elif request.method not in ("ACK", "INVITE"):
            self.say(request, 200, place)

    def _go(self, request: Request, place: tuple[str, int]) -> None:
        for status in {"started": (), "trying": (100,), "ringing": (100, 180), "answered": (180, 200), "ended": (486,)}[
            self.stage
        ]:
            self.say(request, status, place)
