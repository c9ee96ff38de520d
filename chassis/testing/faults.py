"""A small TCP proxy that loses what passes through it: answers, connections, or everything, when a test says so."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK = 64 * 1024

Losing = Callable[[bytes], bool]
"""Asked of each piece of an answer; True: the piece is lost and the connection with it."""


class FaultyProxy:
    """Stands before a server on this machine. Threads of its own; `port` is where clients connect."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._losing: Losing = lambda answer: False
        self._links: list[socket.socket] = []
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.lost = 0
        """How many answers were lost."""
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def lose_answers(self, losing: Losing = lambda answer: True) -> None:
        """From now on answers of which this is true are lost: the server has done its work, the client never hears of it."""
        self._losing = losing

    def lose_no_more(self) -> None:
        """Pass everything on again."""
        self._losing = lambda answer: False

    def cut(self) -> None:
        """End every connection that stands now, in the middle of whatever it is doing."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            _end(link)

    def close(self) -> None:
        """End everything."""
        _end(self._door)
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server, timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._links += [client, server]
            for source, target, answers in ((client, server, False), (server, client, True)):
                thread = threading.Thread(target=self._pass_on, args=(source, target, answers), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(CHUNK):
                if answers and self._losing(piece):
                    self.lost += 1
                    break
                target.sendall(piece)
        _end(source)
        _end(target)


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
