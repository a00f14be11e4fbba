"""Read the values of a workbook with libraries in Python alone, where python-calamine is not available.

A browser has openpyxl, which reads .xlsx and .xlsm, and xlrd, which reads .xls; OpenDocument sheets are read as XML.
The values are those that python-calamine returns, so that a cohort does not depend on where it is read.
"""

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
from openpyxl.utils.datetime import from_excel

from secretome.cohort.files import open_document
from secretome.cohort.files.calamine import SheetValues, Typed

MIDNIGHT = datetime.time()


def read_values(content: bytes) -> list[SheetValues]:
    """Return the worksheets of a workbook (.xlsx, .xlsm, .xls, .ods); the merged cells of .xlsx are in its metadata."""
    if content[:2] != b"PK":
        return list(_read_xls(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            sheets = open_document.read_values(archive.read("content.xml"))
            return [replace(sheet, values=_rectangle(sheet.values)) for sheet in sheets]
    with warnings.catch_warnings():
        # openpyxl warns of charts and validations that it would not save; nothing is saved here.
        warnings.simplefilter("ignore")
        return list(_read_xlsx(content))


def _read_xlsx(content: bytes) -> Iterator[SheetValues]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        # Instruments write a wrong size of the sheet, which would hide the cells outside of it.
        sheet.reset_dimensions()
        values = [[_xlsx_value(cell) for cell in row] for row in sheet.iter_rows()]
        yield SheetValues(sheet.title, sheet.sheet_state == "visible", _rectangle(values), [])


def _xlsx_value(cell: Any) -> Typed:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    return _date(value) if isinstance(value, datetime.datetime) else float(value) if _is_number(value) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _date(value: datetime.datetime) -> datetime.datetime | datetime.date:
    return value.date() if value.time() == MIDNIGHT else value


def _rectangle(values: list[list[Typed]]) -> list[list[Typed]]:
    """The rows from the first cell to the last row and column with a value, all of one width."""
    filled = [(row, column) for row, cells in enumerate(values) for column, cell in enumerate(cells) if cell != ""]
    height = max((row for row, _ in filled), default=-1) + 1
    width = max((column for _, column in filled), default=-1) + 1
    return [[*cells[:width], *[""] * (width - len(cells))] for cells in values[:height]]


def _read_xls(content: bytes) -> Iterator[SheetValues]:
    import xlrd

    # Merged cells are read only together with the formats.
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    # Workbooks of old Macintosh computers count days from 1904.
    epoch = datetime.datetime(1904, 1, 1) if book.datemode else datetime.datetime(1899, 12, 30)
    for sheet in book.sheets():
        values = [[_xls_value(cell, epoch) for cell in sheet.row(row)] for row in range(sheet.nrows)]
        merged = [
            ((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells if bottom > top
        ]
        yield SheetValues(sheet.name, sheet.visibility == 0, _rectangle(values), merged)


def _xls_value(cell: Any, epoch: datetime.datetime) -> Typed:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return ""
    if cell.ctype == xlrd.XL_CELL_DATE:
        value: Typed = from_excel(cell.value, epoch)
        return _date(value) if isinstance(value, datetime.datetime) else value
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value
