"""What a force can set differently about ringing over SIP; the protocol's own numbers are not among it."""

from enum import StrEnum
from typing import Annotated

import msgspec

Seconds = Annotated[int, msgspec.Meta(ge=1)]


class Redirects(StrEnum):
    """What to do when the network says that a caller is to be reached elsewhere.

    Another number is never dialled by itself: the safety gate was asked about this one.
    """

    NEVER = "never"
    SAME_NUMBER = "same_number"


class SipRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition. How long a caller's telephone rings is the review's own rule, `ring_s`."""

    version: str
    handler_ring_s: Seconds
    longest_call_s: Seconds
    check_call_every_s: Seconds
    check_trunk_every_s: Seconds
    trunk_answers_within_s: Seconds
    redirects: Redirects
