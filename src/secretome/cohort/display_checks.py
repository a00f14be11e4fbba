"""Check cells that display something other than the stored number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from secretome.cohort.columns import Columns, unit_remedy
from secretome.cohort.errors import ErrorCollector, group_by
from secretome.cohort.files.sheet import Cell, Row, cell_ranges
from secretome.cohort.files.words import MISSING
from secretome.cohort.units import canonical, factor, is_unit
from secretome.cohort.values import reciprocal
from secretome.cohort.vocabulary import AUXILIARY
from secretome.protocol import Endpoint

GENERAL_FORMAT = "Set the number format of these cells to General"
RETYPE = "and type the intended entry: the number, a limit such as <15.6, or nothing if the value is missing."
MAX_EXAMPLES = 5


class Entry(NamedTuple):
    """One measurement before its text is parsed: its row, its endpoint, the cell of its value and the column."""

    row: Row
    endpoint: str
    cell: Cell
    column: int


class _Displayed(NamedTuple):
    endpoint: str
    cell: Cell


def check_displayed(entries: Sequence[Entry], columns: Columns, errors: ErrorCollector) -> list[str]:
    """Refuse values that are displayed differently, and return sentences about those that are read as displayed."""
    auxiliary = [
        _Displayed(entry.endpoint, cell)
        for entry in entries
        for cell in columns.cells(entry.row, AUXILIARY)
        if cell.text.strip().casefold() not in MISSING
    ]
    values = [_Displayed(entry.endpoint, entry.cell) for entry in entries if entry.cell.filled]
    _refuse_mismatches([*values, *auxiliary], columns, errors)
    _check_units([*values, *auxiliary], columns, errors)
    columns.units_stated |= {endpoint for endpoint, cell in values if cell.unit and not cell.mismatch}
    _refuse_mixed_percent(values, errors)
    as_displayed = [
        cell
        for _, cell in values
        if cell.displayed and not cell.mismatch and (not cell.unit or cell.text[:1] in "<>≤≥")
    ]
    by_sheet = group_by(as_displayed, lambda cell: cell.sheet)
    return [f"read as displayed: {_examples(cells)}" for cells in by_sheet.values()]


def displays_titre(cell: Cell, endpoint: Endpoint) -> bool:
    """Return whether a cell displays a titre such as 1:16 where 16 is stored."""
    if endpoint.kind != "titre" or cell.mismatch != "words":
        return False
    return reciprocal(cell.visible_text).lstrip("<>≤≥ ") == cell.text


def _refuse_mismatches(values: Sequence[_Displayed], columns: Columns, errors: ErrorCollector) -> None:
    """Add one problem for the cells of a column with the same mismatch."""
    endpoints = columns.protocol.endpoints
    cells = [cell for endpoint, cell in values if cell.mismatch and not displays_titre(cell, endpoints[endpoint])]
    for members in group_by(cells, lambda cell: (cell.sheet, cell.column, cell.mismatch)).values():
        errors.add(members[0], *_mismatch_problem(members))


def _mismatch_problem(cells: Sequence[Cell]) -> tuple[str, str, str]:
    """What was found in cells with the same mismatch, what was expected, and the remedy."""
    first, places = cells[0], cell_ranges(cells)
    if first.mismatch == "invisible":
        remedy = f"{GENERAL_FORMAT} and their text colour to black if the values are valid. "
        remedy += "If not, delete them, or write a reason in a column 'exclude' in each row."
        return f"values that are not displayed, in {places}", "visible values", remedy
    if first.mismatch == "conditional":
        found = f"a conditional format that may display {first.displayed!r} instead of the value, in {places}"
        remedy = "Delete the conditional format, and write limits as <15.6."
        return found, "cells that display the stored value", remedy
    found = f"{first.displayed!r} displayed" if first.displayed else "a number format that cannot be read"
    found += f" where {first.text if first.text != first.displayed else 'another text'} is stored"
    found += f", and similar cells in {places}" if len(cells) > 1 else ""
    return found, "a cell that displays the stored number", f"{GENERAL_FORMAT}, {RETYPE}"


def _check_units(values: Sequence[_Displayed], columns: Columns, errors: ErrorCollector) -> None:
    """Compare the units in number formats with those of the study, as if they were in the header."""
    with_unit = [value for value in values if value.cell.unit and not value.cell.mismatch]
    groups = group_by(with_unit, lambda value: (value.endpoint, value.cell.sheet, value.cell.column, value.cell.unit))
    for (endpoint, _, _, unit), members in groups.items():
        expected = columns.protocol.endpoints[endpoint].unit
        first, places = members[0].cell, cell_ranges(member.cell for member in members)
        bare = unit[1:].removesuffix(")") if unit.startswith("(") else unit
        if canonical(bare) == canonical(expected) or factor(bare, expected) == 1:
            continue
        if is_unit(bare) or factor(bare, expected):
            found = f"the unit {bare!r} in the number format of {places}"
            remedy = f"{unit_remedy(bare, expected)} and correct the number format."
            errors.add(first, found, f"{expected!r} for {endpoint}", remedy)
            continue
        found = f"{first.displayed!r} displayed where {first.text} is stored, and {unit!r} in the number format of "
        remedy = f"{GENERAL_FORMAT}. If {unit!r} describes the values, write a limit as <15.6, and the reason for an "
        remedy += "exclusion in a column 'exclude'."
        errors.add(first, f"{found}{places}", "a cell that displays only the number", remedy)


def _refuse_mixed_percent(values: Sequence[_Displayed], errors: ErrorCollector) -> None:
    """Refuse a column in which only some numbers are displayed times 100."""
    present = [value for value in values if value.cell.text.strip().casefold() not in MISSING]
    readable = [value for value in present if not value.cell.mismatch]
    for members in group_by(readable, lambda value: (value.endpoint, value.cell.sheet, value.cell.column)).values():
        percent = [cell for _, cell in members if cell.percent or cell.text.rstrip().endswith("%")]
        others = [cell for _, cell in members if "%" not in cell.text]
        # A typed sign is clear beside numbers such as 45, and not beside 0.45, which may be a fraction.
        if percent and others and (any(cell.percent for cell in percent) or any(map(_may_be_fraction, others))):
            fewer, more = sorted((percent, others), key=len)
            found = f"{fewer[0].text!r} in {cell_ranges(fewer)} and {more[0].text!r} in {cell_ranges(more)}"
            remedy = "Set the number format of the column to General, and type every value in per cent without the "
            remedy += "sign, such as 12 for 12 %."
            errors.add(fewer[0], found, "one number format in the column, either with or without per cent", remedy)


def _may_be_fraction(cell: Cell) -> bool:
    """Whether a number could be a fraction, for which 1 is 100 %.

    >>> [_may_be_fraction(Cell(text, 1, 1)) for text in ("0,45", "1", "45", "0", "<0.5")]
    [True, True, False, False, False]
    """
    text = cell.text.strip().replace(",", ".")
    return bool(re.fullmatch(r"\d*\.?\d+", text)) and 0 < float(text) <= 1


def _examples(cells: Sequence[Cell]) -> str:
    """The displayed texts, each with its cells."""
    by_text = group_by(cells, lambda cell: cell.displayed)
    texts = [f"{displayed!r} in {cell_ranges(members)}" for displayed, members in by_text.items()]
    return ", ".join(texts[:MAX_EXAMPLES]) + (", …" if len(texts) > MAX_EXAMPLES else "")
