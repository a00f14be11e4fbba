"""Find the headers of tables in a grid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from secretome.cohort.errors import quoted, shorten_list
from secretome.cohort.files.sheet import Cell, Grid, Row, file_error
from secretome.cohort.units import canonical, is_unit
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import (
    LONG,
    REQUIRED,
    SURVIVAL_COLUMNS,
    Vocabulary,
    keys_and_labels,
    map_option,
    unit_in_brackets,
)
from secretome.protocol import Choice

# Columns that contain values calculated from an endpoint, or readings before it; --map is not offered for them.
DERIVED = re.compile(
    r"^\s*log(2|10|e)?|(?<![^\W\d_])(log(2|10|e|[₂₁]₀?)?|ln|mrna|expression|δ+ct|od\s?\d*|abs(orbance)?|a450"
    r"|mfi|fi|rfu|rlu|ecl|signal|npx|ct|cq|ratio|rank|percentile"
    r"|[x×*]?\s*10\s*(\^\s*\d+|[²³⁴⁵⁶⁷⁸⁹])|thousands?|millions?"
    r"|fold|change|normali[sz]ed|norm|delta|δ|z-?score|per cent of|% of control)(?![^\W\d_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """A table in a grid.

    Its kind is ``animals`` (one row per animal or measurement), ``coded`` (the same for sample codes), ``key`` (the
    meaning of the codes) or ``groups`` (one column per group). `number` is the row of the header, or the lower one of
    two rows, and `header` are its cells.
    """

    grid: Grid
    number: int
    kind: Literal["animals", "coded", "key", "groups"]
    header: Row

    @property
    def rows(self) -> list[Row]:
        """The rows under the header."""
        return list(self.grid.rows[self.number + 1 :])


def find_tables(grid: Grid, vocabulary: Vocabulary) -> list[Table]:
    """Return every complete header in a grid."""
    if grid.prism:
        return [Table(grid, 0, "groups", grid.rows[0])]
    plain, grouped = [], []
    for number, row in enumerate(grid.rows):
        # A header that is merged down over two rows is one header.
        if all(cell.kind == "merged" or not cell.text.strip() for cell in row):
            continue
        if kind := _kind(row, vocabulary):
            plain.append(Table(grid, number, kind, row))
        elif _names_groups(row, vocabulary):
            grouped.append(Table(grid, number, "groups", row))
    if not any(table.kind == "animals" for table in plain):
        plain = _over_two_rows(grid, vocabulary) or plain
    # A row of a table with one row per animal may name two groups in a note.
    return plain or grouped


def _kind(row: Sequence[Cell], vocabulary: Vocabulary) -> Literal["animals", "key", "coded"] | None:
    columns = set(vocabulary.columns(row)) - {None}
    measures = set(LONG) <= columns or any(vocabulary.endpoint(cell.text) for cell in row)
    measures = measures or (bool(vocabulary.survival) and set(SURVIVAL_COLUMNS) <= columns)
    if {"animal", "group"} <= columns and measures:
        return "animals"
    if "group" in columns and columns & {"animal", "code"} and not measures:
        return "key"
    if columns & {"animal", "code"} and measures and "group" not in columns:
        return "coded"
    return None


def _names_groups(row: Sequence[Cell], vocabulary: Vocabulary) -> bool:
    """Whether a row names two groups or more; the word 'group' may precede them."""
    filled = [cell for cell in row if cell.text.strip()]
    has_column = any(column == "group" for column in vocabulary.columns(row[row.index(filled[0]) + 1 :]))
    return not has_column and len({vocabulary.group(cell.text) for cell in filled} - {None}) > 1


def _over_two_rows(grid: Grid, vocabulary: Vocabulary) -> list[Table]:
    """Headers of two rows, such as 'Cytokines' over 'IL-6' and 'IL-4', with 'animal' and 'group' in either row."""
    tables: list[Table] = []
    for number, (upper, lower) in enumerate(zip(grid.rows, grid.rows[1:], strict=False), start=1):
        if lower[0].row - upper[0].row > 1 or any(is_value(cell.text) and cell.text.strip() for cell in lower):
            continue
        header = tuple(_either(above, below, vocabulary) for above, below in zip(upper, lower, strict=True))
        if _kind(header, vocabulary) == "animals":
            tables.append(Table(grid, number, "animals", header))
    return tables


def _either(above: Cell, below: Cell, vocabulary: Vocabulary) -> Cell:
    """The cell of a header over two rows whose name is known; a unit below a name is added to it."""
    known = [bool(vocabulary.columns([cell])[0] or vocabulary.endpoint(cell.text)) for cell in (above, below)]
    if known[1] or not above.text.strip():
        return below
    if known[0]:
        return with_unit(above, below.text.strip() if below.kind != "merged" else "")
    return below if below.text.strip() and below.kind != "merged" else above


def is_unit_cell(text: str) -> bool:
    """Return whether a cell contains only a unit, with or without brackets.

    >>> is_unit_cell("(pg/mL)"), is_unit_cell("% of CD4+"), is_unit_cell("rat 1")
    (True, True, False)
    """
    return is_unit(unit_in_brackets(text) or text)


def with_unit(header: Cell, unit: str) -> Cell:
    """Return a header with the unit in a row below it."""
    unit = unit_in_brackets(unit) or unit
    if not unit or canonical(unit_in_brackets(header.text)) == canonical(unit):
        return header
    return replace(header, text=f"{header.text.strip()} ({unit})")


def likeliest_table(grids: list[Grid], vocabulary: Vocabulary, path: Path) -> Table:
    """Return the table whose header contains the most known names, for a file in which no header is complete.

    Raises
    ------
    InputError
        If no row contains a known name, or a table is transposed.
    """
    scores = [
        (_known(row, vocabulary), -number, grid, number) for grid in grids for number, row in enumerate(grid.rows)
    ]
    known, _, grid, number = max(scores, key=lambda scored: scored[:2])
    for each in grids:
        # Below a header with known names, a column of groups is not a transposed header.
        _refuse_transposed(each, vocabulary, path, ("animals", "groups") if known == 0 else ("animals",))
    if known == 0 or _is_title(grid, number):
        _refuse_unknown(grids, vocabulary, path)
    return Table(grid, number, "animals", grid.rows[number])


def _is_title(grid: Grid, number: int) -> bool:
    """Whether a row has one cell above rows of several: a table title, not a header."""
    widths = [sum(bool(cell.text.strip()) for cell in row) for row in grid.rows[number:]]
    return widths[0] == 1 and max(widths) > 1


def _known(row: Sequence[Cell], vocabulary: Vocabulary) -> int:
    columns = vocabulary.columns(row)
    return sum(bool(column or vocabulary.endpoint(cell.text)) for column, cell in zip(columns, row, strict=True))


def _refuse_transposed(grid: Grid, vocabulary: Vocabulary, path: Path, kinds: Sequence[str]) -> None:
    if len(grid.rows) < 2:
        return
    transposed = replace(grid, rows=tuple(zip(*grid.rows, strict=True)))
    for table in find_tables(transposed, vocabulary):
        # Groups that occur more than once are the column of a table without a header.
        if table.kind in kinds and not has_repeated_groups(table.header, vocabulary):
            names = shorten_list(quoted(cell.text.strip() for cell in table.header if cell.filled))
            found = f"a transposed table, with {names} in a column"
            remedy = "Transpose the table: in a spreadsheet copy it, and paste it transposed."
            place = f"cell {table.header[0].name}"
            raise file_error(path, found, "one row per animal, or one column per group", remedy, place)


def has_repeated_groups(header: Row, vocabulary: Vocabulary) -> bool:
    """Return whether a row names a group several times, as a column of groups does if it is read as a row."""
    groups = [group for cell in header if (group := vocabulary.group(cell.text))]
    return len(groups) > len(set(groups)) and vocabulary.columns(header)[0] is None


def _refuse_unknown(grids: list[Grid], vocabulary: Vocabulary, path: Path) -> None:
    """Refuse a file in which no row names a column or a group, with the names that are similar."""
    sheets = ", ".join(repr(grid.title) for grid in grids if grid.title)
    found = "no header of this study" + (f" in the sheet{'s' if len(grids) > 1 else ''} {sheets}" if sheets else "")
    groups = ", ".join(vocabulary.protocol.groups)
    expected = f"a row with 'animal', 'group' and the measurements, or one that names groups ({groups})"
    first = grids[0].rows[0]
    similar = (_similar_names(row, vocabulary) for grid in grids for row in grid.rows[:20])
    names = next((names for names in similar if len(names) > 1), {})
    remedy, choice = "", None
    if names:
        # Different names are not offered the same meaning.
        guesses = list(names.values())
        options = [
            map_option(name, guess if guesses.count(guess) == 1 else "KEY") for name, guess in list(names.items())[:6]
        ]
        remedy = f"Correct the names, or map them with {' '.join(options)}."
        protocol = vocabulary.protocol
        meanings = (*REQUIRED, *LONG, *protocol.endpoints, *protocol.groups)
        choice = Choice("column", tuple(list(names)[:6]), meanings)
    elif sum(is_value(cell.text) for cell in first) > len(first) / 2:
        remedy = "Is the row of column names missing?"
    raise file_error(path, found, expected, remedy, choice=choice)


def _similar_names(row: Sequence[Cell], vocabulary: Vocabulary) -> dict[str, str]:
    """The names in a row that are similar to those of the study, each with the most similar name."""
    texts = [cell.text.strip() for cell in row if not is_value(cell.text)]
    groups = keys_and_labels(vocabulary.protocol.groups)
    similar = {text: guess for text in texts if (guess := vocabulary.similar(text, groups))}
    return similar if len(similar) > 1 else {text: guess for text in texts if (guess := vocabulary.similar(text))}
