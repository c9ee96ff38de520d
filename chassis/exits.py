"""How a process ends: one table of exit codes, and for each error of ours one sentence a person can act on."""

import errno
import traceback
from enum import IntEnum

from chassis.errors import LogError, PolicyRefused, PortInUse, SettingsRefused, StoreError, StoreRefused

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Exit(IntEnum):
    """The exit codes of every command and service. 128 + n: ended by signal n, at once and without draining."""

    OK = 0
    CHECK_FAILED = 1
    USAGE = 2
    REFUSED_DATA = 3
    STORE_UNAVAILABLE = 4
    LOG_UNAVAILABLE = 5
    PORT_IN_USE = 6
    SETTINGS = 7
    INTERNAL = 70
    INTERRUPTED = 130
    TERMINATED = 143


def of(error: BaseException) -> tuple[Exit, str]:
    """The exit code and the sentence for an error that ends a process. Never the text of a foreign error: it may quote data."""
    match error:
        case SettingsRefused():
            return Exit.SETTINGS, str(error)
        case PortInUse():
            return Exit.PORT_IN_USE, str(error)
        case StoreRefused():
            return Exit.REFUSED_DATA, f"the store is refused: {error}"
        case PolicyRefused():
            return Exit.REFUSED_DATA, f"the policy is refused: {error}"
        case StoreError():
            return Exit.STORE_UNAVAILABLE, f"the store is not available: {error}"
        case LogError():
            return Exit.LOG_UNAVAILABLE, f"the log is not available: {error}"
        case OSError() if error.errno in _FULL:
            return Exit.STORE_UNAVAILABLE, f"the disk is full{_place(error)}: free some space; nothing acknowledged is lost"
        case PermissionError() | FileNotFoundError() | IsADirectoryError() | NotADirectoryError():
            return Exit.STORE_UNAVAILABLE, f"{(error.strerror or 'not accessible').lower()}{_place(error)}"
        case KeyboardInterrupt():
            return Exit.INTERRUPTED, "interrupted"
        case _:
            return Exit.INTERNAL, f"this is a defect of the program: {type(error).__name__} in {_where(error)}"


def _place(error: OSError) -> str:
    return f" ({error.filename})" if error.filename else ""


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
