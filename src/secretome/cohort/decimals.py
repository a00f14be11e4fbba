"""Determine the decimal mark and the thousands separator of a file; an ambiguous file is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from secretome.cohort.errors import counted
from secretome.cohort.files.sheet import Cell
from secretome.cohort.files.words import NUMBER, THOUSANDS_MARKS
from secretome.protocol import Choice, InputError, Problem

DecimalMark = Literal[".", ","]
MARKS: tuple[DecimalMark, DecimalMark] = (".", ",")
WORDS = {".": "point", ",": "comma"}
# The usual decimal mark with each delimiter: a comma if columns are separated by semicolons.
USUAL: Mapping[str, DecimalMark] = {",": ".", ";": ","}
_VALUE = re.compile(rf"(?:[<>≤≥]|[<>]=)?\s*{NUMBER}\s*%?")
_ONE_OF_TWO = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def decimal_of(text: str | None) -> DecimalMark | None:
    """The decimal mark that a user states, as a word or as the mark itself.

    Raises
    ------
    InputError
        If it is neither a point nor a comma.

    Examples
    --------
    >>> decimal_of("comma"), decimal_of("."), decimal_of(None)
    (',', '.', None)
    """
    if not text:
        return None
    for mark in MARKS:
        if text.strip().casefold() in (mark, WORDS[mark]):
            return mark
    raise InputError([Problem("--decimal", "", repr(text), "point or comma", "State the decimal mark of the file.")])


@dataclass
class DecimalEvidence:
    """The evidence in the cells of a column, or of a file, about their marks.

    `decimal` and `thousands` are the marks that can only be decimal marks or only thousands separators; `unclear` are
    the cells whose only mark can be either, because three digits follow it; `has_whole` tells whether a cell contains a
    number without a mark; `grouped` are the cells with a thousands separator.
    """

    decimal: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)
    unclear: list[Cell] = field(default_factory=list)
    has_whole: bool = False
    grouped: list[Cell] = field(default_factory=list)

    def add(self, cell: Cell, text: str) -> None:
        """Add the evidence of one cell."""
        match = _VALUE.fullmatch(text.strip())
        if match is None:
            return
        thin = re.sub(rf"(?<=\d)[{THOUSANDS_MARKS}](?=\d{{3}})", "", match["digits"])
        if thin != match["digits"]:
            self.grouped.append(cell)
        marks = [letter for letter in thin if letter in MARKS]
        if not marks:
            self.has_whole = True
        elif len(marks) == 1 and _ONE_OF_TWO.fullmatch(thin) and not (match["exponent"] or thin != match["digits"]):
            self.unclear.append(cell)
        elif len(marks) == 1:
            self.decimal |= set(marks)
        elif re.fullmatch(r"[1-9]\d{0,2}([.,])\d{3}(\1\d{3})+", thin):
            self.thousands.add(marks[0])
            self.grouped.append(cell)
        elif re.fullmatch(r"[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*(?!\1)[.,]\d*", thin):
            self.thousands.add(marks[0])
            self.decimal.add(marks[-1])
            self.grouped.append(cell)

    def allows(self, mark: DecimalMark) -> bool:
        """Whether a mark can be the decimal mark in every cell."""
        return self.decimal <= {mark} and mark not in self.thousands

    def is_usual(self, mark: str, delimiter: str) -> bool:
        """Whether a mark is the delimiter's usual decimal mark and every number has decimals."""
        return USUAL.get(delimiter) == mark and not self.has_whole


@dataclass(frozen=True)
class DecimalMarks:
    """The decimal mark of each column that has one, the ambiguous cells, and sentences about the marks."""

    by_column: dict[int, str]
    ambiguous: list[Cell]
    notes: tuple[str, ...]
    file: DecimalEvidence


def find_decimal_marks(
    columns: Mapping[int, Sequence[tuple[Cell, str]]],
    delimiter: str,
    stated: DecimalMark | None = None,
    shown: DecimalMark | None = None,
) -> DecimalMarks:
    """Return the decimal mark of every column, from the texts of its cells and the delimiter of the file.

    `stated` is the mark that the user states, and `shown` the mark of numbers in the rest of the file.
    """
    evidence = {at: DecimalEvidence() for at in columns}
    for at, cells in columns.items():
        for cell, text in cells:
            evidence[at].add(cell, text)
    file = DecimalEvidence(
        {mark for column in evidence.values() for mark in column.decimal},
        {mark for column in evidence.values() for mark in column.thousands},
        grouped=[cell for column in evidence.values() for cell in column.grouped],
    )
    if shown and not file.decimal | file.thousands:
        file.decimal.add(shown)
    marks: dict[int, str] = {}
    ambiguous: list[Cell] = []
    for at, column in evidence.items():
        unclear = [] if stated else _still_unclear(column, file, delimiter)
        ambiguous += unclear
        if not unclear:
            marks[at] = stated or _mark_of_column(column, file)
    return DecimalMarks(marks, ambiguous, tuple(_notes(evidence, marks, file, stated)), file)


def _still_unclear(column: DecimalEvidence, file: DecimalEvidence, delimiter: str) -> list[Cell]:
    """The cells of a column that are ambiguous after the whole file was considered."""
    cells = []
    for cell in column.unclear:
        mark: DecimalMark = "," if "," in cell.text else "."
        in_other_columns = mark in file.decimal and mark not in file.thousands and _other(mark) not in file.decimal
        usual = not file.decimal and not file.thousands and column.is_usual(mark, delimiter)
        is_decimal = mark in column.decimal or (not column.decimal and in_other_columns) or usual
        is_thousands = mark in column.thousands
        if is_decimal == is_thousands:
            cells.append(cell)
    return cells


def _mark_of_column(column: DecimalEvidence, file: DecimalEvidence) -> str:
    """The decimal mark of a column in which no cell is unclear."""
    if column.decimal:
        return "." if "." in column.decimal else ","
    if column.thousands:
        return "," if "." in column.thousands else "."
    if column.unclear:
        return "," if "," in column.unclear[0].text else "."
    return "." if "." in file.decimal or "," not in file.decimal else ","


def _notes(
    evidence: Mapping[int, DecimalEvidence], marks: Mapping[int, str], file: DecimalEvidence, stated: DecimalMark | None
) -> list[str]:
    used = {marks[at] for at, column in evidence.items() if at in marks and (column.decimal or column.unclear)}
    notes = []
    if stated:
        notes.append(f"decimals are written with a {WORDS[stated]}, as stated")
    elif used:
        notes.append(f"decimals are written with a {WORDS[',' if ',' in used else '.']}")
    grouped = list(file.grouped)
    if stated:
        grouped += [cell for column in evidence.values() for cell in column.unclear if _other(stated) in cell.text]
    if grouped:
        cells = counted(len(grouped), "cell")
        notes.append(f"{cells} with a thousands separator, such as {grouped[0].text.strip()!r}")
    return notes


def decimal_problem(marks: DecimalMarks, file: str, command: str) -> Problem:
    """Return the problem of an ambiguous cell; `command` reads the file again with each decimal mark."""
    cell, more = marks.ambiguous[0], len(marks.ambiguous) - 1
    text = cell.text.strip()
    mark: DecimalMark = "," if "," in text else "."
    name, as_decimal, as_whole = WORDS[mark], text.replace(mark, "."), text.replace(mark, "")
    if _other(mark) in marks.file.decimal:
        written = text.replace(mark, _other(mark))
        remedy = f"Write {written} if the {name} is a decimal mark, or {as_whole} if it separates thousands."
    else:
        remedy = f"The {name} may be a decimal mark or a thousands separator."
    if more:
        remedy += f" {more} more cell{'s have' if more > 1 else ' has'} the same problem."
    allowed = {
        WORDS[each]: value for each, value in ((mark, as_decimal), (_other(mark), as_whole)) if marks.file.allows(each)
    }
    choice = None
    if allowed:
        commands = (f"for {value} type `{command} --decimal {word}`" for word, value in allowed.items())
        remedy += f" To set it for the whole file, {', '.join(commands)}; rerun has the same option."
        choice = Choice("decimal", (text,), tuple(allowed))
    return Problem(file, f"cell {cell.name}", repr(text), "a number with only one possible meaning", remedy, choice)


def _other(mark: DecimalMark) -> DecimalMark:
    return "," if mark == "." else "."
