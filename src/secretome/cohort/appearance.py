"""Find the cells of a table with an unusual colour or a comment, and the legend of the colours."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from secretome.cohort.files.colors import color_name
from secretome.cohort.files.sheet import Cell, Grid, Sheet, cell_ranges
from secretome.cohort.values import is_value

Place = tuple[str, int, int]
LONGEST = 80
MOST = 5
COLOR_WORDS = re.compile(
    r"\b(red|orange|yellow|green|turquoise|blue|purple|pink|gr[ea]y|black|bold|colou?r(ed)?|highlight(ed)?|shaded|filled|marked)\b",
    re.IGNORECASE,
)


def appearance_notes(sheet: Sheet, group: int | None, used: Sequence[Grid], grids: Sequence[Grid]) -> list[str]:
    """Return sentences that list the cells of a table with an unusual colour or a comment.

    Parameters
    ----------
    sheet : Sheet
        The table.
    group : int, optional
        The position of the column of groups; a colour that marks a whole group is not listed.
    used : sequence of Grid
        The sheets that the table was taken from.
    grids : sequence of Grid
        All sheets of the file, which may contain a legend.
    """
    values = _cells(sheet)
    names = _groups(sheet, group)
    inside = {_place(cell) for row in (sheet.header, *sheet.rows) for cell in row}
    outside = [row for grid in grids for row in grid.rows]
    notes = []
    for kind, words in (("fill", "cells filled with"), ("font", "text in")):
        for key, cells in _singled_out(values, names, kind).items():
            color = color_name(key) if key else "no colour, unlike the other cells of their columns"
            legend = _legends(key, kind, outside, inside, {grid.title for grid in used})
            told = f"; the legend is {legend}" if legend else ""
            notes.append(f"{words} {color}: {cell_ranges(cells)}, used like the others{told}")
    comments = [cell for grid in used for row in grid.rows for cell in row if cell.comment and cell.kind != "merged"]
    if comments:
        told = "; ".join(f"{cell_ranges([cell])} {_shortened(cell.comment)!r}" for cell in comments[:MOST])
        more = f"; and {len(comments) - MOST} more" if len(comments) > MOST else ""
        notes.append(f"comments on cells, which do not affect the analysis: {told}{more}")
    return [*notes, *(note for grid in used for note in grid.notes)]


def _place(cell: Cell) -> Place:
    return cell.sheet, cell.row, cell.column


def _cells(sheet: Sheet) -> dict[Place, Cell]:
    """The cells under the header, each once; if the columns are groups, only the values."""
    grouped = len({_place(cell) for cell in sheet.header}) == 1 and len(sheet.header) > 1
    rows = [row[3:4] if grouped else row for row in sheet.rows]
    return {_place(cell): cell for row in rows for cell in row}


def _groups(sheet: Sheet, group: int | None) -> dict[tuple[str, int], str]:
    """The group of each row of a table with one row per animal."""
    return (
        {} if group is None else {(row[group].sheet, row[group].row): row[group].seen.casefold() for row in sheet.rows}
    )


def _singled_out(values: dict[Place, Cell], groups: dict[tuple[str, int], str], kind: str) -> dict[str, list[Cell]]:
    """The cells whose colour differs from most of their column, by colour."""
    columns: dict[tuple[str, int], list[Cell]] = {}
    for cell in values.values():
        columns.setdefault((cell.sheet, cell.column), []).append(cell)
    found: dict[str, list[Cell]] = {}
    for cells in columns.values():
        keys = [str(getattr(cell, kind)) for cell in cells]
        counts = Counter(keys)
        background = max(counts, key=lambda key: (counts[key], not key))
        for key in dict.fromkeys(keys):
            members = [cell for cell in cells if getattr(cell, kind) == key]
            if key != background and not _is_banding(members, cells) and not _are_groups(members, groups):
                found.setdefault(key, []).extend(members)
    return found


def _is_banding(members: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Whether every second row, or every second block of rows, has a colour."""
    first = min(cell.row for cell in cells)
    rows, every = {cell.row - first for cell in members}, {cell.row - first for cell in cells}
    return any(
        rows == {row for row in every if row // width % 2 == odd}
        for width in range(1, max(every) // 3 + 1)
        for odd in (0, 1)
    )


def _are_groups(members: Sequence[Cell], groups: dict[tuple[str, int], str]) -> bool:
    """Whether a colour marks whole groups, of two animals or more."""
    rows = {(cell.sheet, cell.row) for cell in members}
    if not rows <= set(groups):
        return False
    named = {groups[row] for row in rows}
    whole = {row for row, name in groups.items() if name in named}
    return rows == whole and len(named) < len(whole)


def _legends(key: str, kind: str, rows: Iterable[tuple[Cell, ...]], inside: set[Place], titles: set[str]) -> str:
    """The text outside a table that explains a colour, from cells that have the colour or name it."""
    told: dict[str, str] = {}
    name = color_name(key) if key else ""
    for row in rows:
        for at, cell in enumerate(row):
            if _place(cell) in inside or cell.kind == "merged":
                continue
            colored = bool(key) and getattr(cell, kind) == key
            # The colour may be in an empty cell, with its meaning in the next cell.
            meant = cell if cell.text.strip() or not colored or at + 1 == len(row) else row[at + 1]
            text = meant.text.strip()
            if not text or is_value(text) or _place(meant) in inside:
                continue
            words = COLOR_WORDS.search(text)
            named = words is not None and (words[0].casefold().replace("gray", "grey") == name or name.startswith("a "))
            if named or (colored and (cell.sheet in titles or words or "=" in text)):
                told.setdefault(_shortened(text), f"{_shortened(text)!r} ({meant.name})")
    return ", ".join(list(told.values())[:3])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
