"""How many random histories a property is tried with: the same ones in each run of the suite, new ones when exploring."""

import os
from typing import Any

from hypothesis import settings

TIMES = int(os.environ.get("RINGBACK_EXPLORE", "0"))
"""How many times as many as in the suite; 0 is the suite itself, whose outcome must depend on the code alone."""


def tried(examples: int, **more: Any) -> settings:
    """What a property is tried with: so many examples, as often as `make explore` asks for."""
    return settings(max_examples=examples * max(TIMES, 1), deadline=None, derandomize=TIMES == 0, **more)


settings.register_profile("tried", tried(100))
settings.load_profile("tried")
