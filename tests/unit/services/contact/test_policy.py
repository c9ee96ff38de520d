from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.contact.policy import default


def test_the_window_must_be_some_time(tmp_path: Path) -> None:
    text = Path(default.__file__).with_suffix(".toml").read_text()
    path = tmp_path / "contact.toml"
    path.write_text(text.replace("repeat_window_s = 3600", "repeat_window_s = 0"))
    with pytest.raises(PolicyRefused, match="repeat_window_s"):
        default.load(path)
