"""The exit codes are a contract with scripts and platforms: the page for operators lists each."""

import re
from pathlib import Path

from chassis.exits import Exit


def test_every_exit_code_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    table = page.split("## Exit codes")[1].split("## ")[0]
    documented = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")}
    assert documented == set(Exit)
