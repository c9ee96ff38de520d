"""Every row of the outcome table, played by SIPp over each transport: what is recorded, and how many dials it counted."""

from pathlib import Path

import pytest
from adapters.sip.sipp import Program
from adapters.sip.table import SCENARIOS, Scenario, play

CASES = [(scenario, carrier) for scenario in SCENARIOS for carrier in scenario.carriers]


@pytest.mark.anyio
@pytest.mark.parametrize(("scenario", "carrier"), CASES, ids=[f"{scenario.name}-{carrier}" for scenario, carrier in CASES])
async def test_what_the_other_side_does_is_what_is_recorded(
    scenario: Scenario, carrier: str, sipp: Program, tmp_path: Path
) -> None:
    row = await play(scenario, carrier, sipp, tmp_path)
    assert row.faults(scenario) == []
    assert row.complaints == "", "SIPp met something it did not expect"
