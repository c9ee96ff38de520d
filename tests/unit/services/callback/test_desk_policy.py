"""The policy of the desk: what would raise an alarm too late, or never, is refused when it is read."""

from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.callback.policy import desk


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("orphan_after_s", "61", "orphan_after_s"),
        ("silence_s", "0", "silence_s"),
        ("turns_at_once", "0", "turns_at_once"),
        ("reply_within_s", "60", "reply_within_s"),
        ("text_words", '""', "text_words"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_name(tmp_path: Path, key: str, value: str, named: str) -> None:
    text = Path(desk.__file__).with_suffix(".toml").read_text()
    [line] = [line for line in text.splitlines() if line.startswith(f"{key} =")]
    path = tmp_path / "callback-desk.toml"
    path.write_text(text.replace(line, f"{key} = {value}"))
    with pytest.raises(PolicyRefused, match=named):
        desk.load(path)


def test_nothing_can_be_left_out(tmp_path: Path) -> None:
    text = Path(desk.__file__).with_suffix(".toml").read_text()
    path = tmp_path / "callback-desk.toml"
    path.write_text("\n".join(line for line in text.splitlines() if not line.startswith("silence_s")))
    with pytest.raises(PolicyRefused, match="silence_s"):
        desk.load(path)


@pytest.mark.parametrize(
    ("ladder", "named"),
    [
        ("[]", "ladder"),
        ('[{ role = "", acknowledge_within_s = 1 }]', "role"),
        ('[{ role = "inspector", acknowledge_within_s = 0 }]', "acknowledge_within_s"),
        ('[{ role = "inspector", acknowledge_within_s = 1 }, { role = "inspector", acknowledge_within_s = 2 }]', "twice"),
    ],
)
def test_a_ladder_that_leads_nowhere_is_refused(tmp_path: Path, ladder: str, named: str) -> None:
    before, _, rest = Path(desk.__file__).with_suffix(".toml").read_text().partition("ladder = [")
    path = tmp_path / "callback-desk.toml"
    path.write_text(f"{before}ladder = {ladder}{rest.partition(']')[2]}")
    with pytest.raises(PolicyRefused, match=named):
        desk.load(path)
