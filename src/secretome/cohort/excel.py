"""Workbooks of Excel and LibreOffice: every sheet as text cells, with what the fast reader does not tell looked up in a second look."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine
import xlrd
from defusedxml import ElementTree

from secretome.cohort.sheet import Cell, Grid, grid
from secretome.protocol import Problem, Refusal

# Far more than any cohort, far less than what makes a machine swap: a small file can unpack to gigabytes.
LARGEST = 500_000_000
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
Place = tuple[str, int, int]
Typed = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def read_workbook(content: bytes, path: Path) -> list[Grid]:
    """Every sheet of a workbook (.xlsx, .xlsm, .xls, .ods) that holds anything.

    Raises
    ------
    Refusal
        If the workbook is damaged or protected.
    """
    _refuse_bomb(content, path)
    grids = []
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            marked = _second_look(content, path)
            for title in book.sheet_names:
                sheet = book.get_sheet_by_name(title)
                rows = list(_rows(sheet, marked))
                if any(cell.text.strip() for row in rows for cell in row):
                    grids.append(grid(title, rows, f"sheet {title!r} of the workbook"))
    except python_calamine.PasswordError as error:
        raise _refusal(path, "a workbook protected by a password", "Take the password off and save it.") from error
    except Refusal:
        raise
    except BaseException as error:  # a reader written in Rust panics with something that is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise _refusal(path, "a workbook that cannot be read", "Open it in Excel and save it anew, as .xlsx.") from error
    if not grids:
        raise _refusal(path, "an empty workbook", "")
    return grids


def _rows(sheet: python_calamine.CalamineSheet, marked: dict[Place, tuple[str, str]]) -> Iterator[list[Cell]]:
    """The cells of a sheet from its very first on, so that they keep their names."""
    values: list[list[Typed]] = sheet.to_python(skip_empty_area=False)
    origins = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        for row in range(top, min(bottom, len(values)) + 1)
        for column in range(left, right + 1)
    }
    errors = [place for place, (_, kind) in marked.items() if place[0] == sheet.name and kind == "error"]
    # The fast reader does not know that a sheet goes on where only errors stand.
    height = max([len(values), *(row for _, row, _ in errors)])
    width = max([len(values[0]) if values else 0, *(column for _, _, column in errors), *(column + 1 for _, column in origins)])
    for row in range(height):
        cells = []
        for column in range(width):
            top, left = origins.get((row, column), (row, column))
            value = values[top][left] if top < len(values) and left < len(values[top]) else ""
            text, kind = marked.get((sheet.name, top + 1, left + 1), ("", ""))
            cell = _cell(value, row + 1, column + 1, sheet.name, text, kind)
            if (top, left) != (row, column) and cell.text:
                cell = Cell(cell.text, cell.row, cell.column, cell.sheet, "merged")
            cells.append(cell)
        yield cells


def _cell(value: Typed, row: int, column: int, sheet: str, error: str, kind: str) -> Cell:
    if kind == "error":
        return Cell(error, row, column, sheet, "error")
    if isinstance(value, bool | str):
        return Cell(str(value), row, column, sheet)
    if isinstance(value, int | float):
        # As it is shown: 0.124 in a cell of per cent is read as 12.4 %. Decimal, because 0.29 times 100 is not 29.
        text = f"{(Decimal(repr(value)) * 100).normalize():f}%" if kind == "percent" else _plain(value)
        return Cell(text, row, column, sheet, "number")
    return Cell(str(value), row, column, sheet, "date")


def _plain(value: int | float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


# -- the second look -----------------------------------------------------------------------------------------------------


def _second_look(content: bytes, path: Path) -> dict[Place, tuple[str, str]]:
    """The cells that hold an error, which the fast reader shows as empty, and those shown as per cent."""
    if content[:4] == b"\xd0\xcf\x11\xe0":
        return dict(_marked_in_xls(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            _refuse_unseen_in_ods(archive.read("content.xml"), path)
            return {}
    return dict(_marked_in_xlsx(content))


def _marked_in_xlsx(content: bytes) -> Iterator[tuple[Place, tuple[str, str]]]:
    formulas = {
        (title, cell.row, cell.column): str(cell.value) for title, cell in _cells_in_xlsx(content, data_only=False) if cell.data_type == "f"
    }
    for title, cell in _cells_in_xlsx(content, data_only=True):
        place = (title, cell.row, cell.column)
        if cell.data_type == "e":
            yield place, (str(cell.value), "error")
        elif cell.data_type == "n" and cell.value is not None and "%" in cell.number_format:
            yield place, ("", "percent")
        # A program that is no spreadsheet wrote the formula and could not compute it; an empty text is a result.
        elif place in formulas and cell.value is None and cell.data_type == "n":
            yield place, (f"{formulas[place]}: a formula without its result", "error")


def _cells_in_xlsx(content: bytes, *, data_only: bool) -> Iterator[tuple[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            # Cells that are in no file have no place.
            yield from ((sheet.title, cell) for cell in row if hasattr(cell, "row"))


def _marked_in_xls(content: bytes) -> Iterator[tuple[Place, tuple[str, str]]]:
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    for sheet in book.sheets():
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    yield (sheet.name, row + 1, column + 1), (xlrd.error_text_from_code.get(cell.value, "#ERROR"), "error")
                elif cell.ctype == xlrd.XL_CELL_NUMBER and "%" in book.format_map[book.xf_list[cell.xf_index].format_key].format_str:
                    yield (sheet.name, row + 1, column + 1), ("", "percent")


def _refuse_unseen_in_ods(content: bytes, path: Path) -> None:
    """Refuse what the fast reader does not tell apart: repeated cells are stored once, so that no place can be read off the file."""
    for cell in ElementTree.fromstring(content).iter(f"{{{OPEN_DOCUMENT}table:1.0}}table-cell"):
        text = "".join(cell.itertext()).strip()
        if re.fullmatch(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+", text):
            raise _refusal(path, f"a cell that holds the error {text}", "Mend the formula, or empty the cell.")
        if cell.get(f"{{{OPEN_DOCUMENT}office:1.0}}value-type") == "percentage":
            raise _refusal(path, f"a cell shown as per cent ({text})", "Format it as a number, or save the file as .xlsx.")


def _refuse_bomb(content: bytes, path: Path) -> None:
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except zipfile.BadZipFile as error:
            raise _refusal(path, "a damaged workbook", "Open it in Excel and save it anew.") from error
        if size > LARGEST:
            raise _refusal(path, f"a workbook that unpacks to {size / 1e6:.0f} megabytes", "Save the one sheet as a file of its own.")


def _refusal(path: Path, found: str, remedy: str) -> Refusal:
    return Refusal([Problem(path.name, "", found, "a workbook with a table of this study", remedy)])
