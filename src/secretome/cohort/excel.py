"""Workbooks of Excel and LibreOffice: every sheet as text cells, each with what the workbook knows of it beside its value."""

import datetime
import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import python_calamine

from secretome.cohort.colors import WHITE
from secretome.cohort.displayed import Displayed, displayed, displayed_text, plain
from secretome.cohort.marks import Mark, Marks, find_marks
from secretome.cohort.number_format import Shown, render
from secretome.cohort.sheet import Cell, Grid, grid
from secretome.protocol import Problem, Refusal

# Far more than any cohort, far less than what makes a machine swap: a small file can unpack to gigabytes.
LARGEST = 500_000_000
# What Python says of an archive whose list of members is broken, each in its own way.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error)
PROTECTED, UNPROTECT = "a workbook protected by a password", "Take the password off and save it."
UNFORMATTED = Displayed("")
Kind = Literal["text", "number", "date", "error", "unfinished", "merged"]
Typed = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def read_workbook(content: bytes, path: Path) -> list[Grid]:
    """Every sheet of a workbook (.xlsx, .xlsm, .xls, .ods) that holds anything.

    Raises
    ------
    Refusal
        If the workbook is damaged or protected.
    """
    _refuse_bomb(content, path)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _refusal(path, PROTECTED, UNPROTECT)
    grids = []
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            marks = find_marks(content)
            for about in book.sheets_metadata:
                if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                rows = list(_rows(book.get_sheet_by_name(about.name), marks))
                unseen = "" if about.visible == python_calamine.SheetVisibleEnum.Visible else "hidden "
                if any(cell.text.strip() for row in rows for cell in row):
                    found = grid(about.name, rows, f"{unseen}sheet {about.name!r} of the workbook")
                    grids.append(replace(found, notes=marks.notes(about.name)))
    except python_calamine.PasswordError as error:
        raise _refusal(path, PROTECTED, UNPROTECT) from error
    except Refusal:
        raise
    except BaseException as error:  # a reader written in Rust panics with something that is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise _refusal(path, "a workbook that cannot be read", "Open it in Excel and save it anew, as .xlsx.") from error
    if not grids:
        raise _refusal(path, "an empty workbook", "")
    return grids


def _rows(sheet: python_calamine.CalamineSheet, marks: Marks) -> Iterator[list[Cell]]:
    """The cells of a sheet from its very first on, so that they keep their names."""
    values: list[list[Typed]] = sheet.to_python(skip_empty_area=False)
    origins = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        for row in range(top, min(bottom, len(values)) + 1)
        for column in range(left, right + 1)
    }
    # The fast reader does not know that a sheet goes on where only errors stand.
    errors = [place for place, mark in marks.cells.items() if place[0] == sheet.name and mark.text]
    height = max([len(values), *(row for _, row, _ in errors)])
    width = max([len(values[0]) if values else 0, *(column for _, _, column in errors), *(column + 1 for _, column in origins)])
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


def _refuse_bomb(content: bytes, path: Path) -> None:
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except DAMAGED as error:
            raise _refusal(path, "a damaged workbook", "Open it in Excel and save it anew.") from error
        if size > LARGEST:
            raise _refusal(path, f"a workbook that unpacks to {size / 1e6:.0f} megabytes", "Save the one sheet as a file of its own.")


def _refusal(path: Path, found: str, remedy: str) -> Refusal:
    return Refusal([Problem(path.name, "", found, "a workbook with a table of this study", remedy)])
