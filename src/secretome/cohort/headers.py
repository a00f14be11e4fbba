"""Which rows of a grid are headers, and of which kind of table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from secretome.cohort.files.sheet import Cell, Grid
from secretome.cohort.units import canonical, is_unit
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import LONG, Vocabulary, in_brackets, labelled, map_option
from secretome.protocol import InputError, Problem

Row = tuple[Cell, ...]
# Columns that hold something worked out from an endpoint, or read before it: no --map makes values of them.
DERIVED = re.compile(
    r"^\s*log(2|10|e)?|(?<![^\W\d_])(log(2|10|e|[₂₁]₀?)?|ln|mrna|expression|δ+ct|od\s?\d*|abs(orbance)?|a450"
    r"|mfi|fi|rfu|rlu|ecl|signal|npx|ct|cq|ratio|rank|percentile"
    r"|fold|change|normali[sz]ed|norm|delta|δ|z-?score|per cent of|% of control)(?![^\W\d_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """A header in a grid: of ``animals``, coded samples (``coded``), the codes' meaning (``key``) or ``groups``.

    `number` is the row of the header, the lower one where it takes two, and `header` its cells.
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
    """Every whole header in a grid."""
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
    # A row of a plain table may name two groups, in a note.
    return plain or grouped


def _kind(row: Sequence[Cell], vocabulary: Vocabulary) -> Literal["animals", "key", "coded"] | None:
    columns = set(vocabulary.columns(row)) - {None}
    measures = set(LONG) <= columns or any(vocabulary.endpoint(cell.text) for cell in row)
    if {"animal", "group"} <= columns and measures:
        return "animals"
    if "group" in columns and columns & {"animal", "code"} and not measures:
        return "key"
    if columns & {"animal", "code"} and measures and "group" not in columns:
        return "coded"
    return None


def _names_groups(row: Sequence[Cell], vocabulary: Vocabulary) -> bool:
    """Whether a row names two groups or more; the word 'group' itself may stand before them."""
    filled = [cell for cell in row if cell.text.strip()]
    other = any(column == "group" for column in vocabulary.columns(row[row.index(filled[0]) + 1 :]))
    return not other and len({vocabulary.group(cell.text) for cell in filled} - {None}) > 1


def _over_two_rows(grid: Grid, vocabulary: Vocabulary) -> list[Table]:
    """Headers of two rows, such as 'Cytokines' over 'IL-6' and 'IL-4', with 'animal' and 'group' in either row."""
    found: list[Table] = []
    for number, (upper, lower) in enumerate(zip(grid.rows, grid.rows[1:], strict=False), start=1):
        if lower[0].row - upper[0].row > 1 or any(is_value(cell.text) and cell.text.strip() for cell in lower):
            continue
        header = tuple(_either(above, below, vocabulary) for above, below in zip(upper, lower, strict=True))
        if _kind(header, vocabulary) == "animals":
            found.append(Table(grid, number, "animals", header))
    return found


def _either(above: Cell, below: Cell, vocabulary: Vocabulary) -> Cell:
    """Of two cells of a header, the one whose name is known; a unit under a name joins it."""
    known = [bool(vocabulary.columns([cell])[0] or vocabulary.endpoint(cell.text)) for cell in (above, below)]
    if known[1] or not above.text.strip():
        return below
    if known[0]:
        return with_unit(above, below.text.strip() if below.kind != "merged" else "")
    return below if below.text.strip() and below.kind != "merged" else above


def is_unit_cell(text: str) -> bool:
    """Whether a cell holds a unit, in brackets or not, and nothing else.

    >>> is_unit_cell("(pg/mL)"), is_unit_cell("% of CD4+"), is_unit_cell("rat 1")
    (True, True, False)
    """
    return is_unit(in_brackets(text) or text)


def with_unit(header: Cell, unit: str) -> Cell:
    """A header with the unit that stands in a row under it."""
    unit = in_brackets(unit) or unit
    if not unit or canonical(in_brackets(header.text)) == canonical(unit):
        return header
    return replace(header, text=f"{header.text.strip()} ({unit})")


def likeliest(grids: list[Grid], vocabulary: Vocabulary, path: Path) -> Table:
    """Where no header is whole, the row that knows the most names: what it lacks is then told of it.

    Raises
    ------
    InputError
        If no row knows a name, or a table lies on its side.
    """
    found = [(_known(row, vocabulary), -number, grid, number) for grid in grids for number, row in enumerate(grid.rows)]
    best = max(found, key=lambda scored: scored[:2])
    for grid in grids:
        # Under a header that lacks a name, a column of groups is no header on its side.
        _refuse_sideways(grid, vocabulary, path, ("animals", "groups") if best[0] == 0 else ("animals",))
    if best[0] == 0 or _is_title(best[2], best[3]):
        _refuse_unknown(grids, vocabulary, path)
    return Table(best[2], best[3], "animals", best[2].rows[best[3]])


def _is_title(grid: Grid, number: int) -> bool:
    """Whether a row holds one cell above rows of several: a table title, not a header."""
    widths = [sum(bool(cell.text.strip()) for cell in row) for row in grid.rows[number:]]
    return widths[0] == 1 and max(widths) > 1


def _known(row: Sequence[Cell], vocabulary: Vocabulary) -> int:
    columns = vocabulary.columns(row)
    return sum(bool(column or vocabulary.endpoint(cell.text)) for column, cell in zip(columns, row, strict=True))


def _refuse_sideways(grid: Grid, vocabulary: Vocabulary, path: Path, kinds: Sequence[str]) -> None:
    if len(grid.rows) < 2:
        return
    turned = replace(grid, rows=tuple(zip(*grid.rows, strict=True)))
    # Groups that come again, one in every row, are the column of a table whose header is missing.
    tables = [
        table
        for table in find_tables(turned, vocabulary)
        if table.kind in kinds and not _comes_again(table.header, vocabulary)
    ]
    if tables:
        names = ", ".join(repr(cell.text.strip()) for cell in tables[0].header if cell.text.strip())
        place = f"cell {tables[0].header[0].name}"
        expected = "one row per animal, or one column per group"
        remedy = "Turn the table: in a spreadsheet copy it, and paste it transposed."
        raise InputError(
            [Problem(path.name, place, f"a table on its side, with {shortened(names)} in a column", expected, remedy)]
        )


def _comes_again(header: Row, vocabulary: Vocabulary) -> bool:
    groups = [group for cell in header if (group := vocabulary.group(cell.text))]
    return len(groups) > len(set(groups)) and vocabulary.columns(header)[0] is None


def _refuse_unknown(grids: list[Grid], vocabulary: Vocabulary, path: Path) -> None:
    """No row names a column or a group: say what would, and which names come near."""
    sheets = ", ".join(repr(grid.title) for grid in grids if grid.title)
    found = "no header of this study" + (f" in the sheet{'s' if len(grids) > 1 else ''} {sheets}" if sheets else "")
    groups = ", ".join(vocabulary.protocol.groups)
    expected = f"a row with 'animal', 'group' and the measurements, or one that names groups ({groups})"
    near = next((names for grid in grids for row in grid.rows[:20] if len(names := _near(row, vocabulary)) > 1), {})
    numbers = sum(is_value(cell.text) for cell in grids[0].rows[0]) > len(grids[0].rows[0]) / 2
    remedy = "Is the row of column names missing?" if numbers else ""
    if near:
        # Different names are not offered the same meaning.
        guesses = list(near.values())
        told = " ".join(
            map_option(name, guess if guesses.count(guess) == 1 else "KEY") for name, guess in list(near.items())[:6]
        )
        remedy = f"Correct the names, or map them with {told}."
    raise InputError([Problem(path.name, "", found, expected, remedy)])


def _near(row: Sequence[Cell], vocabulary: Vocabulary) -> dict[str, str]:
    """The names in a row that come near to those of the study, each with the one that it comes near to."""
    texts = [cell.text.strip() for cell in row if not is_value(cell.text)]
    groups = [name for pair in labelled(vocabulary.protocol.groups) for name in pair]
    arms = {text: guess for text in texts if (guess := vocabulary.near(text, groups))}
    return arms if len(arms) > 1 else {text: guess for text in texts if (guess := vocabulary.near(text))}


def shortened(names: str, most: int = 120) -> str:
    """A list of names, cut where a line would run on."""
    return names if len(names) <= most else names[: names.rfind(",", 0, most)] + ", …"
