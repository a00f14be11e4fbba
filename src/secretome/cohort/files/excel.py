"""Workbooks of Excel and LibreOffice: every sheet as text cells, each with its metadata from the workbook."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from secretome.cohort.files.calamine import Protected, SheetValues, Typed, read_values
from secretome.cohort.files.cell_metadata import CellMetadata, Mark, find_marks
from secretome.cohort.files.colors import WHITE
from secretome.cohort.files.displayed import Displayed, displayed, displayed_text, plain
from secretome.cohort.files.limits import check_archive, check_old_workbook
from secretome.cohort.files.number_format import Shown, render
from secretome.cohort.files.sheet import Cell, Grid, grid
from secretome.protocol import InputError, Problem

# What Python says of an archive whose list of members is broken, each in its own way.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error)
# What the decompressors say of a damaged member, and of one that is encrypted.
UNPACKING = (zlib.error, lzma.LZMAError, OSError, RuntimeError)
PROTECTED, UNPROTECT = "a workbook protected by a password", "Take the password off and save it."
UNFORMATTED = Displayed("")
Kind = Literal["text", "number", "date", "error", "unfinished", "merged"]


def read_workbook(content: bytes, path: Path) -> list[Grid]:
    """Every sheet of a workbook (.xlsx, .xlsm, .xls, .ods) that holds anything.

    Raises
    ------
    InputError
        If the workbook is damaged or protected.
    """
    archive = content[:2] == b"PK"
    if archive:
        _check_archive(content, path)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _refusal(path, PROTECTED, UNPROTECT)
    grids = []
    try:
        if not archive:
            check_old_workbook(content, path)
        sheets = read_values(content, apart=not archive)
        marks = find_marks(content)
        for sheet in sheets:
            rows = list(_rows(sheet, marks))
            unseen = "" if sheet.visible else "hidden "
            if any(cell.text.strip() for row in rows for cell in row):
                found = grid(sheet.name, rows, f"{unseen}sheet {sheet.name!r} of the workbook")
                grids.append(replace(found, notes=marks.notes(sheet.name)))
    except Protected as error:
        raise _refusal(path, PROTECTED, UNPROTECT) from error
    except InputError:
        raise
    except BaseException as error:  # a reader written in Rust panics with something that is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise _refusal(
            path, "a workbook that cannot be read", "Open it in Excel and save it anew, as .xlsx."
        ) from error
    if not grids:
        raise _refusal(path, "an empty workbook", "")
    return grids


def _rows(sheet: SheetValues, marks: CellMetadata) -> Iterator[list[Cell]]:
    """The cells of a sheet from its very first on, so that they keep their names."""
    values = sheet.values
    origins = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges
        for row in range(top, min(bottom, len(values)) + 1)
        for column in range(left, right + 1)
    }
    # The fast reader does not know that a sheet goes on where only errors stand.
    errors = [place for place, mark in marks.cells.items() if place[0] == sheet.name and mark.text]
    height = max([len(values), *(row for _, row, _ in errors)])
    width = max(
        [len(values[0]) if values else 0, *(column for _, _, column in errors), *(column + 1 for _, column in origins)]
    )
    for row in range(height):
        cells = []
        for column in range(width):
            top, left = origins.get((row, column), (row, column))
            value = values[top][left] if top < len(values) and left < len(values[top]) else ""
            mark = marks.at(sheet.name, top + 1, left + 1)
            if value == 0 and sheet.name in marks.without_zeros:
                mark = replace(mark, shown=Shown(""))
            cell = _cell(value, row + 1, column + 1, sheet.name, mark)
            if hidden := marks.hidden(sheet.name, row + 1, column + 1):
                cell = replace(cell, hidden=hidden)
            if cell.kind == "number" and (code := marks.conditional_format(sheet.name, row + 1, column + 1)):
                cell = replace(cell, shown=code, doubt="rule")
            cells.append(replace(cell, kind="merged") if (top, left) != (row, column) and cell.text else cell)
        yield cells


def _cell(value: Typed, row: int, column: int, sheet: str, mark: Mark) -> Cell:
    text, about = str(value), UNFORMATTED
    kind: Kind = "text"
    if mark.kind in ("error", "unfinished"):
        text, kind = mark.text, mark.kind
    elif isinstance(value, str) and mark.format:
        about = displayed_text(value, render(value, mark.format))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if mark.format or mark.shown:
            about = displayed(value, mark.shown or render(value, mark.format))
        # A limit or a word that a format shows in place of the number has the decimal mark that its author gave it.
        text, kind = plain(value), "number" if about.stored else "text"
    elif not isinstance(value, str | bool):
        kind = "date"
    # White text on a white background is hidden.
    hidden = bool(text.strip()) and mark.font == WHITE and not mark.fill
    return Cell(
        text if about is UNFORMATTED else about.text,
        row,
        column,
        sheet,
        kind,
        struck=mark.struck,
        formula=mark.formula,
        shown=about.shown,
        unit=about.unit,
        doubt="hidden" if hidden else about.doubt,
        percent=about.percent,
        fill=mark.fill,
        font=mark.font,
        comment=mark.comment,
    )


def _check_archive(content: bytes, path: Path) -> None:
    try:
        check_archive(content, path)
    except InputError:
        raise
    except (*DAMAGED, *UNPACKING, expat.ExpatError, LookupError) as error:
        raise _refusal(path, "a damaged workbook", "Open the file in Excel and save it again.") from error


def _refusal(path: Path, found: str, remedy: str) -> InputError:
    return InputError([Problem(path.name, "", found, "a workbook with a table of this study", remedy)])
