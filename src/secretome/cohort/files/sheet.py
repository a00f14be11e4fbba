"""The cells of a laboratory's file as text with their position, before anything is interpreted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from typing import Literal

from secretome.cohort.files.cell_names import column_letters
from secretome.protocol import Choice, InputError, Problem

CellKind = Literal["text", "number", "date", "error", "unfinished", "merged", "absent"]
# Why the displayed text of a cell cannot be read as the stored number: the cell displays nothing, another power of a
# thousand, another sign, or words; its format cannot be read; or a conditional format may change it.
Mismatch = Literal["", "invisible", "scaled", "sign", "words", "unknown", "conditional"]
MAX_RANGES = 8
# Characters of zero width are copied together with text from web pages.
ZERO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
# Other forms of the signs of limits, as keyboards for Chinese and Japanese type them.
SIGNS = {0xFF1C: "<", 0xFE64: "<", 0xFF1E: ">", 0xFE65: ">", 0x2266: "≤", 0x2A7D: "≤", 0x2267: "≥", 0x2A7E: "≥"}


@dataclass(frozen=True)
class Cell:
    """One cell of a file.

    Attributes
    ----------
    text : str
        The text to read.
    row, column : int
        The position, from 1.
    sheet : str
        The sheet of a workbook, or the table of a Prism file.
    kind : str
        The type that the file states: a ``number`` has no decimal mark of its own; a ``date`` and an ``error`` are no
        values; an ``unfinished`` formula has no result; a ``merged`` cell repeats the cell that it is merged with; an
        ``absent`` cell fills a column that another table of the file has.
    label : str
        The name of the cell in a Prism table.
    struck_out : bool
        Whether the text is struck out.
    hidden : {"", "row", "column"}
        Whether the row or the column of the cell is hidden.
    formula : str
        The formula of which the text is the result.
    displayed : str
        The displayed text, if it differs from the text.
    unit : str
        The words after a number that only its number format contains.
    mismatch : str
        Why the displayed text cannot be read as the stored number.
    percent : bool
        Whether the cell displays the number times 100.
    fill, font : str
        The colours of background and text, if they are not white and black.
    comment : str
        The comment on the cell.
    transposed : bool
        Whether the table was transposed, so that `row` is the column of the file and `column` its row.
    """

    text: str
    row: int
    column: int
    sheet: str = ""
    kind: CellKind = "text"
    label: str = ""
    struck_out: bool = False
    hidden: Literal["", "row", "column"] = ""
    formula: str = ""
    displayed: str = ""
    unit: str = ""
    mismatch: Mismatch = ""
    percent: bool = False
    fill: str = ""
    font: str = ""
    comment: str = ""
    transposed: bool = False

    @property
    def position(self) -> tuple[int, int]:
        """The row and the column in the file."""
        return (self.column, self.row) if self.transposed else (self.row, self.column)

    @property
    def visible_text(self) -> str:
        """The text that the cell displays."""
        return (self.displayed or self.text).strip()

    @property
    def filled(self) -> bool:
        """Whether the cell contains more than spaces."""
        return bool(self.text.strip())

    @property
    def name(self) -> str:
        """The name of the cell in a spreadsheet or in a Prism table.

        >>> Cell("3.45", 5, 4).name, Cell("", 2, 28).name, Cell("3.45", 5, 4, sheet="Lab data").name
        ('D5', 'AB2', "'Lab data'!D5")
        """
        row, column = self.position
        place = self.label or f"{column_letters(column)}{row}"
        if not self.sheet:
            return place
        # Spreadsheets quote such titles, so the name can be pasted into their name box.
        title = self.sheet if re.fullmatch(r"[A-Za-z_]\w*", self.sheet) else "'" + self.sheet.replace("'", "''") + "'"
        return f"{title}!{place}"


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, without empty rows and with rows of equal length, before a table is located.

    `title` is that of the sheet or Prism table; `description` says how the grid was read; a Prism table has one column
    per group; `delimiter` separates the columns of a text file; `notes` are sentences about the sheet;
    `group_in_title` tells whether only the title of the table states the group.
    """

    title: str
    rows: tuple[Row, ...]
    description: str
    prism: bool = False
    delimiter: str = ""
    notes: tuple[str, ...] = ()
    group_in_title: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table of text: a header and rows of the same length, with the notes and the problems so far.

    `delimiter` separates the columns of a text file; `unused` are the titles of the sheets that were not used;
    `decimal` is the decimal mark, if the rest of the file shows it; `key` says where the key of its samples is;
    `remarks` are the texts outside the table.
    """

    path: Path
    sha256: str
    header: Row
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    delimiter: str = ""
    unused: tuple[str, ...] = ()
    decimal: Literal[".", ","] | None = None
    key: str = ""
    remarks: Row = ()

    @property
    def cells(self) -> list[Cell]:
        """All cells, those of the header first."""
        return [*self.header, *chain.from_iterable(self.rows)]


def cell_ranges(cells: Iterable[Cell]) -> str:
    """Return the names of cells, with neighbours as one range.

    >>> cell_ranges([Cell("", row, column) for row in (2, 3) for column in (1, 2)] + [Cell("", 9, 3)])
    'A2:B3, C9'
    """
    rows: dict[int, set[int]] = {}
    for cell in cells:
        row, column = cell.position
        rows.setdefault(row, set()).add(column)
    # The top row of each area, by its left and right column and its bottom row.
    tops: dict[tuple[int, int, int], int] = {}
    for row in sorted(rows):
        for left, right in _runs(rows[row]):
            tops[left, right, row] = tops.pop((left, right, row - 1), row)
    names = []
    for top, left, bottom, right in sorted((top, left, bottom, right) for (left, right, bottom), top in tops.items()):
        first, last = f"{column_letters(left)}{top}", f"{column_letters(right)}{bottom}"
        names.append(first if first == last else f"{first}:{last}")
    more = f", and {len(names) - MAX_RANGES} more" if len(names) > MAX_RANGES else ""
    return ", ".join(names[:MAX_RANGES]) + more


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last number of each run of consecutive numbers."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


def make_grid(
    title: str, rows: list[list[Cell]], description: str, *, prism: bool = False, delimiter: str = ""
) -> Grid:
    """Return a grid of rows of equal length, without empty rows and without characters of zero width."""
    width = max((len(row) for row in rows), default=0)
    sheet = title if rows and rows[0] and rows[0][0].sheet else ""
    rows = [
        [cell if cell.text.isascii() and "&" not in cell.text else _with_usual_signs(cell) for cell in row]
        for row in rows
    ]
    padded = [
        (*row, *(Cell("", row[0].row, column + 1, sheet) for column in range(len(row), width)))
        for row in rows
        if any(cell.text.strip() for cell in row)
    ]
    return Grid(title, tuple(padded), description, prism, delimiter)


def _with_usual_signs(cell: Cell) -> Cell:
    """A cell without characters of zero width, and with the usual signs of limits."""
    text = cell.text.replace("&lt;", "<").replace("&gt;", ">")
    return replace(cell, text=text.translate(ZERO_WIDTH | SIGNS))


def file_error(
    path: Path, found: str, expected: str, remedy: str = "", place: str = "", choice: Choice | None = None
) -> InputError:
    """Return the error for a file that cannot be used."""
    return InputError([Problem(path.name, place, found, expected, remedy, choice)])
