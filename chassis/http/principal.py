"""Who is asking: the subject of a checked token, and what that subject may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a token says its bearer is. An auditor reads everything and writes nothing, whatever other roles the token carries."""

    CALL_HANDLER = "call_handler"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    SERVICE = "service"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """The bearer of a checked token; `force` is the police force the bearer works for, where the token says so."""

    subject: str
    roles: frozenset[Role]
    force: str | None = None
