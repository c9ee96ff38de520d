"""What the pages point at is there: files, targets of make; and every decision is written in the same form."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.topics import SERVICES

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "services").rglob("*.md")})
MAKEFILE = (ROOT / "Makefile").read_text()


def links(page: Path) -> Iterator[str]:
    targets = (str(target) for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()))
    return (target for target in targets if "://" not in target)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_points_at_what_is_there(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_targets_that_make_has(page: Path) -> None:
    named = set(re.findall(r"(?:^\$ |`)make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert {target for target in named if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)} == set()


def test_every_decision_has_a_number_of_its_own_and_says_what_follows() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(decision.name[:4]) for decision in decisions]
    assert len(set(numbers)) == len(numbers)
    for decision, number in zip(decisions, numbers, strict=True):
        text = decision.read_text()
        assert text.startswith(f"# {number}. "), decision.name
        assert [part for part in ("Status:", "## Context", "## Decision", "## Consequence") if part not in text] == [], (
            decision.name
        )


def if_match(service: str) -> dict[str, str]:
    """Each command of a service by its description, and whether it takes an If-Match."""
    described = json.loads((ROOT / "contracts" / "openapi" / f"{service}.json").read_text())
    commands = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            header = next((one for one in operation.get("parameters", ()) if one["name"] == "if-match"), None)
            rule = "none" if header is None else "required" if header["required"] else "honoured"
            assert (rule == "required") == ("428" in operation["responses"]), path
            if method != "get":
                commands[f"{method.upper()} {path}"] = rule
    return commands


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_of_if_match_is_what_the_services_describe(service: str) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    rows = re.findall(rf"^\| {service} \| (required|honoured|none) \| (.+) \|$", page, re.MULTILINE)
    written = {command: rule for rule, commands in rows for command in re.findall(r"`([A-Z]+ [^`]+)`", commands)}
    assert written == if_match(service)
