"""Locate the columns of groups in a sheet: for each header of groups, its columns, row titles and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secretome.cohort.errors import ErrorCollector, counted
from secretome.cohort.files.sheet import Cell, Grid, Row
from secretome.cohort.flags import column_meanings, has_only_flags
from secretome.cohort.headers import Table, is_unit_cell, with_unit
from secretome.cohort.row_titles import names_no_animal
from secretome.cohort.summary_rows import is_summary, typed_count, typed_mean, without_summaries
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import BRACKETS, Vocabulary


@dataclass(frozen=True)
class GroupColumn:
    """One column of values: its position, the cell that names its group, and the cell of its endpoint, if known."""

    position: int
    group: Cell
    endpoint: Cell | None


@dataclass(frozen=True)
class Block:
    """A header of groups and the rows under it; `titles` is the position of the row titles."""

    grid: Grid
    columns: tuple[GroupColumn, ...]
    titles: int | None
    rows: tuple[Row, ...]

    def title(self, row: Row) -> Cell | None:
        """The title of a row."""
        return row[self.titles] if self.titles is not None and row[self.titles].filled else None


class BlockReader:
    """Reads the blocks of a file; notes and problems are collected."""

    def __init__(self, vocabulary: Vocabulary, errors: ErrorCollector, notes: list[str]) -> None:
        self.vocabulary = vocabulary
        self.errors = errors
        self.notes = notes

    def read(self, table: Table, tables: Sequence[Table]) -> Block:
        """Return the block under a header; `tables` are all headers of groups in the file."""
        grid, header = table.grid, table.grid.rows[table.number]
        others = [other.number for other in tables if other.grid is grid]
        body, units = self._split_units(self._body(table, others))
        filled = [at for at in range(len(header)) if any(row[at].filled for row in body)]
        titles = self._titles_column(header, filled, prism=grid.prism)
        first = max((other + 1 for other in others if other < table.number), default=0)
        columns = []
        for at in filled:
            if at != titles and self._is_group_column(header[at], [row[at] for row in body]):
                endpoint = self._endpoint(grid, grid.rows[first : table.number], at)
                columns.append(
                    GroupColumn(at, header[at], with_unit(endpoint, units.get(at, "")) if endpoint else None)
                )
        if units and not all(column.endpoint for column in columns):
            remedy = "Name the endpoint above the groups, or in the name of the sheet."
            cell = grid.rows[table.number + 1][min(units)]
            self.errors.add(cell, "a row of units", "the endpoint that has this unit", remedy)
        positions = [column.position for column in columns]
        rows = body if grid.prism else self._without_footer(body, positions)
        return Block(grid, tuple(columns), titles, tuple(self._without_summaries(rows, positions, titles)))

    def _body(self, table: Table, others: Sequence[int]) -> list[Row]:
        """The rows under a header, down to the next one."""
        rows = table.grid.rows
        end = min((other for other in others if other > table.number), default=len(rows))
        body = list(rows[table.number + 1 : end])
        # A title between two tables belongs to the second.
        while end < len(rows) and body and any(self.vocabulary.endpoint(cell.text) for cell in body[-1]):
            body.pop()
        return body

    def _split_units(self, body: list[Row]) -> tuple[list[Row], dict[int, str]]:
        """The rows without a first row of units, and the units by position."""
        units = {at: cell.text.strip() for at, cell in enumerate(body[0]) if cell.filled} if body else {}
        return (body[1:], units) if units and all(map(is_unit_cell, units.values())) else (body, {})

    def _titles_column(self, header: Row, filled: list[int], *, prism: bool) -> int | None:
        if prism:
            return 0 if 0 in filled else None
        if not filled:
            return None
        first = filled[0]
        names_rows = self.vocabulary.columns(header)[first] in ("animal", "group")
        return first if names_rows or not header[first].filled else None

    def _is_group_column(self, header: Cell, cells: list[Cell]) -> bool:
        """Whether a column contains the values of a group; other columns are noted or refused."""
        text = header.text.strip()
        column = self.vocabulary.column(text)
        if self.vocabulary.group(text) and not column:
            return True
        texts = [cell.text for cell in cells]
        if has_only_flags(header.text, texts):
            meanings = column_meanings(header.text, texts)
            flag = next(cell for cell, meaning in zip(cells, meanings, strict=True) if meaning)
            found = f"{flag.text.strip()!r} next to the values of a group"
            remedy = "If it marks a limit, write the limit as the value, such as <15.6, and delete the column."
            self.errors.add(flag, found, "columns of values only", remedy)
        elif not text:
            found = "an empty header over a filled column"
            self.errors.add(header, found, "the name of a group", "Name the column, or delete it.")
        elif is_summary(text):
            self.notes.append(f"the column {text!r} ({header.name}) is a summary, and left out")
        elif column or names_no_animal(BRACKETS.sub("", header.text)):
            remedy = "Write one row per animal if the file has other columns."
            self.errors.add(header, f"a column {column or text!r}", "columns of groups only", remedy)
        else:
            return True
        return False

    def _endpoint(self, grid: Grid, above: Sequence[Row], at: int) -> Cell | None:
        """The endpoint that is named above a column or further left, or by the title of the sheet."""
        for row in reversed(above):
            if any(self.vocabulary.endpoint(cell.text) for cell in row):
                named = [cell for cell in row[: at + 1] if cell.filled]
                return named[-1] if named and self.vocabulary.endpoint(named[-1].text) else None
        if not self.vocabulary.endpoint(grid.title):
            return None
        first = grid.rows[0][0]
        return Cell(grid.title, first.row, first.column, first.sheet, label="title" if grid.prism else "")

    def _without_footer(self, rows: list[Row], positions: list[int]) -> list[Row]:
        """The rows above the first empty row; values below it are refused, because they may be means."""
        gaps = (number for number in range(1, len(rows)) if rows[number][0].row - rows[number - 1][0].row > 1)
        if not (end := next(gaps, 0)):
            return rows
        below = [row[at] for row in rows[end:] for at in positions if row[at].filled and is_value(row[at].text)]
        for cell in below:
            found, expected = f"{cell.text.strip()!r} under an empty row", "no empty row between the animals of a group"
            self.errors.add(cell, found, expected, "Delete it if it is a summary; otherwise delete the empty row.")
        if not below:
            self.notes.append(f"{counted(len(rows) - end, 'line')} below the table skipped")
        return rows[:end]

    def _without_summaries(self, rows: list[Row], positions: list[int], titles: int | None) -> list[Row]:
        names = ["" if titles is None else row[titles].text.strip() for row in rows]
        rows, notes = without_summaries(rows, positions, names)
        self.notes += notes
        if any(names):
            return rows
        what = "mean or the median of the rows"
        if (summary := typed_mean(rows, positions)) is None:
            what, summary = "number of values", typed_count(rows, positions)
        if summary:
            found = f"a row that is in every column the {what} above, from {summary.text.strip()!r} on"
            remedy = "Delete the row; if it is an animal, give every animal an id."
            self.errors.add(summary, found, "animals: a summary is not an animal", remedy)
        return rows
