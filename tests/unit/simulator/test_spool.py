"""Rows put in order on disk, and no file left behind."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.script import InputRefused
from simulator.spool import Spool

NOON = datetime(2025, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path)) as made:
        yield made


def test_rows_come_out_by_the_beginning_of_their_whole_and_wholes_stay_together(spool: Spool) -> None:
    for line, (minute, whole) in enumerate([(9, "late"), (1, "early"), (5, "middle"), (7, "early")]):
        assert spool.add(NOON + timedelta(minutes=minute), whole, line, str(line), [str(minute)])
    assert [(row.whole, row.fields) for row in spool] == [
        ("early", ["1"]),
        ("early", ["7"]),
        ("middle", ["5"]),
        ("late", ["9"]),
    ]
    assert (len(spool), spool.span()) == (4, (NOON + timedelta(minutes=1), NOON + timedelta(minutes=9)))


def test_the_same_identity_is_kept_once(spool: Spool) -> None:
    assert spool.add(NOON, "a", 1, "x", [])
    assert not spool.add(NOON, "a", 2, "x", [])
    assert len(spool) == 1


def test_the_scratch_file_has_no_name_even_while_it_is_used(spool: Spool, tmp_path: Path) -> None:
    spool.add(NOON, "a", 1, "x", [])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no scratch file can be written in"):
        Spool(tmp_path / "missing")
