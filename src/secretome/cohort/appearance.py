"""Find the cells of a table with an unusual colour or a comment, and the legend of the colours."""

import re
from collections.abc import Iterable, Sequence

from secretome.cohort.errors import group_by
from secretome.cohort.files.colors import color_name
from secretome.cohort.files.sheet import Cell, Grid, Row, Sheet, cell_ranges
from secretome.cohort.values import is_value

Position = tuple[str, int, int]
MAX_LENGTH = 80
MAX_COMMENTS = 5
COLOR_WORDS = re.compile(
    r"\b(red|orange|yellow|green|turquoise|blue|purple|pink|gr[ea]y|black|bold|colou?r(ed)?|highlight(ed)?|shaded|filled|marked)\b",
    re.IGNORECASE,
)


def appearance_notes(sheet: Sheet, group: int | None, used: Sequence[Grid], grids: Sequence[Grid]) -> list[str]:
    """Return sentences that list the cells of a table with an unusual colour or a comment.

    `group` is the position of the column of groups, because a colour of whole groups is not listed; `used` are the
    sheets of the table, and `grids` are all sheets of the file, which may contain a legend.
    """
    values = _cells(sheet)
    names = _groups(sheet, group)
    inside = {_position(cell) for cell in sheet.cells}
    outside = [row for grid in grids for row in grid.rows]
    notes = []
    for kind, words in (("fill", "cells filled with"), ("font", "text in")):
        for key, cells in _unusual_cells(values, names, kind).items():
            color = color_name(key) if key else "no colour, unlike the other cells of their columns"
            legend = _legends(key, kind, outside, inside, {grid.title for grid in used})
            more = f"; the legend is {legend}" if legend else ""
            notes.append(f"{words} {color}: {cell_ranges(cells)}, used like the others{more}")
    comments = [cell for grid in used for row in grid.rows for cell in row if cell.comment and cell.kind != "merged"]
    if comments:
        texts = "; ".join(f"{cell_ranges([cell])} {_cut(cell.comment)!r}" for cell in comments[:MAX_COMMENTS])
        more = f"; and {len(comments) - MAX_COMMENTS} more" if len(comments) > MAX_COMMENTS else ""
        notes.append(f"comments on cells, which do not affect the analysis: {texts}{more}")
    return [*notes, *(note for grid in used for note in grid.notes)]


def _position(cell: Cell) -> Position:
    return cell.sheet, cell.row, cell.column


def _cells(sheet: Sheet) -> dict[Position, Cell]:
    """The cells under the header, each once; if the columns are groups, only the values."""
    grouped = len({_position(cell) for cell in sheet.header}) == 1 and len(sheet.header) > 1
    rows = [row[3:4] if grouped else row for row in sheet.rows]
    return {_position(cell): cell for row in rows for cell in row}


def _groups(sheet: Sheet, group: int | None) -> dict[tuple[str, int], str]:
    """The group of each row of a table with one row per animal."""
    return (
        {}
        if group is None
        else {(row[group].sheet, row[group].row): row[group].visible_text.casefold() for row in sheet.rows}
    )


def _unusual_cells(
    values: dict[Position, Cell], groups: dict[tuple[str, int], str], kind: str
) -> dict[str, list[Cell]]:
    """The cells whose colour differs from most of their column, by colour."""
    unusual: dict[str, list[Cell]] = {}
    for cells in group_by(values.values(), lambda cell: (cell.sheet, cell.column)).values():
        by_color = group_by(cells, lambda cell: str(getattr(cell, kind)))
        background = max(by_color, key=lambda key: (len(by_color[key]), not key))
        for key, members in by_color.items():
            if key != background and not _is_banding(members, cells) and not _are_groups(members, groups):
                unusual.setdefault(key, []).extend(members)
    return unusual


def _is_banding(members: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Whether every second row, or every second block of rows, has a colour."""
    first = min(cell.row for cell in cells)
    rows, all_rows = ({cell.row - first for cell in each} for each in (members, cells))
    return any(
        rows == {row for row in all_rows if row // width % 2 == odd}
        for width in range(1, max(all_rows) // 3 + 1)
        for odd in (0, 1)
    )


def _are_groups(members: Sequence[Cell], groups: dict[tuple[str, int], str]) -> bool:
    """Whether a colour marks whole groups, of two animals or more."""
    rows = {(cell.sheet, cell.row) for cell in members}
    if not rows <= set(groups):
        return False
    names = {groups[row] for row in rows}
    rows_of_groups = {row for row, name in groups.items() if name in names}
    return rows == rows_of_groups and len(names) < len(rows_of_groups)


def _legends(key: str, kind: str, rows: Iterable[Row], inside: set[Position], titles: set[str]) -> str:
    """The text outside a table that explains a colour, from cells that have the colour or name it."""
    legends: dict[str, str] = {}
    name = color_name(key) if key else ""
    for row in rows:
        for at, cell in enumerate(row):
            if _position(cell) in inside or cell.kind == "merged":
                continue
            colored = bool(key) and getattr(cell, kind) == key
            # The colour may be in an empty cell, with its meaning in the next cell.
            explanation = cell if cell.text.strip() or not colored or at + 1 == len(row) else row[at + 1]
            text = explanation.text.strip()
            if not text or is_value(text) or _position(explanation) in inside:
                continue
            words = COLOR_WORDS.search(text)
            named = words is not None and (words[0].casefold().replace("gray", "grey") == name or name.startswith("a "))
            if named or (colored and (cell.sheet in titles or words or "=" in text)):
                legends.setdefault(_cut(text), f"{_cut(text)!r} ({explanation.name})")
    return ", ".join(list(legends.values())[:3])


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
