"""Which column is which in a list nobody agreed on: by the names in its first line, whatever separates them."""

from collections.abc import Mapping, Sequence

SEPARATORS = (",", ";", "\t", "|")

NAMES: Mapping[str, tuple[str, ...]] = {
    "number": (
        *(
            "number",
            "callingnumber",
            "callernumber",
            "caller",
            "cli",
            "anumber",
            "aparty",
            "msisdn",
            "telephone",
            "telephonenumber",
        ),
        *("phone", "phonenumber", "mobile", "tel", "from", "originator", "callingparty", "origin", "calling"),
    ),
    "at": (
        *("at", "attemptedat", "timestamp", "datetime", "attempttime", "starttime", "start", "callstart", "when", "calltime"),
        *("dateandtime", "datetimeofcall", "setuptime", "eventtime", "calldatetime"),
    ),
    "date": ("date", "calldate", "day", "startdate"),
    "time": ("time", "clock", "timeofcall", "timeofday"),
    "reference": ("reference", "ref", "id", "attemptid", "callid", "callreference", "recordid", "cdr", "cdrid"),
    "hour": ("hour", "from", "hourstarting", "period", "hourbeginning", "at", "timestamp", "datetime", "start"),
    "count": ("count", "calls", "abandoned", "attempts", "total", "n", "abandonedcalls", "failed", "failedattempts"),
}
"""What each column is called, spaces, case and punctuation aside."""


def separator(head: str) -> str:
    """What separates the columns of a first line: the candidate that stands in it most often."""
    return max(SEPARATORS, key=head.count)


def places(header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; the first of its names wins."""
    bare = ["".join(letter for letter in name.casefold() if letter.isalnum()) for name in header]
    return {
        column: min(bare.index(name) for name in names if name in bare) for column, names in NAMES.items() if {*names} & {*bare}
    }
