"""All that a force can set differently about contacts, as the wiring read it: for use cases and for reads that follow it."""

from dataclasses import dataclass

from chassis.dated import Dated
from services.contact.domain.caller_rules import CallerRules
from services.contact.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies, each with its editions."""

    episodes: Dated[Rules]
    callers: Dated[CallerRules]
