import pytest

from chassis.toml_lines import line_of

TEXT = """# a comment
[[policy]]
version = "one"
ring_s = 30

[[policy.grades]]
name = "I"

[[policy.grades]]
name = "S"
units = 0

[policy.after]
engaged = "next"

[[policy]]
version = "two"
ring_s = 45
"""


@pytest.mark.parametrize(
    ("n", "path", "line"),
    [
        (0, ["ring_s"], 4),
        (0, ["grades", 1, "units"], 11),
        (0, ["grades", 0, "units"], 6),
        (0, ["after", "engaged"], 14),
        (0, ["after", "declined"], 13),
        (0, ["nothing"], 2),
        (1, ["ring_s"], 18),
        (1, [], 16),
        (2, ["ring_s"], 1),
    ],
)
def test_where_a_key_stands_or_what_encloses_it(n: int, path: list[str | int], line: int) -> None:
    assert line_of(TEXT, "policy", n, path) == line
