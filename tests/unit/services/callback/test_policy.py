from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.callback.policy import default

SHIPPED = Path(default.__file__).with_suffix(".toml").read_text()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("attempt_delays_s = [0, 90, 300]", "attempt_delays_s = []", "`attempt_delays_s` must name one delay"),
        ("attempt_delays_s = [0, 90, 300]", "attempt_delays_s = [90, 0]", "`attempt_delays_s` must name one delay"),
        ("ring_s = 30", "", "`ring_s`"),
        ("ring_s = 30", "ring_s = 0", r"`\$\.ring_s`"),
        ('"do_not_ring", ', "", "`gate_markers` must hold do_not_ring"),
        ('gate_sounds = ["violence"]', "gate_sounds = []", "`gate_sounds` must hold violence"),
        ('"domestic_abuse"', '"dog"', "gate_markers"),
        ("earlier_calls_high = 2", "earlier_calls_high = 2\nearlier_calls_low = 1", "earlier_calls_low"),
        ("earlier_calls_raise = 1", "earlier_calls_raise = 3", "`earlier_calls_high` must not be less"),
        ('engaged = "next"', "", "`after` lacks engaged"),
        ('engaged = "next"', 'engaged = "next"\nsafe = "next"', "`after` cannot decide on safe"),
        ('engaged = "next"', 'engaged = "later"', "later"),
    ],
)
def test_a_policy_that_leaves_something_open_or_unsafe_is_refused(tmp_path: Path, key: str, value: str, reason: str) -> None:
    assert key in SHIPPED
    path = tmp_path / "callback.toml"
    path.write_text(SHIPPED.replace(key, value))
    with pytest.raises(PolicyRefused, match=rf"callback\.toml: policy\[0\]: .*{reason}"):
        default.load(path)
