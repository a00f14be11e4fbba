"""Join a table of samples to a key that states the animal and the group of each sample."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from secretome.cohort.errors import ErrorCollector, counted, quoted
from secretome.cohort.files.opening import read_grids
from secretome.cohort.files.sheet import Grid, Row, file_error
from secretome.cohort.headers import Table, find_tables
from secretome.cohort.vocabulary import Vocabulary, map_option
from secretome.protocol import Choice, nearest

# The columns that a key may add to a table of samples, besides those of the protocol's blocks and experimental units.
ADDED = ("animal", "group", "cage", "sex", "batch", "exclude", "note", "time", "event", "lloq", "uloq")
KEY_EXPECTED = "one table with a column of sample ids and a column 'group'"
UNMATCHED = (
    "Correct the id, or add it to the key; for a sample of no animal, such as a control of the kit, leave its group "
    "there empty, and write the reason in a column 'exclude'."
)
MAX_NAMES = 6
# Wells that are no samples of animals. Only words are included: 'S1' and 'B2' may be samples.
NO_SAMPLE = re.compile(
    r"(standards?|std|calibrators?|cal|blanks?|blk|background|bkgd|bkg|buffer|qc|quality control|zero)[\s_.:#-]*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class KeyFile:
    """The file of a key, given in addition to the file of the measurements."""

    path: Path
    content: bytes


def read_sample_key(key: KeyFile, vocabulary: Vocabulary) -> Table:
    """Return the table of a key file; the titles of its cells' sheets name the file.

    Raises
    ------
    InputError
        If the file does not contain exactly one key.
    """
    opened = read_grids(key.content, key.path)
    found = [table for grid in (*opened.grids, *opened.unusual) for table in find_tables(grid, vocabulary)]
    keys = [table for table in found if table.kind == "key"]
    titles = list(dict.fromkeys(table.grid.title for table in keys))
    if not any(titles):
        keys = keys[:1]  # A text file is split at every delimiter.
    if len(keys) > 1:
        found_text = f"{len(keys)} tables that may be the key, in the sheets {quoted(titles)}"
        raise file_error(key.path, found_text, "one key", "Save the key as a file of its own.")
    if not keys:
        measured = any(table.kind in ("animals", "coded", "groups") for table in found)
        what = "a table with measurements" if measured else "no table with sample ids and groups"
        remedy = "Name its columns 'sample', 'animal' and 'group'; the measurements are in the other file."
        raise file_error(key.path, what, KEY_EXPECTED, remedy)
    return _of_file(keys[0], key.path.name)


def _of_file(table: Table, file: str) -> Table:
    """A table whose cells name their file, so that problems state it."""

    def named(row: Row) -> Row:
        return tuple(replace(cell, sheet=f"[{file}]{cell.sheet}") for cell in row)

    grid: Grid = replace(table.grid, rows=tuple(map(named, table.grid.rows)))
    return replace(table, grid=grid, header=named(table.header))


@dataclass(frozen=True)
class Joined:
    """A table with the columns of the key, and sentences about the join."""

    header: Row
    rows: list[Row]
    notes: list[str]


def join_key(
    header: Row, rows: Sequence[Row], key: Table, vocabulary: Vocabulary, place: str, errors: ErrorCollector
) -> Joined:
    """Return a table of samples with the animal and the group that the key states, without the rows of unknown ids.

    Missing, duplicate and unmatched ids are problems; wells of standards and blanks are left out.
    """
    samples, coded = named_columns(header, vocabulary), named_columns(key.header, vocabulary)
    sample = samples["code" if "code" in samples else "animal"]
    ids = [row[sample].visible_text for row in rows]
    name = _matching_column(ids, key, coded)
    column = coded[name]
    key_rows = _rows_by_id(key, column, errors)
    reader = _Joiner(key_rows, key.header[column].text.strip(), place, errors)
    kept, left_out = reader.match(rows, sample)
    reader.refuse_unmatched(ids, column)
    kept, excluded = _without_group(kept, coded)
    if not kept and not errors.problems:
        found = f"no sample of an animal among {counted(len(rows), 'row')}: all are standards, blanks or left out"
        errors.add(header[sample], found, f"samples of {place}", "Check the export, or export the samples too.")
    limits = [at for at, cell in enumerate(key.header) if vocabulary.limit(cell.text)]
    # If the key's ids are those of the animals, a sample is named by its animal.
    own = "code" if name == "code" and "animal" in coded else "animal"
    may_add = dict.fromkeys((*ADDED, *vocabulary.protocol.label_columns))
    added = [
        other for other in may_add if other in coded and other != own and (other not in samples or other == "animal")
    ]
    positions = [
        at for at in range(len(header)) if at == sample or samples.get("animal") != at or "animal" not in added
    ]

    def joined(row: Row, key_row: Row | None, text: str | None) -> Row:
        cells = [replace(row[at], text=text) if at == sample and text else row[at] for at in positions]
        return (
            (*cells, *(key_row[at] for at in (*(coded[other] for other in added), *limits)))
            if key_row
            else tuple(cells)
        )

    notes = [
        f"{counted(len(kept), 'row')} joined to {place} by {header[sample].text.strip()!r} = "
        f"{key.header[column].text.strip()!r}, which gives {' and '.join([own] * (own == 'animal') + added)}"
    ]
    if left_out:
        names = quoted(dict.fromkeys(left_out), most=6)
        notes.append(f"{counted(len(left_out), 'row')} of standards and blanks left out: {names}")
    if excluded:
        notes.append(f"samples of no animal, left out as {place} states: {', '.join(excluded)}")
    key_header = list(key.header)
    for other in added:
        key_header[coded[other]] = replace(key_header[coded[other]], text=other)
    return Joined(joined(header, tuple(key_header), own), [joined(*pair, None) for pair in kept], notes)


def _without_group(
    pairs: Sequence[tuple[Row, Row]], coded: Mapping[str, int]
) -> tuple[list[tuple[Row, Row]], list[str]]:
    """The rows of samples that have a group or no reason to be excluded; and the others, with their reasons."""
    if not {"group", "exclude"} <= coded.keys():
        return list(pairs), []
    group, exclude = coded["group"], coded["exclude"]
    name = coded["code" if "code" in coded else "animal"]
    is_other = [not key[group].filled and key[exclude].filled for _, key in pairs]
    reasons = {
        f"{key[name].visible_text!r} ({key[exclude].text.strip()})": None
        for (_, key), other in zip(pairs, is_other, strict=True)
        if other
    }
    return [pair for pair, other in zip(pairs, is_other, strict=True) if not other], list(reasons)


def named_columns(header: Row, vocabulary: Vocabulary) -> dict[str, int]:
    """Return the position of each column that every study has."""
    return {name: at for at, name in enumerate(vocabulary.columns(header)) if name is not None}


def _matching_column(ids: Sequence[str], key: Table, coded: Mapping[str, int]) -> str:
    """The column of the key, 'code' or 'animal', that contains more of the sample ids."""
    names = [name for name in ("code", "animal") if name in coded]
    matches = {name: len({row[coded[name]].visible_text for row in key.rows} & set(ids)) for name in names}
    return max(names, key=lambda name: matches[name])


def _rows_by_id(key: Table, column: int, errors: ErrorCollector) -> dict[str, Row]:
    """The rows of a key by id; an id that is absent or occurs twice is a problem."""
    rows: dict[str, Row] = {}
    title = key.header[column].text.strip()
    for row in key.rows:
        cell = row[column]
        if not cell.filled:
            if any(row[at].filled for at in range(column)) or any(other.filled for other in row[column : column + 3]):
                errors.add(cell, f"no {title}", f"the {title} of each row of the key", "Fill it in, or delete the row.")
            continue
        if cell.visible_text in rows:
            found = f"the {title} {cell.visible_text!r} again"
            remedy = "Correct it; an id names one sample of one animal."
            errors.add(cell, found, f"each {title} once in the key", remedy)
        rows.setdefault(cell.visible_text, row)
    return rows


@dataclass(frozen=True)
class _Joiner:
    """Finds the row of the key for each sample."""

    key: Mapping[str, Row]
    title: str
    place: str
    errors: ErrorCollector

    def match(self, rows: Sequence[Row], sample: int) -> tuple[list[tuple[Row, Row]], list[str]]:
        """The rows of samples, each with its row of the key; and the ids of standards and blanks."""
        kept, left_out = [], []
        for row in rows:
            cell = row[sample]
            name = cell.visible_text
            if name in self.key:
                kept.append((row, self.key[name]))
            elif NO_SAMPLE.fullmatch(name):
                left_out.append(name)
            elif name:
                guess = nearest(name, self.key)
                remedy = f"The nearest is {guess!r}. " if guess else ""
                found, expected = f"the {self.title} {name!r}", f"a {self.title} of {self.place}"
                self.errors.add(cell, found, expected, f"{remedy}{UNMATCHED}")
            else:
                remedy = "Fill it in; delete the row if it is a note."
                self.errors.add(cell, "no sample id", f"a {self.title} of {self.place}", remedy)
        return kept, left_out

    def refuse_unmatched(self, ids: Sequence[str], column: int) -> None:
        """Refuse the ids of the key for which there are no measurements."""
        measured = set(ids)
        for name, row in self.key.items():
            if name not in measured:
                remedy = "Add its row with the reason in a column 'exclude' if it was not measured; delete the id from "
                remedy += "the key if it is not part of this cohort."
                found = f"the {self.title} {name!r}, which has no row of measurements"
                self.errors.add(row[column], found, "measurements of each sample of the key", remedy)


def refuse_table_without_samples(path: Path, header: Row | None, first: Row, place: str) -> NoReturn:
    """Refuse a file given with a key that has no column of sample ids, or that names its groups itself.

    `header` is that of the table that names its groups, if there is one, and `first` the first row of the file.
    """
    if header is None:
        found = "no table with sample ids and measurements"
        remedy = f"Name the column of ids: {map_option('NAME', 'code')}."
        names = tuple(cell.text.strip() for cell in first if cell.filled)[:MAX_NAMES]
        choice = Choice("column", names, ("code",))
    else:
        found = f"a table that names the groups itself, in the row {header[0].row}"
        remedy = "Leave out --key, or delete the column of groups."
        choice = Choice("key")
    raise file_error(path, found, f"sample ids, whose animals and groups {place} states", remedy, choice=choice)
