"""Find the table in a file and its layout, and return it as one sheet of the same form for every layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NoReturn

from secretome.cohort.appearance import appearance_notes
from secretome.cohort.errors import ErrorCollector, counted, quoted, shorten_list
from secretome.cohort.export_tables import Export
from secretome.cohort.files.cell_names import column_letters
from secretome.cohort.files.opening import read_bytes, read_grids
from secretome.cohort.files.sheet import Cell, Grid, Row, Sheet, file_error
from secretome.cohort.flags import name_flag_columns
from secretome.cohort.group_columns import read_group_tables
from secretome.cohort.group_runs import fill_groups
from secretome.cohort.headers import Table, find_tables, is_unit_cell, likeliest_table, with_unit
from secretome.cohort.instrument_exports import find_export
from secretome.cohort.joined_tables import Part, join_tables, refuse_without_group
from secretome.cohort.remarks import find_remarks
from secretome.cohort.sample_key import KeyFile, join_key, read_sample_key, refuse_table_without_samples
from secretome.cohort.separate_tables import separate_tables
from secretome.cohort.summary_rows import is_summary, without_summaries
from secretome.cohort.values import is_value
from secretome.cohort.vocabulary import LONG, Vocabulary, other_name
from secretome.protocol import Choice, Problem, nearest, sha256

WIDE_LAYOUT, LONG_LAYOUT = "one row per animal, one column per endpoint", "one row per measurement"


def read_sheet(
    path: Path,
    vocabulary: Vocabulary,
    content: bytes | None = None,
    sheet: str | None = None,
    key: KeyFile | None = None,
) -> Sheet:
    """Read a file, or the content of one that is not on disk, as one table of text.

    `sheet` is the title to use; `key` states the animals and groups of the samples in the file.

    Raises
    ------
    InputError
        If the file cannot be read, or does not contain exactly one table.
    """
    content = read_bytes(path) if content is None else content
    opened = read_grids(content, path)
    grids = opened.grids
    if not any(grid.title for grid in grids):
        names = vocabulary.with_samples() if key else vocabulary
        with_table = (grid for grid in (*grids, *opened.unusual) if find_tables(grid, names))
        grids = [next(with_table, (*grids, *opened.unusual)[0])]
    if sheet is not None:
        grids = [_grid_of_title(sheet, grids, path)]
    reader = _TableReader(path, sha256(content), vocabulary, opened.unusable)
    every = [*opened.grids, *opened.unusual] if not any(grid.title for grid in opened.grids) else grids
    if not reader.has_animals(grids) and (export := find_export(every, vocabulary, path)):
        return reader.read_export(export, grids, key)
    table = reader.read_with_key(grids, key) if key else reader.read(grids)
    return replace(table, remarks=find_remarks(grids, [*reader.cells, *table.cells]))


def _grid_of_title(name: str, grids: list[Grid], path: Path) -> Grid:
    titles = [grid.title for grid in grids]
    same = [grid for grid in grids if grid.title and grid.title.casefold().strip() == name.casefold().strip()]
    if len(same) == 1:
        return same[0]
    if not any(titles):
        found = f"text, which has no sheet {name!r}"
        raise file_error(path, found, "a workbook or a Prism file", "Leave out --sheet.")
    guess = nearest(name, titles)
    remedy = f"The nearest is {guess!r}." if guess and not same else ""
    found = f"{len(same) or 'no'} sheet{'s' if same else ''} {name!r}"
    raise file_error(path, found, f"one of {quoted(titles)}", remedy)


class _TableReader:
    """Chooses the table of a file and reads it."""

    def __init__(self, path: Path, sha256: str, vocabulary: Vocabulary, unusable: list[Problem]) -> None:
        self.path = path
        self.sha256 = sha256
        self.vocabulary = vocabulary
        self.unusable = unusable
        self.is_export = False
        # The cells of tables with one row per animal or measurement.
        self.cells: list[Cell] = []
        self.errors = ErrorCollector(path)

    def read_with_key(self, grids: list[Grid], key: KeyFile) -> Sheet:
        """Read tables of samples whose animals and groups another file states."""
        names = self.vocabulary.with_samples()
        explained = read_sample_key(key, names)
        grids = grids if self.is_export else separate_tables(grids, names)
        tables = [table for grid in grids for table in find_tables(grid, names)]
        coded = [table for table in tables if table.kind == "coded"]
        place = f"the key {key.path.name!r}"
        if not coded:
            other = next((table.header for table in tables if table.kind in ("animals", "groups")), None)
            refuse_table_without_samples(self.path, other, grids[0].rows[0], place)
        self.vocabulary = names
        return self._with_other_sheets(self._read_tables(coded, explained, place), grids, coded)

    def has_animals(self, grids: list[Grid]) -> bool:
        """Whether a table names the group of each animal, as no export of an instrument does."""
        tables = (table for grid in grids for table in find_tables(grid, self.vocabulary))
        return any(table.kind in ("animals", "groups") for table in tables)

    def read_export(self, export: Export, grids: list[Grid], key: KeyFile | None) -> Sheet:
        """Read an export of an instrument, whose samples a key file or another sheet explains."""
        self.is_export = True
        others = [grid for grid in grids if grid.title != export.grid.title]
        if key:
            sheet = self.read_with_key([export.grid], key)
        elif pair := self._with_key_on_a_sheet([export.grid, *others]):
            sheet = self._read_tables(*pair, f"the sheet {pair[1].grid.title!r}")
        else:
            found = f"an export of {export.program}, which names samples and no groups"
            remedy = "Write a table with the columns 'sample', 'animal' and 'group', and give its file: --key FILE."
            expected = "a key that states the animal and the group of each sample"
            raise file_error(self.path, found, expected, remedy, choice=Choice("key"))
        notes = (f"export of {export.program}", *export.notes, *sheet.notes)
        return replace(sheet, notes=notes, decimal=export.decimal)

    def _with_key_on_a_sheet(self, grids: list[Grid]) -> tuple[list[Table], Table] | None:
        """The tables of samples and the key of a workbook, in which sample ids may have any common name."""
        names = self.vocabulary.with_samples()
        tables = [table for grid in grids for table in find_tables(grid, names)]
        coded, keys = ([table for table in tables if table.kind == kind] for kind in ("coded", "key"))
        if not coded or len(keys) != 1 or any(table.grid is keys[0].grid for table in coded):
            return None
        self.vocabulary = names
        return coded, keys[0]

    def read(self, grids: list[Grid]) -> Sheet:
        """Read the table of a file, or its tables if it is certain how they belong together."""
        grids = separate_tables(grids, self.vocabulary)
        tables = [table for grid in grids for table in find_tables(grid, self.vocabulary)]
        kinds = {table.kind for table in tables}
        is_plain = bool(kinds & {"animals", "groups"}) or {"coded", "key"} <= kinds
        if not is_plain and (pair := self._with_key_on_a_sheet(grids)):
            place = f"the sheet {pair[1].grid.title!r}"
            return self._with_other_sheets(self._read_tables(*pair, place), grids, [*pair[0], pair[1]])
        keys = [table for table in tables if table.kind == "key"]
        data = self._data_tables(tables, has_keys=bool(keys))
        single = [table for table in data if table.kind != "groups"]
        if single:
            if len(single) < len(data):
                self._refuse_several(data)
            keys = keys if single[0].kind == "coded" else []
            if len(keys) > 1:
                self._refuse_several(keys)
            key = keys[0] if keys else None
            place = f"the sheet {key.grid.title!r}" if key else ""
            return self._with_other_sheets(self._read_tables(single, key, place), grids, [*single, *keys])
        if data:
            self._refuse_sheets_without_groups(grids, data)
            return self._with_other_sheets(self._read_grouped(data), grids, data)
        return self._read_tables([likeliest_table(grids, self.vocabulary, self.path)])

    @staticmethod
    def _data_tables(tables: list[Table], *, has_keys: bool) -> list[Table]:
        """The tables that contain measurements."""
        data = [table for table in tables if table.kind != "key"]
        # Coded samples have no groups: they are used only with a key, or if there is no other table.
        in_titles = any(table.grid.group_in_title for table in data)
        if not has_keys and not in_titles and any(table.kind != "coded" for table in data):
            return [table for table in data if table.kind != "coded"]
        return data

    # -- one row per animal or measurement

    def _read_tables(self, tables: Sequence[Table], key: Table | None = None, place: str = "") -> Sheet:
        """Read one or several tables; `key` states the animals and groups of samples, and `place` where the key is."""
        notes: list[str] = []
        parts = [self._part(table, notes) for table in tables]
        header, rows = parts[0].header, parts[0].rows
        if len(parts) > 1:
            self.errors.raise_if_any()
            refuse_without_group(parts, self.path)
            joined = join_tables(parts, self.path)
            header, rows = joined.header, joined.rows
            notes += joined.notes
        if key:
            with_key = join_key(header, rows, key, self.vocabulary, place, self.errors)
            header, rows = with_key.header, with_key.rows
            notes += with_key.notes
        sheet = self._sheet(header, tuple(rows), list(dict.fromkeys(notes)), tables[0].grid.delimiter)
        return replace(sheet, key=place)

    def _part(self, table: Table, notes: list[str]) -> Part:
        """The header and the rows of a table, without units, footers, summaries and columns without content."""
        header, rows = self._with_unit_row(table.header, table.rows)
        # Every row of an export is a well, even if it has no value.
        rows, footer = (rows, []) if self.is_export else self._split_footer(header, rows, coded=table.kind == "coded")
        rows, summaries = self._without_summaries(header, rows)
        rows, filled = fill_groups(header, rows, self.vocabulary)
        header = name_flag_columns(header, rows)
        unnamed = _unnamed_columns(header, rows)
        used = [at not in unnamed and any(row[at].filled for row in (header, *rows)) for at in range(len(header))]
        header, *rows = (tuple(cell for cell, keep in zip(row, used, strict=True) if keep) for row in (header, *rows))
        self._refuse_side_by_side(header)
        self._check_header(header, commas=table.grid.delimiter == ",")
        if not rows and not self.errors.problems:
            self.errors.add(header[0], "a header and no rows under it", "one row or more")
        top = 0 if self.is_export else min(cell.row for cell in table.header)
        preamble = [row for row in table.grid.rows if row[0].row < top]
        self.cells += chain(table.header, header, *rows)
        size = f"{len(rows)} wells" if self.is_export else _size(header, rows)
        is_long = bool(set(self.vocabulary.columns(header)) & set(LONG))
        layout = LONG_LAYOUT if is_long else WIDE_LAYOUT
        notes += [table.grid.description, *unnamed.values(), layout, size]
        notes += [*_skipped("above", preamble), *_skipped("below", footer), *summaries, *filled]
        return Part(table, header, rows, self.vocabulary)

    def _sheet(self, header: Row, rows: tuple[Row, ...], notes: list[str], delimiter: str) -> Sheet:
        return Sheet(self.path, self.sha256, header, rows, tuple(notes), tuple(self.errors.problems), delimiter)

    def _with_unit_row(self, header: Row, rows: list[Row]) -> tuple[Row, list[Row]]:
        """Add a row of units under the header to the header; header cells may be merged down into that row."""
        if not rows:
            return header, rows
        below = [replace(cell, text="") if cell.kind == "merged" else cell for cell in rows[0]]
        measured = self._measured(header)
        filled = [at for at, cell in enumerate(below) if cell.filled]
        units = [below[at] for at in filled if at in measured]
        other_columns = any(at not in measured for at in filled)
        has_group = any(self.vocabulary.columns(header)[at] == "group" for at in filled)
        has_values = any(is_value(cell.text) for cell in units)
        # Next to units, the column of animals may contain 'no.'; an animal has a group.
        if has_group or has_values or (other_columns and not any(is_unit_cell(cell.text) for cell in units)):
            return header, rows
        texts = [cell.text.strip() if at in measured else "" for at, cell in enumerate(below)]
        if any(map(is_summary, texts)):
            # 'mean' and 'SD' below the name of an endpoint are no units.
            named = zip(header, texts, strict=True)
            return tuple(replace(cell, text=f"{cell.text.strip()} {text}".strip()) for cell, text in named), rows[1:]
        return tuple(map(with_unit, header, texts)), rows[1:]

    def _measured(self, header: Row) -> list[int]:
        """The positions of the columns of values."""
        return [
            at
            for at, cell in enumerate(header)
            if self.vocabulary.column(cell.text) == "value" or self.vocabulary.endpoint(cell.text)
        ]

    def _split_footer(self, header: Row, rows: list[Row], *, coded: bool) -> tuple[list[Row], list[Row]]:
        """Separate the lines below a table: after an empty row, or alone in a row without value and group."""
        groups = [at for at, name in enumerate(self.vocabulary.columns(header)) if name == "group"]
        measured = self._measured(header)
        end = len(rows)
        for position in range(len(rows) - 1, -1, -1):
            row = rows[position]
            filled = [at for at, cell in enumerate(row) if cell.filled]
            has_value = any(at in filled and is_value(row[at].text) for at in measured)
            if has_value or any(self.vocabulary.group(row[at].text) for at in groups):
                break
            after_gap = row[0].row - (rows[position - 1] if position else header)[0].row > 1
            if after_gap or (len(filled) == 1 and not coded):
                end = position
        return rows[:end], rows[end:]

    def _without_summaries(self, header: Row, rows: list[Row]) -> tuple[list[Row], list[str]]:
        columns = self.vocabulary.columns(header)
        names = [at for at, name in enumerate(columns) if name in ("animal", "code")]
        groups = [at for at, name in enumerate(columns) if name == "group"]

        def title(row: Row) -> str | None:
            if any(row[at].filled for at in groups) and not any(is_summary(row[at].text) for at in groups):
                return None
            return next((row[at].text.strip() for at in (*names, *groups) if row[at].filled), "")

        return without_summaries(rows, self._measured(header), [title(row) for row in rows])

    def _refuse_side_by_side(self, header: Row) -> None:
        """Refuse two tables beside each other: the columns of animals and groups occur twice."""
        texts = [cell.text.strip().casefold() for cell in header]
        names = [self.vocabulary.column(cell.text) or other_name(cell.text) for cell in header]
        first = {name: names.index(name) for name in ("animal", "group") if name in names}
        again = {
            name: [at for at, text in enumerate(texts) if at > first[name] and text == texts[first[name]]]
            for name in first
        }
        second = again.get("animal", [])
        if second and len(again.get("group", second)) == len(second):
            places = [header[at].name for at in (first["animal"], *second)]
            found = f"{len(places)} tables beside each other, from {' and '.join(places)} on"
            remedy = "Move them to separate sheets, or join their columns: one row per animal, with its group and a "
            remedy += "column for each endpoint."
            self.errors.add(header[second[0]], found, "one table", remedy)
            self.errors.raise_if_any()

    def _check_header(self, header: Row, *, commas: bool) -> None:
        """Refuse headers that are empty or duplicate; with `commas`, a decimal comma would split a number."""
        first: dict[str, str] = {}
        for at, cell in enumerate(header):
            name = cell.text.strip().casefold()
            if not name and commas and not any(other.filled for other in header[at:]):
                found = f"rows with more columns than the header, from column {column_letters(cell.column)} on"
                remedy = "If decimals are written with a comma, separate the columns with semicolons; put text with a "
                remedy += "comma in quotation marks."
                # Every cell may be in a wrong column, so other problems would mislead.
                raise file_error(self.path, found, "as many columns as the header has", remedy, f"cell {cell.name}")
            if not name:
                found = "an empty header over a filled column"
                self.errors.add(cell, found, "a name", "Name the column, or delete it.")
            elif name in first:
                found = f"the header {cell.text.strip()!r} again"
                remedy = f"The same header is in {first[name]}. {self._remedy_for_duplicate(cell)}"
                self.errors.add(cell, found, "each header once", remedy)
            first.setdefault(name, cell.name)

    def _remedy_for_duplicate(self, cell: Cell) -> str:
        """What to do if a header occurs twice."""
        if self.vocabulary.endpoint(cell.text):
            remedy = "For wells of one animal, write one row per well, numbered in a column 'replicate'; "
            return f"{remedy}otherwise rename one."
        return "Rename or delete one; move a second table beside the first to another sheet."

    # -- one column per group

    def _read_grouped(self, tables: list[Table]) -> Sheet:
        long = read_group_tables(tables, self.vocabulary, self.errors, self.unusable)
        notes = [*(grid.description for grid in long.grids), *long.notes]
        return self._sheet(long.header, long.rows, notes, tables[0].grid.delimiter)

    def _refuse_sheets_without_groups(self, grids: list[Grid], grouped: list[Table]) -> None:
        """Refuse a sheet that is named after an endpoint but has no groups, if another sheet has groups."""
        for grid in grids:
            endpoint = self.vocabulary.endpoint(grid.title)
            if endpoint and all(table.grid is not grid for table in grouped):
                expected = f"a row that names two groups or more of {', '.join(self.vocabulary.protocol.groups)}"
                remedy = "Correct the names of the groups, or use only the other sheet, with --sheet."
                choice = Choice("sheet", options=tuple(dict.fromkeys(table.grid.title for table in grouped)))
                self.errors.add_at(f"sheet {grid.title!r}", f"no groups for {endpoint[0]}", expected, remedy, choice)
        self.errors.raise_if_any()

    # -- other sheets

    def _with_other_sheets(self, sheet: Sheet, grids: list[Grid], tables: list[Table]) -> Sheet:
        """Add notes on the sheets that were not used, and on cells that are coloured or have a comment."""
        used = list({id(table.grid): table.grid for table in tables}.values())
        others = [grid.title for grid in grids if all(grid is not other for other in used)]
        notes = [f"sheets without a table of this study, not used: {quoted(others)}"] if others else []
        group = next((at for at, name in enumerate(self.vocabulary.columns(sheet.header)) if name == "group"), None)
        notes += appearance_notes(sheet, group, used, grids)
        return replace(sheet, notes=(*sheet.notes, *notes), unused=tuple(others))

    def _refuse_several(self, tables: list[Table]) -> NoReturn:
        titles = list(dict.fromkeys(table.grid.title for table in tables))
        found = f"{len(titles)} sheets that contain a table of this study: {quoted(titles)}"
        remedy = f"State which one: --sheet {titles[0]!r}; to use all, put their rows on one sheet."
        raise file_error(self.path, found, "one", remedy, choice=Choice("sheet", options=tuple(titles)))


def _size(header: Row, rows: list[Row]) -> str:
    row, column = header[-1].position
    if header[-1].transposed:
        return f"{len(rows)} columns next to the names in column {column_letters(column)}"
    return f"{len(rows)} rows under the header in row {row}"


def _skipped(where: str, rows: list[Row]) -> list[str]:
    if not rows:
        return []
    texts = [next(cell.text.strip() for cell in row if cell.filled)[:40] for row in rows]
    return [f"{counted(len(rows), 'line')} {where} the table skipped: {quoted(texts, '; ', most=3)}"]


def _unnamed_columns(header: Row, rows: list[Row]) -> dict[int, str]:
    """The columns without a name that contain no values, by position, each with a note.

    Programs write row numbers before the first column, and people write remarks after the last one.
    """
    unnamed = {}
    for at, cell in enumerate(header):
        texts = [row[at].text.strip() for row in rows]
        if cell.filled or not any(texts):
            continue
        column = f"column {column_letters(cell.column)} has no name and"
        if at == 0 and texts in ([str(start + number) for number in range(len(rows))] for start in (0, 1)):
            unnamed[at] = f"{column} counts the rows: not used"
        elif not any(map(is_value, filter(None, texts))):
            quotes = shorten_list(quoted(dict.fromkeys(text[:40] for text in texts if text)))
            unnamed[at] = f"{column} contains no numbers: not used ({quotes})"
    return unnamed
