"""SIPp for the whole session, or the reason why there is none."""

import pytest
from adapters.sip.sipp import NoSipp, Program, program


@pytest.fixture(scope="session")
def sipp() -> Program:
    """The called party."""
    try:
        return program()
    except NoSipp as reason:
        pytest.skip(str(reason))
