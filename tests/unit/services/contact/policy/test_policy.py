from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.contact.policy import caller, default


def test_the_window_must_be_some_time(tmp_path: Path) -> None:
    text = Path(default.__file__).with_suffix(".toml").read_text()
    path = tmp_path / "contact.toml"
    path.write_text(text.replace("repeat_window_s = 3600", "repeat_window_s = 0"))
    with pytest.raises(PolicyRefused, match="repeat_window_s"):
        default.load(path)


@pytest.mark.parametrize(
    ("line", "broken", "named"),
    [
        ("steps = 2", "", "steps"),
        ("at_most = 50", "at_most = 0", "at_most"),
        ("calls = 5", "calls = 1", "calls"),
        ("close_m = 300", 'close_m = "near"', "close_m"),
        ("within_s = 900", "within_s = 900\nper_day = 2", "per_day"),
        ("earlier_shown = 5", "earlier_shown = -1", "earlier_shown"),
    ],
)
def test_what_is_not_whole_about_callers_is_refused_by_name(tmp_path: Path, line: str, broken: str, named: str) -> None:
    text = Path(caller.__file__).with_suffix(".toml").read_text()
    assert line in text
    path = tmp_path / "contact-caller.toml"
    path.write_text(text.replace(line, broken))
    with pytest.raises(PolicyRefused, match=named):
        caller.load(path)
