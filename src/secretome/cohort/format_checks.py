"""Check the formatting of cells: struck-out values, hidden rows and columns, and formulas of other values."""

from __future__ import annotations

from collections.abc import Sequence

from secretome.cohort.columns import Columns
from secretome.cohort.errors import ErrorCollector, group_by
from secretome.cohort.files.cell_names import column_letters
from secretome.cohort.files.sheet import Cell
from secretome.cohort.summary_rows import summarises
from secretome.cohort.vocabulary import REQUIRED

STRIKE_REMEDY = "If it counts, remove the strikethrough. If not, give the row a reason in a column 'exclude', one row "
STRIKE_REMEDY += "per animal."
HIDDEN_REMEDY = "Show them if they count. If not, delete them, or give each row a reason in a column 'exclude'."


def check_formatting(columns: Columns, values: Sequence[Cell], errors: ErrorCollector) -> list[str]:
    """Refuse struck-out, hidden and summary values without a reason for exclusion; return notes on hidden columns."""
    header = columns.sheet.header
    positions = {cell.position for cell in values if cell.filled}
    measured = [columns.named["value"]] if "value" in columns.named else list(columns.wide.values())
    checked = [*(columns.named[name] for name in (*REQUIRED, "endpoint") if name in columns.named), *measured]
    for cell in (header[position] for position in checked if header[position].struck_out):
        found = f"the struck-out header {cell.text.strip()!r}"
        errors.add(cell, found, "columns that count", "Remove the strikethrough, or delete the column.")
    hidden: list[Cell] = []
    for row in columns.sheet.rows:
        if columns.is_excluded(row):
            continue
        _refuse_struck([row[position] for position in checked], errors)
        for cell in (row[position] for position in measured if row[position].filled):
            hidden += [cell] if cell.hidden else []
            if summarises(cell, positions):
                found = f"the formula {cell.formula}, which is calculated from other values"
                errors.add(cell, found, "the value of one animal, not a summary", "Delete it.")
    _refuse_hidden(hidden, errors)
    named = [header[position] for name, position in columns.named.items() if name != "value"]
    names = [f"{cell.text.strip()!r} ({column_letters(cell.position[1])})" for cell in named if cell.hidden == "column"]
    return [f"hidden columns, read like the others: {', '.join(names)}"] if names else []


def _refuse_struck(cells: Sequence[Cell], errors: ErrorCollector) -> None:
    """Add one problem for the struck-out cells of a row."""
    struck = [cell for cell in cells if cell.struck_out and cell.filled]
    for first, *others in group_by(struck, lambda cell: cell.row).values():
        more = f", and {', '.join(cell.name for cell in others)} too" if others else ""
        found = f"{first.text.strip()!r} struck out{more}"
        errors.add(first, found, "values that count, or a reason to leave them out", STRIKE_REMEDY)


def _refuse_hidden(cells: Sequence[Cell], errors: ErrorCollector) -> None:
    """Add one problem for the hidden rows of a sheet, and one for its hidden columns."""
    for sheet, members in group_by(cells, lambda cell: cell.sheet).items():
        rows = dict.fromkeys(str(cell.position[0]) for cell in members if cell.hidden == "row")
        letters = dict.fromkeys(column_letters(cell.position[1]) for cell in members if cell.hidden == "column")
        for noun, names in (("row", rows), ("column", letters)):
            if names:
                place = f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)} of {sheet!r}"
                found = "values that are hidden or filtered out" if noun == "row" else "hidden values"
                errors.add_at(place, found, "values that can be seen", HIDDEN_REMEDY)
