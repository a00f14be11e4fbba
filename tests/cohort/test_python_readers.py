"""Workbooks without python-calamine: the values are the same, and other formats are named."""

import datetime
import io
import sys
from pathlib import Path

import making
import openpyxl
import pytest

from secretome.cohort import load_study
from secretome.cohort.files import calamine, python_readers
from secretome.cohort.files.cell_names import column_letters, column_number
from secretome.protocol import InputError

VALUES = [
    ["animal", " il6 ", None, "µg/mL", "line\nbreak", "'"],
    [1, 1.5, -2, 1e300, 0.1 + 0.2, 12345678901234567],
    [True, False, "TRUE", "1,5", "<15.6", "=1+1"],
    [datetime.datetime(2026, 3, 1, 12, 30), datetime.date(2026, 3, 1), datetime.time(8, 15), None, "", 0],
    [datetime.timedelta(hours=30), datetime.datetime(1999, 12, 31, 23, 59, 59), None, None, None, None],
    [None, None, None, None, None, None],
    ["last", None, 3, None, None, None],
]


def workbook(*, epoch: datetime.datetime | None = None) -> bytes:
    """A workbook with every type of cell, merged cells, an empty and a hidden sheet, and a sheet that starts at C5."""
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    for row in VALUES:
        book.active.append(row)
    book.active.merge_cells("A7:B9")
    book.create_sheet("empty")
    hidden = book.create_sheet("hidden")
    hidden.sheet_state = "hidden"
    hidden["C5"] = "value"
    hidden["E5"].number_format = "0.00"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("epoch", [None, openpyxl.utils.datetime.CALENDAR_MAC_1904])
def test_xlsx_values_are_those_of_calamine(epoch: datetime.datetime | None) -> None:
    content = workbook(epoch=epoch)
    expected = calamine.read_values(content, separate_process=False)
    for sheet, other in zip(python_readers.read_values(content), expected, strict=True):
        assert (sheet.name, sheet.visible) == (other.name, other.visible)
        assert repr(sheet.values) == repr(other.values)


@pytest.mark.parametrize("name", ["marked.xls", "error.xls"])
def test_xls_values_are_those_of_calamine(name: str) -> None:
    content = Path(__file__).with_name(name).read_bytes()
    expected = calamine.read_values(content, separate_process=True)
    for sheet, other in zip(python_readers.read_values(content), expected, strict=True):
        assert (sheet.name, sheet.visible) == (other.name, other.visible)
        assert sheet.values == other.values
        assert sheet.merged_cell_ranges == other.merged_cell_ranges


@pytest.mark.parametrize("number", [1, 26, 27, 52, 702, 703, 18278])
def test_names_of_columns_are_those_of_openpyxl(number: int) -> None:
    letters = openpyxl.utils.get_column_letter(number)
    assert column_letters(number) == letters
    assert column_number(letters.lower()) == number


def test_ods_is_named_as_not_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rats.ods"
    path.write_bytes(making.ods([["animal", "group", "il6"], ["1", "sham", "3"]]))
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError) as error:
        load_study("sepsis_cytokines", path)
    assert ".ods" in error.value.problems[0].found
    assert ".xlsx" in error.value.problems[0].remedy


def test_xls_without_xlrd_is_named_as_not_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(InputError) as error:
        load_study("sepsis_cytokines", Path(__file__).with_name("marked.xls"))
    assert ".xls" in error.value.problems[0].found
