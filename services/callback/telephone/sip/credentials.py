"""What a trunk asked us to prove, kept for the next request to it: most are then not challenged a second time."""

from chassis.ids import Ids
from services.callback.telephone.sip.wire.digest import Account, Challenge, challenge, proof
from services.callback.telephone.sip.wire.message import Header, Request, Response

TRIES = 4
"""So often one request is sent again with another proof: for a proxy, a server, and a nonce of each that ran out."""


class Credentials:
    """The proofs of one trunk's account; without an account there are none."""

    def __init__(self, account: Account | None, ids: Ids) -> None:
        self._account = account
        self._ids = ids
        self._given: dict[str, Challenge] = {}
        self._used: dict[str, int] = {}

    def learn(self, refusal: Response, sent: Request) -> bool:
        """Take a challenge; whether the request is worth sending again. A proof that was refused is not tried twice."""
        found = challenge(refusal) if refusal.status in (401, 407) and self._account is not None else None
        if found is None or (self._proved(sent, found) and not found.stale):
            return False
        self._given[found.header] = found
        self._used[found.header] = 0
        return True

    def proofs(self, method: str, uri: str) -> tuple[Header, ...]:
        """The headers that prove who we are, for one more request."""
        return tuple(self._proof(one, method, uri) for one in self._given.values())

    def _proof(self, given: Challenge, method: str, uri: str) -> Header:
        assert self._account is not None
        self._used[given.header] += 1
        return proof(given, self._account, method, uri, self._used[given.header], self._ids.new().replace("-", ""))

    def _proved(self, sent: Request, found: Challenge) -> bool:
        """Whether the request carried a proof for this very nonce."""
        return f'nonce="{found.nonce}"' in (said := sent.get(found.header) or "") or (bool(said) and not found.stale)
