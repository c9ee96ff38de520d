from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from chassis import dated
from chassis.errors import PolicyRefused

FIRST = """
[[policy]]
version = "one"
from = 2010-01-01T00:00:00Z
until = 2017-06-01T00:00:00Z
sources = ["a"]
ring_s = 30
"""
SECOND = """
[[policy]]
version = "two"
from = 2017-06-01T00:00:00Z
sources = ["b"]
ring_s = 45
"""


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    ring_s: Annotated[int, msgspec.Meta(gt=0)]


def read(folder: Path, text: str) -> dated.Dated[Rules]:
    path = folder / "policy.toml"
    path.write_text(text)
    return dated.read(path, Rules)


def test_an_instant_has_the_rules_then_in_force(tmp_path: Path) -> None:
    policies = read(tmp_path, FIRST + SECOND)
    assert policies.at(datetime(2017, 5, 31, 23, 59, 59, tzinfo=UTC)) == Rules("one", 30)
    assert policies.at(datetime(2017, 6, 1, tzinfo=UTC)) == Rules("two", 45)
    assert policies.version("one") == Rules("one", 30)
    with pytest.raises(LookupError):
        policies.at(datetime(2009, 1, 1, tzinfo=UTC))
    with pytest.raises(LookupError):
        policies.version("three")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"policy\.toml: policy: there must be one"),
        ("policy = 3", "there must be one"),
        ("[[policy", "cannot be read"),
        (FIRST.replace("ring_s = 30", "") + SECOND, r"policy\[0\]: .*missing required field `ring_s`"),
        (FIRST + SECOND.replace("45", "0"), r"policy\[1\]: .*`\$\.ring_s`"),
        (FIRST + SECOND.replace("45", "45\nrung_s = 3"), r"policy\[1\]: .*unknown field `rung_s`"),
        (SECOND.replace('["b"]', "[]"), r"policy\[0\]\.sources"),
        (SECOND.replace("00Z", "00"), r"policy\[0\]\.from and \.until: must carry a zone"),
        (FIRST.replace('"one"', '"two"') + SECOND, "two editions have the same version"),
        (FIRST.replace("until = 2017", "until = 2018") + SECOND, r"policy\[1\]\.from: overlaps one"),
        (FIRST.replace("until = 2017-06-01T00:00:00Z", "") + SECOND, "overlaps one, which is in force until further notice"),
        (FIRST.replace("until = 2017", "until = 2016") + SECOND, "leaves a gap after one"),
        (FIRST.replace("until = 2017", "until = 2009"), "ends before it begins"),
        (FIRST, "the last edition must be in force until further notice"),
    ],
)
def test_a_policy_that_is_not_whole_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PolicyRefused, match=reason):
        read(tmp_path, text)


def test_a_policy_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match="cannot be read"):
        dated.read(tmp_path / "none.toml", Rules)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FIRST.replace("ring_s = 30", "") + SECOND, 2),
        (FIRST + SECOND.replace("45", "0"), 13),
        (FIRST + SECOND.replace("ring_s", "ring"), 13),
        (FIRST + SECOND.replace("45", "45\nrung_s = 3"), 14),
        (SECOND.replace('["b"]', "[]"), 5),
        (FIRST.replace("until = 2017", "until = 2018") + SECOND, 11),
        (FIRST.replace("until = 2017", "until = 2016") + SECOND, 11),
        (FIRST.replace("until = 2017", "until = 2009"), 5),
        (FIRST.replace('"one"', '"two"') + SECOND, 10),
        ("[[policy]]\nversion = x\n", 2),
    ],
)
def test_the_refusal_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(PolicyRefused, match=rf"line {line}\b"):
        read(tmp_path, text)


def test_a_number_without_its_unit_is_refused_with_the_name_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match="the unit is missing, write `ring_s`"):
        read(tmp_path, FIRST + SECOND.replace("ring_s", "ring"))
