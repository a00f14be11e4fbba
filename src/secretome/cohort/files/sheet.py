"""A laboratory's file as text cells that keep their place, before anything is interpreted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from secretome.protocol import Problem


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and its place as the program that made the file names it.

    `kind` is what the file itself knows of the cell: a typed ``number`` has no decimal mark of its own, a ``date`` or
    an ``error`` is no value, nor is a formula without its result (``unfinished``), and ``merged`` repeats the cell that
    it is merged with. A cell may
    be struck out by hand (`struck`), in a row or column that is `hidden`, and the result of a `formula`.

    In a workbook, `shown` is the displayed text, if it differs from the text; `unit` the words after a
    number that only the number format holds; `percent` whether the number is shown times 100; and `doubt` the reason
    why the displayed text cannot be read as the stored number. `fill` and `font` are the colours of background and
    text, if they are not white and black.
    """

    text: str
    row: int
    column: int
    sheet: str = ""
    kind: Literal["text", "number", "date", "error", "unfinished", "merged"] = "text"
    label: str = ""
    struck: bool = False
    hidden: Literal["", "row", "column"] = ""
    formula: str = ""
    shown: str = ""
    unit: str = ""
    doubt: str = ""
    percent: bool = False
    fill: str = ""
    font: str = ""
    comment: str = ""

    @property
    def seen(self) -> str:
        """The text that a reader of the file sees, if known."""
        return (self.shown or self.text).strip()

    @property
    def name(self) -> str:
        """The cell's name in a spreadsheet, or in a table of Prism.

        >>> Cell("3.45", 5, 4).name, Cell("", 2, 28).name, Cell("3.45", 5, 4, sheet="Lab data").name
        ('D5', 'AB2', "'Lab data'!D5")
        """
        place = self.label or f"{letters(self.column)}{self.row}"
        if not self.sheet:
            return place
        # Quoted where a spreadsheet quotes it, so that the name can be pasted into its name box.
        title = self.sheet if re.fullmatch(r"[A-Za-z_]\w*", self.sheet) else "'" + self.sheet.replace("'", "''") + "'"
        return f"{title}!{place}"


@dataclass(frozen=True)
class Grid:
    """Cells as a file holds them, without empty rows and with all rows equally long, before a table is found.

    `title` is the name of the sheet or of Prism's table; a table of Prism is one column per group by its nature
    (`prism`); `delimiter` is what separates the columns of a text; `notes` are sentences about the sheet.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    understood: str
    prism: bool = False
    delimiter: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A table of text with header cells and rows of the same length, and the notes and problems so far.

    `delimiter` is what separates the columns of a text, and `unused` are the titles of the sheets that were not used.
    """

    path: Path
    sha256: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    understood: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    delimiter: str = ""
    unused: tuple[str, ...] = ()


def letters(column: int) -> str:
    """A spreadsheet's name of a column, counted from 1."""
    name = ""
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


MOST_RANGES = 8


def cell_ranges(cells: Iterable[Cell]) -> str:
    """Return the names of cells, neighbours as one range.

    >>> cell_ranges([Cell("", row, column) for row in (2, 3) for column in (1, 2)] + [Cell("", 9, 3)])
    'A2:B3, C9'
    """
    rows: dict[int, list[int]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell.column)
    open_areas: dict[tuple[int, int], list[int]] = {}
    areas: list[tuple[int, int, int, int]] = []
    for row, columns in rows.items():
        starts = [at for at in columns if at - 1 not in columns]
        spans = [
            (start, next(at for at in range(start, columns[-1] + 1) if at + 1 not in columns))
            for start in dict.fromkeys(starts)
        ]
        for span, area in list(open_areas.items()):
            if span not in spans or area[1] != row - 1:
                areas.append((area[0], span[0], area[1], span[1]))
                del open_areas[span]
        for span in spans:
            open_areas.setdefault(span, [row, row])[1] = row
    areas += [(area[0], span[0], area[1], span[1]) for span, area in open_areas.items()]
    names = [(f"{letters(left)}{top}", f"{letters(right)}{bottom}") for top, left, bottom, right in sorted(areas)]
    told = [first if first == last else f"{first}:{last}" for first, last in names]
    return ", ".join(told[:MOST_RANGES]) + (f", and {len(told) - MOST_RANGES} more" if len(told) > MOST_RANGES else "")


# Characters of no width come along when a cell is copied from a web page.
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def grid(title: str, rows: list[list[Cell]], understood: str, *, prism: bool = False, delimiter: str = "") -> Grid:
    """Rows made equally long, without those that hold nothing."""
    width = max((len(row) for row in rows), default=0)
    sheet = title if rows and rows[0] and rows[0][0].sheet else ""
    rows = [
        [replace(cell, text=cell.text.translate(UNSEEN)) if not cell.text.isascii() else cell for cell in row]
        for row in rows
    ]
    filled = [row for row in rows if any(cell.text.strip() for cell in row)]
    padded = [(*row, *(Cell("", row[0].row, column + 1, sheet) for column in range(len(row), width))) for row in filled]
    return Grid(title, tuple(padded), understood, prism, delimiter)
