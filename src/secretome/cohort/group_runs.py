"""Fill in groups that are stated only in the first row of each block, as merged cells do when they are exported."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from secretome.cohort.files.sheet import Cell, Row
from secretome.cohort.summary_rows import is_summary
from secretome.cohort.vocabulary import Vocabulary
from secretome.protocol import spelling


def fill_groups(header: Row, rows: Sequence[Row], vocabulary: Vocabulary) -> tuple[list[Row], list[str]]:
    """Return the rows with the group of each block in all its rows, and a note; the same rows if this is not certain.

    It is certain if the table names each of two groups or more once, each in the first of two rows or more. If a name
    occurs twice, an empty cell may be an omission, and is refused later.
    """
    columns = vocabulary.columns(header)
    if columns.count("group") != 1 or not {"animal", "code"} & set(columns):
        return list(rows), []
    group = columns.index("group")
    animal = next(at for at, name in enumerate(columns) if name in ("animal", "code"))
    animals = [row for row in rows if _is_animal(row, animal, group)]
    if not _are_blocks([row[group] for row in animals]):
        return list(rows), []
    filled: list[Row] = []
    name = animals[0][group]
    for row in rows:
        if row[group].filled or not _is_animal(row, animal, group):
            name = row[group] if _is_animal(row, animal, group) else name
            filled.append(row)
        else:
            filled.append((*row[:group], _at(row[group], name), *row[group + 1 :]))
    return filled, ["each group is stated once, and is taken for the rows below it, down to the next group"]


def _is_animal(row: Row, animal: int, group: int) -> bool:
    """Whether a row has the id of an animal, and is not a summary."""
    return row[animal].filled and not is_summary(row[animal].text) and not is_summary(row[group].text)


def _are_blocks(cells: Sequence[Cell]) -> bool:
    """Whether cells name two groups or more, each once and above one empty cell or more."""
    names = [spelling(cell.text) for cell in cells if cell.filled]
    if len(names) < 2 or len(set(names)) < len(names) or not cells[0].filled or cells[-1].filled:
        return False
    return not any(above.filled and below.filled for above, below in pairwise(cells))


def _at(place: Cell, name: Cell) -> Cell:
    """The name of a group at the place of an empty cell."""
    return replace(place, text=name.text, kind=name.kind, displayed=name.displayed)
