"""Checks of cells that display something other than the stored number."""

from collections.abc import Sequence

from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.files.sheet import Cell, cell_ranges
from secretome.cohort.units import canonical, factor, is_unit
from secretome.cohort.values import MISSING, reciprocal
from secretome.cohort.vocabulary import BESIDE
from secretome.protocol import Endpoint

Measurement = tuple[tuple[Cell, ...], str, Cell]
GENERAL_FORMAT = "Set the number format of these cells to General"
SEVERAL = "and type the intended entry: the number, a limit such as <15.6, or nothing if the value is missing."


def check_displayed(entries: Sequence[Measurement], columns: Columns, errors: ErrorCollector) -> list[str]:
    """Ask about values that are displayed differently, and return sentences about those that are read as displayed.

    Parameters
    ----------
    entries : sequence of (row, endpoint, value)
        The measurements, without those that are excluded.
    columns : Columns
        The columns of the table.
    errors : ErrorCollector
        Where questions are noted.
    """
    beside = [
        (endpoint, row[columns.named[name]])
        for row, endpoint, _ in entries
        for name in BESIDE
        if name in columns.named and row[columns.named[name]].text.strip().casefold() not in MISSING
    ]
    values = [(endpoint, cell) for _, endpoint, cell in entries if cell.text.strip()]
    _ask_about_doubts([*values, *beside], columns, errors)
    _check_units([*values, *beside], columns, errors)
    columns.units_stated |= {endpoint for endpoint, cell in values if cell.unit and not cell.doubt}
    _ask_about_percent(values, errors)
    notes: dict[str, list[Cell]] = {}
    for _, cell in values:
        if cell.shown and not cell.doubt and (not cell.unit or cell.text[:1] in "<>≤≥"):
            notes.setdefault(cell.sheet, []).append(cell)
    return [f"read as displayed: {_examples(cells)}" for cells in notes.values()]


def shows_titre(cell: Cell, endpoint: Endpoint) -> bool:
    """Whether a cell shows a titre such as 1:16 where 16 is stored."""
    return endpoint.kind == "titre" and cell.doubt == "words" and reciprocal(cell.seen).lstrip("<>≤≥ ") == cell.text


def _ask_about_doubts(values: Sequence[tuple[str, Cell]], columns: Columns, errors: ErrorCollector) -> None:
    """Ask one question for the cells of a column that differ in one way."""
    doubtful: dict[tuple[str, int, str], list[Cell]] = {}
    for endpoint, cell in values:
        if cell.doubt and not shows_titre(cell, columns.protocol.endpoints[endpoint]):
            doubtful.setdefault((cell.sheet, cell.column, cell.doubt), []).append(cell)
    for (_, _, doubt), cells in doubtful.items():
        first, places = cells[0], cell_ranges(cells)
        if doubt == "hidden":
            found = f"values that are not displayed, in {places}"
            remedy = f"{GENERAL_FORMAT} and their text colour to black if the values are valid. "
            remedy += "If not, delete them, or write a reason in a column 'exclude' in each row."
            errors.about(first, found, "visible values", remedy)
            continue
        if doubt == "rule":
            found = f"a conditional format that may display {first.shown!r} instead of the value, in {places}"
            errors.about(
                first,
                found,
                "cells that display the stored value",
                "Delete the conditional format, and write limits as <15.6.",
            )
            continue
        shown = f"{first.shown!r} displayed" if first.shown else "a number format that cannot be read"
        found = f"{shown} where {first.text if first.text != first.shown else 'another text'} is stored"
        found += f", and similar cells in {places}" if len(cells) > 1 else ""
        errors.about(first, found, "a cell that displays the stored number", f"{GENERAL_FORMAT}, {SEVERAL}")


def _check_units(values: Sequence[tuple[str, Cell]], columns: Columns, errors: ErrorCollector) -> None:
    """Compare the units that number formats show with those of the study, as if they were in the header."""
    stated: dict[tuple[str, str, int, str], list[Cell]] = {}
    for endpoint, cell in values:
        if cell.unit and not cell.doubt:
            stated.setdefault((endpoint, cell.sheet, cell.column, cell.unit), []).append(cell)
    for (endpoint, _, _, unit), cells in stated.items():
        expected = columns.protocol.endpoints[endpoint].unit
        first, places = cells[0], cell_ranges(cells)
        bare = _bare(unit)
        if canonical(bare) == canonical(expected) or factor(bare, expected) == 1:
            continue
        if is_unit(bare) or factor(bare, expected):
            times = factor(bare, expected)
            remedy = f"Multiply the values by {times:g}" if times else f"Convert the values to {expected}"
            found = f"the unit {bare!r} in the number format of {places}"
            errors.about(first, found, f"{expected!r} for {endpoint}", f"{remedy} and correct the number format.")
        else:
            found = (
                f"{first.shown!r} displayed where {first.text} is stored, and {unit!r} in the number format of {places}"
            )
            remedy = (
                f"{GENERAL_FORMAT}. If {unit!r} describes the values, write a limit as <15.6, and the reason for an "
                "exclusion"
            )
            errors.about(first, found, "a cell that displays only the number", f"{remedy} in a column 'exclude'.")


def _bare(unit: str) -> str:
    """A unit without brackets around it."""
    return unit[1:].removesuffix(")") if unit.startswith("(") else unit


def _ask_about_percent(values: Sequence[tuple[str, Cell]], errors: ErrorCollector) -> None:
    """Ask about a column in which some numbers are shown times 100 and others are not."""
    columns: dict[tuple[str, str, int], list[Cell]] = {}
    for endpoint, cell in values:
        if cell.text.strip().casefold() not in MISSING and not cell.doubt:
            columns.setdefault((endpoint, cell.sheet, cell.column), []).append(cell)
    for cells in columns.values():
        percent = [cell for cell in cells if cell.percent]
        others = [cell for cell in cells if "%" not in cell.text]
        if percent and others:
            fewer, more = sorted((percent, others), key=len)
            found = f"{fewer[0].text!r} in {cell_ranges(fewer)} and {more[0].text!r} in {cell_ranges(more)}"
            remedy = (
                "Set the number format of the column to General, and type every value in per cent without the sign, "
                "such as 12 for 12 %."
            )
            errors.about(fewer[0], found, "one number format in the column, either with or without per cent", remedy)


def _examples(cells: Sequence[Cell]) -> str:
    """The cells that display the same text, each text once."""
    texts: dict[str, list[Cell]] = {}
    for cell in cells:
        texts.setdefault(cell.shown, []).append(cell)
    told = [f"{shown!r} in {cell_ranges(members)}" for shown, members in texts.items()]
    return ", ".join(told[:5]) + (", …" if len(told) > 5 else "")
