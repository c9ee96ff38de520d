"""How a service says no: part of the language, because a refusal and its code reach other systems as they are.

Refused                 a command that cannot be obeyed as things stand (HTTP 409); says what is allowed
  Invalid               ... or whose content makes no sense whatever the state (HTTP 422)
  NotFound              ... or that names something unknown (HTTP 404)
  PreconditionFailed    ... or that was decided on an older version (HTTP 412)
"""


class Refused(Exception):
    """A command that cannot be obeyed as things stand.

    `code` is stable and machine readable (kebab-case); `allowed` names what could be done instead. Holds no personal data.
    """

    def __init__(self, code: str, message: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.allowed = allowed


class Invalid(Refused):
    """A command whose content makes no sense whatever the state."""


class NotFound(Refused):
    """A command or query that names something unknown."""


class PreconditionFailed(Refused):
    """A command that was decided on an older version than the stream has now."""
