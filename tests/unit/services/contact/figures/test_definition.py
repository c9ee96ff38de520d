"""A definition that is not whole is refused when it is loaded, with the file and the reason."""

from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.contact.figures.definition import load

WHOLE = """
[[policy]]
version = "ours-1"
from = 2020-01-01T00:00:00Z
sources = ["a circular"]
title = "ours"
lines = ["999"]
abandoned = ["in_queue"]
whole = "presented"
"""


def own(folder: Path, text: str, name: str = "ours") -> Path:
    (folder / "figures").mkdir(exist_ok=True)
    (folder / "figures" / f"{name}.toml").write_text(text)
    return folder


def test_a_force_adds_its_own_and_overrides_what_ships(tmp_path: Path) -> None:
    own(tmp_path, WHOLE)
    definitions = load(own(tmp_path, WHOLE.replace("ours-1", "answering-ours-1"), "answering-999"))
    assert definitions["ours"].version("ours-1").title == "ours"
    assert [edition.version for edition in definitions["answering-999"].editions] == ["answering-ours-1"]
    assert "every-broken-call" in definitions


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WHOLE.replace("in_queue", "in_queues"), "abandoned"),
        (WHOLE.replace('["999"]', "[]"), "lines"),
        (WHOLE + "bands_s = [60, 10]\n", "bands_s"),
        (WHOLE + "within_s = 0\n", "within_s"),
        (WHOLE + 'zone = "Europe/Nowhere"\n', "zone"),
        (WHOLE + "at_least = 5\n", "at_least"),
        (WHOLE + "until = 2021-01-01T00:00:00Z\n", "last edition"),
        (WHOLE + WHOLE.replace("ours-1", "ours-2"), "overlaps"),
        (WHOLE.replace("ours-1", "answering-999-1"), "one version"),
        ("policy = 3", "policy"),
    ],
)
def test_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PolicyRefused, match=reason):
        load(own(tmp_path, text))
