"""Determine the decimal mark and the thousands separator of a file, and ask if there are two possibilities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from secretome.cohort.files.sheet import Cell
from secretome.cohort.values import THIN_MARKS
from secretome.protocol import InputError, Problem

Mark = Literal[".", ","]
MARKS: tuple[Mark, Mark] = (".", ",")
WORDS = {".": "point", ",": "comma"}
# The usual decimal mark with each delimiter: a comma if columns are separated by semicolons.
USUAL: Mapping[str, Mark] = {",": ".", ";": ","}
_NUMBER = re.compile(
    rf"(?:[<>≤≥]|[<>]=)?\s*[+\-−]?(?P<digits>\d[\d.,{THIN_MARKS}]*|[.,]\d+)(?P<exponent>[eE][+\-−]?\d+)?\s*%?"
)
_ONE_OF_TWO = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def decimal_of(text: str | None) -> Mark | None:
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
class Evidence:
    """The evidence in the cells of a column, or of a file, about their marks.

    Attributes
    ----------
    decimal, thousands : set of str
        The marks that can only be decimal marks, and those that can only be thousands separators.
    unclear : list of Cell
        The cells whose only mark can be either, because three digits follow it.
    whole : bool
        Whether a cell holds a number without a mark.
    grouped : list of Cell
        The cells in which thousands are separated.
    """

    decimal: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)
    unclear: list[Cell] = field(default_factory=list)
    whole: bool = False
    grouped: list[Cell] = field(default_factory=list)

    def add(self, cell: Cell, text: str) -> None:
        """Add the evidence of one cell."""
        match = _NUMBER.fullmatch(text.strip())
        if match is None:
            return
        thin = re.sub(rf"(?<=\d)[{THIN_MARKS}](?=\d{{3}})", "", match["digits"])
        if thin != match["digits"]:
            self.grouped.append(cell)
        marks = [letter for letter in thin if letter in MARKS]
        if not marks:
            self.whole = True
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

    def allows(self, mark: Mark) -> bool:
        """Whether a mark can be the decimal mark in every cell."""
        return self.decimal <= {mark} and mark not in self.thousands

    def usually(self, mark: str, delimiter: str) -> bool:
        """Whether a mark is the delimiter's usual decimal mark and every number has decimals."""
        return USUAL.get(delimiter) == mark and not self.whole


@dataclass(frozen=True)
class Decision:
    """The decimal mark of each column that has one, the first ambiguous cell, and sentences about the marks."""

    marks: dict[int, str]
    question: tuple[Cell, int] | None
    understood: tuple[str, ...]
    file: Evidence


def decide(columns: Mapping[int, Sequence[tuple[Cell, str]]], delimiter: str, stated: Mark | None = None) -> Decision:
    """The decimal mark of every column.

    Parameters
    ----------
    columns : mapping
        The cells of each column, with the text of each that is a number.
    delimiter : str
        What separates the columns of a text; empty for a workbook or a Prism file.
    stated : {".", ","}, optional
        The mark that the user states.
    """
    found = {at: Evidence() for at in columns}
    for at, cells in columns.items():
        for cell, text in cells:
            found[at].add(cell, text)
    file = Evidence(
        {mark for evidence in found.values() for mark in evidence.decimal},
        {mark for evidence in found.values() for mark in evidence.thousands},
        grouped=[cell for evidence in found.values() for cell in evidence.grouped],
    )
    marks: dict[int, str] = {}
    asked: list[Cell] = []
    for at, evidence in found.items():
        unclear = [] if stated else _still_unclear(evidence, file, delimiter)
        asked += unclear
        if not unclear:
            marks[at] = stated or _mark(evidence, file)
    return Decision(marks, (asked[0], len(asked)) if asked else None, tuple(_said(found, marks, file, stated)), file)


def _still_unclear(column: Evidence, file: Evidence, delimiter: str) -> list[Cell]:
    """The cells of a column that are ambiguous after the whole file was considered."""
    cells = []
    for cell in column.unclear:
        mark = "," if "," in cell.text else "."
        other = "." if mark == "," else ","
        elsewhere = (
            not column.decimal and mark in file.decimal and mark not in file.thousands and other not in file.decimal
        )
        usual = not file.decimal and not file.thousands and column.usually(mark, delimiter)
        before_decimals = mark in column.decimal or elsewhere or usual
        between_thousands = mark in column.thousands
        if before_decimals == between_thousands:
            cells.append(cell)
    return cells


def _mark(column: Evidence, file: Evidence) -> str:
    """The decimal mark of a column in which no cell is unclear."""
    if column.decimal:
        return "." if "." in column.decimal else ","
    if column.thousands:
        return "," if "." in column.thousands else "."
    if column.unclear:
        return "," if "," in column.unclear[0].text else "."
    return "." if "." in file.decimal or "," not in file.decimal else ","


def _said(found: Mapping[int, Evidence], marks: Mapping[int, str], file: Evidence, stated: Mark | None) -> list[str]:
    used = {marks[at] for at, evidence in found.items() if at in marks and (evidence.decimal or evidence.unclear)}
    sentences = []
    if stated:
        sentences.append(f"decimals are written with a {WORDS[stated]}, as --decimal says")
    elif used:
        sentences.append(f"decimals are written with a {WORDS[',' if ',' in used else '.']}")
    grouped = list(file.grouped)
    if stated:
        other = "," if stated == "." else "."
        grouped += [cell for evidence in found.values() for cell in evidence.unclear if other in cell.text]
    if grouped:
        cells = f"{len(grouped)} cell{'s' if len(grouped) > 1 else ''}"
        sentences.append(f"{cells} with a thousands separator, such as {grouped[0].text.strip()!r}")
    return sentences


def question(decision: Decision, path: str, command: str) -> Problem:
    """The problem of an ambiguous cell, with the command for each possibility.

    Parameters
    ----------
    decision : Decision
        What was found.
    path : str
        The name of the file.
    command : str
        The command that reads the file again.
    """
    assert decision.question is not None
    cell, count = decision.question
    text = cell.text.strip()
    mark: Mark = "," if "," in text else "."
    other: Mark = "." if mark == "," else ","
    name, as_decimal, as_whole = WORDS[mark], text.replace(mark, "."), text.replace(mark, "")
    answers = []
    if other in decision.file.decimal:
        written = text.replace(mark, other)
        answers.append(f"Write {written} if the {name} is a decimal mark, or {as_whole} if it separates thousands.")
    else:
        answers.append(f"The {name} may be a decimal mark or a thousands separator.")
    if count > 1:
        answers.append(f"{count - 1} more cell{'s have' if count > 2 else ' has'} the same problem.")
    commands = [
        f"for {value} type `{command} --decimal {WORDS[answer]}`"
        for answer, value in ((mark, as_decimal), (other, as_whole))
        if decision.file.allows(answer)
    ]
    remedy = " ".join(answers) + (
        f" To set it for the whole file, {', '.join(commands)}; rerun has the same option." if commands else ""
    )
    return Problem(path, f"cell {cell.name}", repr(text), "a number with only one possible meaning", remedy)
