"""Separate the tables of a sheet, and add to each the group, the endpoint or the ids that only its title states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from secretome.cohort.files.sheet import Cell, Grid, Row
from secretome.cohort.headers import DERIVED, find_tables, has_repeated_groups, is_unit_cell
from secretome.cohort.summary_rows import is_summary, typed_mean
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import BRACKETS, Vocabulary, other_name, unit_in_brackets

# Headers of a column of values whose endpoint only the title of the table states.
GENERAL_VALUE = re.compile(
    r"((calc(ulated)?|obs(erved)?|final|serum|plasma)\.?[\s_]*)?(conc(entration)?s?|values?|results?|levels?)\.?",
    re.IGNORECASE,
)
COMPLETE = ("animals", "coded")


def separate_tables(grids: Sequence[Grid], vocabulary: Vocabulary) -> list[Grid]:
    """Return grids with one table each; a grid whose parts are not all complete tables is returned as it is.

    A table with one row per group is used only if there is no other.
    """
    parts = [part for grid in grids for part in _parts(turn_animals(grid, vocabulary), vocabulary)]
    if any(find_tables(part, vocabulary) for part in parts):
        return parts
    return [_turn_groups(part, vocabulary) for part in parts]


def _parts(grid: Grid, vocabulary: Vocabulary) -> list[Grid]:
    if grid.prism or not grid.rows:
        return [grid]
    parts = [
        _Completion(part, vocabulary).complete()
        for side in _beside_each_other(grid, vocabulary)
        for part in _under_each_other(side, vocabulary)
    ]
    tables = [find_tables(part, vocabulary) for part in parts]
    is_complete = all(len(found) == 1 and found[0].kind in COMPLETE for found in tables)
    return parts if is_complete else [grid]


# -- tables with one column per animal


def turn_animals(grid: Grid, vocabulary: Vocabulary) -> Grid:
    """Return a grid with rows and columns exchanged, if its table has one column per animal."""
    kinds = {table.kind for table in find_tables(grid, vocabulary)}
    if grid.prism or len(grid.rows) < 2 or kinds - {"groups"} or _headers(grid, vocabulary):
        return grid
    transposed = _transposed(grid)
    tables = find_tables(transposed, vocabulary)
    is_transposed = any(
        table.kind == "animals" and not has_repeated_groups(table.header, vocabulary) for table in tables
    )
    return transposed if is_transposed else grid


def _turn_groups(grid: Grid, vocabulary: Vocabulary) -> Grid:
    """A grid with rows and columns exchanged, if its table has one row per group and two columns of values or more."""
    if grid.prism or len(grid.rows) < 2 or _headers(grid, vocabulary):
        return grid
    transposed = _transposed(grid)
    tables = find_tables(transposed, vocabulary)
    if len(tables) != 1 or tables[0].kind != "groups":
        return grid
    table = tables[0]
    groups = [group for cell in table.header if (group := vocabulary.group(cell.text))]
    names_column = any(vocabulary.columns(row)[0] for row in transposed.rows[: table.number + 1])
    has_endpoints = any(vocabulary.endpoint(cell.text) for row in table.rows for cell in row)
    has_values = [any(cell.filled and is_value(cell.text) for cell in row) for row in transposed.rows]
    is_first = not any(has_values[: table.number]) and sum(has_values) > 1
    is_certain = is_first and len(groups) == len(set(groups)) and not names_column and not has_endpoints
    return transposed if is_certain else grid


def _transposed(grid: Grid) -> Grid:
    rows = [
        tuple(replace(cell, row=cell.column, column=cell.row, transposed=not cell.transposed) for cell in column)
        for column in zip(*grid.rows, strict=True)
    ]
    return replace(grid, rows=_filled(rows), description=f"{grid.description}, transposed")


def _filled(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if any(cell.filled for cell in row))


# -- tables beside each other


def _beside_each_other(grid: Grid, vocabulary: Vocabulary) -> list[Grid]:
    """The parts of a grid in whose header the name of the first column is repeated."""
    for row in grid.rows:
        first = next((at for at, cell in enumerate(row) if cell.filled), None)
        if first is None or not _may_begin(row[first], vocabulary):
            continue
        name = row[first].text.strip().casefold()
        starts = [at for at, cell in enumerate(row) if cell.text.strip().casefold() == name]
        if len(starts) > 1 and not any(is_value(cell.text) for cell in row if cell.filled):
            return _columns_between(grid, [0, *starts[1:]])
    return [grid]


def _may_begin(cell: Cell, vocabulary: Vocabulary) -> bool:
    return _names_ids(cell, vocabulary) or _names_group(cell, vocabulary) or bool(vocabulary.endpoint(cell.text))


def _names_ids(cell: Cell, vocabulary: Vocabulary) -> bool:
    return vocabulary.columns([cell])[0] in ("animal", "code")


def _names_group(cell: Cell, vocabulary: Vocabulary) -> bool:
    return vocabulary.column(cell.text) == "group" or other_name(cell.text) == "group"


def _columns_between(grid: Grid, starts: Sequence[int]) -> list[Grid]:
    ends = [*starts[1:], len(grid.rows[0])]
    return [
        replace(grid, rows=_filled([row[start:end] for row in grid.rows]))
        for start, end in zip(starts, ends, strict=True)
    ]


# -- tables one under another


def _under_each_other(grid: Grid, vocabulary: Vocabulary) -> list[Grid]:
    """The parts of a grid from one header to the next, each with the title above its header."""
    headers = _headers(grid, vocabulary)
    starts = [0]
    for previous, number in pairwise(headers):
        has_title = number - 1 > previous and title_of(grid.rows[number - 1]) is not None
        starts.append(number - 1 if has_title else number)
    ends = [*starts[1:], len(grid.rows)]
    return [replace(grid, rows=grid.rows[start:end]) for start, end in zip(starts, ends, strict=True)]


def _headers(grid: Grid, vocabulary: Vocabulary) -> list[int]:
    """The rows that may be the header of a table, of which a title may state the group or the endpoint."""
    following = [*grid.rows[1:], ()]
    pairs = enumerate(zip(grid.rows, following, strict=True))
    return [number for number, (row, below) in pairs if _is_header(row, below, vocabulary)]


def _is_header(row: Row, below: Row, vocabulary: Vocabulary) -> bool:
    filled = [at for at, cell in enumerate(row) if cell.filled]
    if not filled or any(is_value(row[at].text) for at in filled):
        return False
    columns = set(vocabulary.columns(row))
    measured = [at for at in filled if vocabulary.endpoint(row[at].text) or names_value(row[at])]
    if measured and columns & {"animal", "code", "group"}:
        return True
    # The name of an endpoint alone may be the title of a table.
    has_values = any(below[at].filled and is_value(below[at].text) for at in measured) if below else False
    return has_values and len(measured) == len(filled)


def title_of(row: Row) -> Cell | None:
    """Return the only text of a row, which may be the title of the table under it; None if there is none."""
    filled = [cell for cell in row if cell.filled and cell.kind != "merged"]
    return filled[0] if len(filled) == 1 and not is_value(filled[0].text) else None


def names_value(cell: Cell) -> bool:
    """Return whether a header names values in general, such as 'Conc. (pg/mL)'.

    >>> [names_value(Cell(text, 1, 1)) for text in ("Conc. (pg/mL)", "pg/mL", "OD 450", "log conc")]
    [True, True, False, False]
    """
    text = BRACKETS.sub("", cell.text).strip()
    is_general = bool(GENERAL_VALUE.fullmatch(text)) or is_unit_cell(cell.text)
    return cell.filled and is_general and not DERIVED.search(text)


# -- what only the title of a table states


@dataclass(frozen=True)
class _Completion:
    """Adds to a table the columns of which only its title, or the rows between its animals, state the content."""

    grid: Grid
    vocabulary: Vocabulary

    def complete(self) -> Grid:
        """The grid with its missing columns; as it is, if its titles do not state them."""
        grid, vocabulary = self.grid, self.vocabulary
        number = next(iter(_headers(grid, vocabulary)), None)
        if number is None:
            return grid
        columns = vocabulary.columns(grid.rows[number])
        if "endpoint" not in columns and not any(vocabulary.endpoint(cell.text) for cell in grid.rows[number]):
            grid = self._with_endpoint(grid, number)
        if "group" not in columns:
            has_ids = bool({"animal", "code"} & set(columns))
            grid = self._with_group(grid, number, has_ids=has_ids)
        return grid

    def _titles(self, number: int) -> list[Cell]:
        """The texts that may be titles of the table: the nearest above the header first, that of the sheet last."""
        rows = self.grid.rows
        above = [title for row in reversed(rows[:number]) if (title := title_of(row))]
        first = rows[number][0]
        return [*above, Cell(self.grid.title, first.row, first.column, first.sheet, transposed=first.transposed)]

    def _endpoint(self, title: str) -> tuple[str, str] | None:
        """The endpoint and the unit in a title, which may also name a group, as in 'IL-6 sham'."""
        parts = _two_parts(title)
        named = (
            endpoint for part, other in parts if (endpoint := self.vocabulary.endpoint(part)) and self._names(other)
        )
        return self.vocabulary.endpoint(title) or next(named, None)

    def _group(self, title: str) -> str | None:
        """The group in a title, which may also name an endpoint."""
        parts = _two_parts(title)
        named = (part for part, other in parts if self.vocabulary.group(part) and self.vocabulary.endpoint(other))
        return title if self.vocabulary.group(title) else next(named, None)

    def _names(self, text: str) -> bool:
        return self.vocabulary.group(text) is not None

    def _with_endpoint(self, grid: Grid, number: int) -> Grid:
        """Name the only column of values after the endpoint in the title."""
        header = grid.rows[number]
        values = [at for at, cell in enumerate(header) if names_value(cell)]
        endpoints = (endpoint for title in self._titles(number) if (endpoint := self._endpoint(title.text)))
        key, unit = next(endpoints, ("", ""))
        if len(values) != 1 or not key:
            return grid
        (at,) = values
        cell = header[at]
        unit = unit_in_brackets(cell.text) or (cell.text.strip() if is_unit_cell(cell.text) else unit)
        named = replace(cell, text=f"{key} ({unit})" if unit else key)
        rows = [*grid.rows[:number], (*header[:at], named, *header[at + 1 :]), *grid.rows[number + 1 :]]
        about = f"{grid.description}, of which the title states the endpoint {key}"
        return replace(grid, rows=tuple(rows), description=about)

    def _with_group(self, grid: Grid, number: int, *, has_ids: bool) -> Grid:
        """Add a column 'group' with the group that the title states, or the row above the rows of each group."""
        name = next((group for title in self._titles(number) if (group := self._group(title.text))), "").strip()
        if not name:
            return self._with_sections(grid, number) if has_ids else grid
        rows = _Added(grid.rows[: number + 1])
        count = 0
        if not has_ids and not self._may_number(grid, number):
            return grid
        for row, is_animal in zip(grid.rows[number + 1 :], _animals(grid.rows[number:]), strict=True):
            count += is_animal
            ids = () if has_ids else (_text(row[0], str(count) if is_animal else ""),)
            rows.add(row, _text(row[0], name if is_animal else ""), *ids)
        names = ("group",) if has_ids else ("group", "animal")
        titled = rows.grid(grid, number, names, f"of which the title states the group {name!r}")
        return replace(titled, group_in_title=True)

    def _may_number(self, grid: Grid, number: int) -> bool:
        """Whether the rows of a table without ids can be numbered: it contains values only, and no summary."""
        header, rows = grid.rows[number], grid.rows[number + 1 :]
        columns = [at for at in range(len(header)) if any(row[at].filled for row in (header, *rows))]
        only_values = all(self.vocabulary.endpoint(header[at].text) for at in columns)
        return only_values and self.vocabulary.protocol.design != "paired" and typed_mean(rows, columns) is None

    def _with_sections(self, grid: Grid, number: int) -> Grid:
        """Add a column 'group' if rows that contain only the name of a group precede the animals of each group."""
        body = grid.rows[number + 1 :]
        titles = [title_of(row) for row in body]
        groups = [title if title and self.vocabulary.group(title.text) else None for title in titles]
        if not body or groups[0] is None or len({group.text for group in groups if group}) < 2:
            return grid
        rows = _Added(grid.rows[: number + 1])
        name = ""
        for row, group, is_animal in zip(body, groups, _animals(grid.rows[number:]), strict=True):
            name = group.text.strip() if group else name
            if group is None:
                rows.add(row, _text(row[0], name if is_animal else ""))
        return rows.grid(grid, number, ("group",), "of which a row above the animals states their group")


def _two_parts(title: str) -> list[tuple[str, str]]:
    """A title of several words as two parts, in either order."""
    cuts = [(title[: match.start()], title[match.end() :]) for match in re.finditer(r"[\s_,;:–-]+", title.strip())]
    return [pair for one, other in cuts for pair in ((one, other), (other, one)) if one and other]


def _animals(rows: Sequence[Row]) -> list[bool]:
    """Whether each row under a header is that of an animal, and not a summary or a line below the table."""
    has_gap = False
    animals = []
    for above, row in pairwise(rows):
        filled = [cell for cell in row if cell.filled]
        has_gap = has_gap or row[0].row - above[0].row > 1
        is_line = has_gap and len(filled) == 1 and not is_value(filled[0].text)
        animals.append(not is_line and not any(is_summary(cell.text) for cell in filled[:1]))
    return animals


def _text(place: Cell, text: str) -> Cell:
    """A cell with a text that the table does not contain, at the place of another."""
    return Cell(text, place.row, place.column, place.sheet, transposed=place.transposed)


class _Added:
    """The rows of a grid to which columns are added on the left."""

    def __init__(self, above: Sequence[Row]) -> None:
        self.above = above
        self.rows: list[Row] = []

    def add(self, row: Row, *cells: Cell) -> None:
        """Add a row with its new cells."""
        self.rows.append((*cells, *row))

    def grid(self, grid: Grid, number: int, names: Sequence[str], about: str) -> Grid:
        """The grid with the new columns; its description says where their content was found."""
        padded = [(*(_text(row[0], "") for _ in names), *row) for row in self.above]
        header = (*(_text(self.above[number][0], name) for name in names), *self.above[number])
        rows = (*padded[:number], header, *self.rows)
        return replace(grid, rows=rows, description=f"{grid.description}, {about}")
