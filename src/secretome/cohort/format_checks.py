"""Cells that a laboratory marks by format: animals struck out, rows hidden, and a mean written below the values."""

from collections.abc import Sequence

from secretome.cohort.columns import Columns, ErrorCollector
from secretome.cohort.files.sheet import Cell, Sheet, letters
from secretome.cohort.summary_rows import summarises
from secretome.cohort.values import MISSING
from secretome.cohort.vocabulary import REQUIRED

STRIKE = "If it counts, take the strike off. If not, give the row a reason in a column 'exclude', one row per animal."


def check_marked(sheet: Sheet, columns: Columns, values: Sequence[Cell], errors: ErrorCollector) -> list[str]:
    """Refuse struck-out, hidden or summary values, unless their row gives a reason; return notes on hidden columns."""
    places = {(cell.row, cell.column) for cell in values if cell.text.strip()}
    naming = [columns.named[name] for name in (*REQUIRED, "endpoint") if name in columns.named]
    measured = [columns.named["value"]] if "value" in columns.named else list(columns.wide.values())
    for position in (*naming, *measured):
        if sheet.header[position].struck:
            found = f"the struck-out header {sheet.header[position].text.strip()!r}"
            errors.about(
                sheet.header[position], found, "columns that count", "Take the strike off, or delete the column."
            )
    hidden: list[Cell] = []
    for row in sheet.rows:
        if columns.text(row, "exclude").casefold() not in MISSING:
            continue
        _refuse_struck([row[position] for position in (*naming, *measured)], errors)
        for cell in (row[position] for position in measured if row[position].text.strip()):
            hidden += [cell] if cell.hidden else []
            if summarises(cell, places):
                found = f"the formula {cell.formula}, which is worked out from other values"
                errors.about(cell, found, "the value of one animal: a summary is none", "Delete it.")
    _refuse_hidden(hidden, errors)
    columns_named = [sheet.header[position] for name, position in columns.named.items() if name != "value"]
    told = ", ".join(
        f"{cell.text.strip()!r} ({letters(cell.column)})" for cell in columns_named if cell.hidden == "column"
    )
    return [f"hidden columns, read like the others: {told}"] if told else []


def _refuse_struck(cells: Sequence[Cell], errors: ErrorCollector) -> None:
    """One sentence for the struck-out cells of a row."""
    struck = [cell for cell in cells if cell.struck and cell.text.strip()]
    for number in dict.fromkeys(cell.row for cell in struck):
        first, *others = [cell for cell in struck if cell.row == number]
        found = f"{first.text.strip()!r} struck out" + (
            f", and {', '.join(cell.name for cell in others)} too" if others else ""
        )
        errors.about(first, found, "values that count, or a reason to leave them out", STRIKE)


def _refuse_hidden(cells: Sequence[Cell], errors: ErrorCollector) -> None:
    """One sentence for the hidden rows of a sheet, and one for its hidden columns."""
    for sheet in dict.fromkeys(cell.sheet for cell in cells):
        for kind in ("row", "column"):
            ours = [cell for cell in cells if cell.sheet == sheet and cell.hidden == kind]
            names = list(dict.fromkeys(str(cell.row) if kind == "row" else letters(cell.column) for cell in ours))
            if names:
                place = f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)} of {sheet!r}"
                found = "values that are hidden or filtered out" if kind == "row" else "hidden values"
                remedy = (
                    "Show them if they count. If not, delete them, or give each row a reason in a column 'exclude'."
                )
                errors.about_file(found, "values that can be seen", place, remedy)
