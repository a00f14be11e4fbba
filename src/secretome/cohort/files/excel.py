"""Workbooks of Excel and LibreOffice: every sheet as text cells, each with its metadata from the workbook."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

from secretome.cohort.files import calamine, python_readers
from secretome.cohort.files.calamine import PasswordProtectedError, SheetValues, Typed
from secretome.cohort.files.cell_metadata import CellMetadata, Metadata, read_metadata
from secretome.cohort.files.colors import WHITE
from secretome.cohort.files.displayed import DisplayedNumber, compare_number, compare_text, format_number
from secretome.cohort.files.limits import DAMAGED, check_archive, check_old_workbook
from secretome.cohort.files.number_format import RenderedText, render
from secretome.cohort.files.sheet import Cell, CellKind, Grid, file_error, make_grid
from secretome.protocol import InputError

try:
    from lzma import LZMAError
except ImportError:  # Python in a browser has no lzma, and so unpacks no member that needs it.
    LZMAError = zlib.error  # type: ignore[assignment,misc]

# What the decompressors raise for a damaged or encrypted member.
UNPACKING = (zlib.error, LZMAError, OSError, RuntimeError)
EXPECTED = "a workbook with a table of this study"


def read_workbook(content: bytes, path: Path) -> list[Grid]:
    """Return every sheet of a workbook (.xlsx, .xlsm, .xls, .ods) that is not empty.

    Raises
    ------
    InputError
        If the workbook is damaged, protected or empty.
    """
    is_archive = content[:2] == b"PK"
    if is_archive:
        _check_archive(content, path)
    try:
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise PasswordProtectedError
        if not is_archive:
            check_old_workbook(content, path)
        grids = list(_grids(content, separate_process=not is_archive))
    except PasswordProtectedError as error:
        remedy = "Remove the password, and save the workbook."
        raise file_error(path, "a workbook protected by a password", EXPECTED, remedy) from error
    except InputError:
        raise
    except BaseException as error:  # a panic of the library written in Rust is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        remedy = "Open it in Excel, and save it again as .xlsx."
        raise file_error(path, "a workbook that cannot be read", EXPECTED, remedy) from error
    if not grids:
        raise file_error(path, "an empty workbook", EXPECTED)
    return grids


def _check_archive(content: bytes, path: Path) -> None:
    try:
        check_archive(content, path)
    except InputError:
        raise
    except (*DAMAGED, *UNPACKING, expat.ExpatError, LookupError) as error:
        remedy = "Open the file in Excel, and save it again."
        raise file_error(path, "a damaged workbook", EXPECTED, remedy) from error


def _grids(content: bytes, *, separate_process: bool) -> Iterator[Grid]:
    sheets = _read_values(content, separate_process=separate_process)
    metadata = read_metadata(content)
    for sheet in sheets:
        rows = list(_rows(sheet, metadata))
        if any(cell.filled for row in rows for cell in row):
            hidden = "" if sheet.visible else "hidden "
            grid = make_grid(sheet.name, rows, f"{hidden}sheet {sheet.name!r} of the workbook")
            yield replace(grid, notes=metadata.notes(sheet.name))


def _read_values(content: bytes, *, separate_process: bool) -> list[SheetValues]:
    try:
        return calamine.read_values(content, separate_process=separate_process)
    except ImportError:
        return python_readers.read_values(content)


def _rows(sheet: SheetValues, metadata: CellMetadata) -> Iterator[list[Cell]]:
    """The rows of a sheet from its first cell on, so that every cell keeps its name."""
    values = sheet.values
    # The top left cell of each merged cell.
    origins = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in (sheet.merged_cell_ranges or metadata.merged.get(sheet.name, []))
        for row in range(top, min(bottom, len(values)) + 1)
        for column in range(left, right + 1)
    }
    # The reader of values omits rows and columns that contain errors only.
    errors = [place for place, cell in metadata.cells.items() if place[0] == sheet.name and cell.text]
    height = max([len(values), *(row for _, row, _ in errors)])
    width = max([*map(len, values[:1]), 0, *(column for _, _, column in errors), *(at + 1 for _, at in origins)])
    for row in range(height):
        cells = []
        for column in range(width):
            top, left = origins.get((row, column), (row, column))
            value = values[top][left] if top < len(values) and left < len(values[top]) else ""
            cell = _cell(value, row + 1, column + 1, sheet.name, metadata.at(sheet.name, top + 1, left + 1), metadata)
            cells.append(replace(cell, kind="merged") if (top, left) != (row, column) and cell.text else cell)
        yield cells


def _cell(value: Typed, row: int, column: int, sheet: str, cell: Metadata, metadata: CellMetadata) -> Cell:
    if value == 0 and sheet in metadata.without_zeros:
        cell = replace(cell, rendered=RenderedText(""))
    number, kind = _text_and_kind(value, cell)
    if kind == "number" and (code := metadata.conditional_format(sheet, row, column)):
        number = replace(number, displayed=code, mismatch="conditional")
    elif number.text.strip() and cell.font == WHITE and not cell.fill:
        # White text on a white background is invisible.
        number = replace(number, mismatch="invisible")
    return Cell(
        number.text,
        row,
        column,
        sheet,
        kind,
        struck_out=cell.struck_out,
        hidden=metadata.hidden(sheet, row, column),
        formula=cell.formula,
        displayed=number.displayed,
        unit=number.unit,
        mismatch=number.mismatch,
        percent=number.percent,
        fill=cell.fill,
        font=cell.font,
        comment=cell.comment,
    )


def _text_and_kind(value: Typed, cell: Metadata) -> tuple[DisplayedNumber, CellKind]:
    if cell.kind in ("error", "unfinished"):
        return DisplayedNumber(cell.text), cell.kind
    if isinstance(value, str):
        return compare_text(value, render(value, cell.format)) if cell.format else DisplayedNumber(value), "text"
    if isinstance(value, bool):
        return DisplayedNumber(str(value)), "text"
    if not isinstance(value, int | float):
        return DisplayedNumber(str(value)), "date"
    if not cell.format and not cell.rendered:
        return DisplayedNumber(format_number(value)), "number"
    number = compare_number(value, cell.rendered or render(value, cell.format))
    # A limit or a word that a format displays instead of the number has the decimal mark that its author chose.
    return number, "number" if number.stored else "text"
