"""Files from outside: whatever is wrong with a line, the line is named; whatever is wrong with a file, it is refused in words."""

from pathlib import Path

import pytest

from simulator.script import InputRefused
from simulator.table import Format, Table, Unreadable

FORMAT = Format("a table of pets", ",", {"Name": (), "Born On": ("birthday",), "Note": ()}, frozenset({"Name", "Born On"}))
DOCUMENTED = Format("a table", "\t", {"a": (), "b": (), "c": ("sea",), "d": ()}, frozenset("abc"), order=tuple("abcd"))


def _table(path: Path, text: str | bytes, format_: Format = FORMAT) -> Table:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Table(path, format_)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pets.csv"


def _names(table: Table) -> list[tuple[int, str]]:
    return [(line, table.get(fields, "Name")) for line, fields in table if not isinstance(fields, Unreadable)]


@pytest.mark.parametrize("header", ["Name,Born On", "born_on,NAME", "\ufeffName, BIRTHDAY ", "Name,Born  On"])
def test_columns_are_found_however_they_are_spelled_or_ordered(path: Path, header: str) -> None:
    table = _table(path, f"{header}\nRex,Rex\n")
    assert _names(table) == [(2, "Rex")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_either_kind_and_blank_lines(path: Path, end: str) -> None:
    table = _table(path, end.join(("Name,Born On", "Rex,1", "", "  ", "Tom,2")))
    assert _names(table) == [(2, "Rex"), (5, "Tom")]


def test_a_row_with_too_few_or_too_many_columns_is_named_and_the_next_is_read(path: Path) -> None:
    table = _table(path, "Name,Born On\nRex\nTom,1,2\nPip,3\n")
    found = dict(table)
    assert str(found[2]) == "1 columns where the header has 2"
    assert str(found[3]) == "3 columns where the header has 2"
    assert found[4] == ["Pip", "3"]


def test_a_quotation_mark_that_is_not_closed_swallows_no_other_line(path: Path) -> None:
    table = _table(path, 'Name,Born On\n"Rex,1\n"Tom, the second",2\n')
    found = dict(table)
    assert "not comma separated values" in str(found[2])
    assert found[3] == ["Tom, the second", "2"]


def test_separators_at_the_end_of_a_line_are_no_columns(path: Path) -> None:
    table = _table(path, "Name,Born On\nRex,1,, \nTom,2,\n")
    assert _names(table) == [(2, "Rex"), (3, "Tom")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_field_may_go_over_several_lines(path: Path, end: str) -> None:
    table = _table(
        path, end.join(("Name,Born On,Note", 'Rex,1,"at home', "", 'in bed"', '"Tom, never closed,2,x', "Pip,3,x", ""))
    )
    found = dict(table)
    assert isinstance(found[2], list)
    assert table.get(found[2], "Note") == "at home in bed"
    assert "not comma separated values" in str(found[5])
    assert found[6] == ["Pip", "3", "x"]


def test_a_line_without_end_is_set_aside_and_not_held(path: Path) -> None:
    table = _table(path, "Name,Born On\n" + "x" * 200_000 + "\nPip,3\n")
    found = dict(table)
    assert "longer than" in str(found[2])
    assert found[3] == ["Pip", "3"]


def test_bytes_that_are_no_text_spoil_their_field_only(path: Path) -> None:
    table = _table(path, b"Name,Born On\nRex,\xff\xfe1\nTom,2\n")
    assert _names(table) == [(2, "Rex"), (3, "Tom")]


def test_a_column_that_a_year_does_not_have_reads_as_empty(path: Path) -> None:
    table = _table(path, "Name,Born On\nRex,1\n")
    assert table.get(["Rex", "1"], "Note") == ""


@pytest.mark.parametrize("header", ["alpha\tb\tsea\td", "a\tb\tc\tdelta", "alpha\tb\tc\tdelta"])
def test_one_or_two_renamed_columns_are_known_by_their_documented_places(path: Path, header: str) -> None:
    table = _table(path, f"{header}\n1\t2\t3\t4\n", DOCUMENTED)
    assert [table.get(["1", "2", "3", "4"], column) for column in "abcd"] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("header", ["alpha\tbeta\tgamma\td", "d\talpha\tb\tc", "alpha\tb\tc"])
def test_more_than_that_is_another_kind_of_file(path: Path, header: str) -> None:
    with pytest.raises(InputRefused, match="has no column 'a'"):
        _table(path, f"{header}\n", DOCUMENTED)


@pytest.mark.parametrize("text", ["", "\n", "hello\n", "a,b,c\n1,2,3\n", "\x89PNG\r\n\x1a\n\0\0", '{"Name": 1}'])
def test_a_file_of_another_kind_is_refused_in_words(path: Path, text: str) -> None:
    with pytest.raises(InputRefused, match=r"pets\.csv is not a table of pets"):
        _table(path, text)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be opened: No such file"):
        Table(tmp_path / "nothing.csv", FORMAT)
    with pytest.raises(InputRefused, match="cannot be opened: Is a directory"):
        Table(tmp_path, FORMAT)
