"""Convert tables with one column per group, as in Prism, to one row per measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from secretome.cohort.errors import ErrorCollector
from secretome.cohort.files.sheet import Cell, Grid, Row
from secretome.cohort.group_blocks import Block, BlockReader, GroupColumn
from secretome.cohort.headers import DERIVED, Table
from secretome.cohort.name_matching import CellNames
from secretome.cohort.row_titles import refuse_other_titles
from secretome.cohort.summary_rows import is_summary
from secretome.cohort.vocabulary import Vocabulary, map_option
from secretome.protocol import Choice, InputError, Problem, nearest, spelling

HEADER = ("animal", "group", "endpoint", "value", "unit", "replicate", "exclude")
STRUCK = "struck out in Prism"
NOT_AN_ANIMAL = "animals: a summary is not an animal"


@dataclass(frozen=True)
class LongRows:
    """Rows with one measurement each, the grids that they come from, and notes."""

    header: Row
    rows: tuple[Row, ...]
    grids: list[Grid]
    notes: list[str]


@dataclass(frozen=True)
class _BlockLayout:
    """What the rows and columns of a block are; `groups` are its columns by group and endpoint.

    In a `single_row` without the id of an animal, and if the rows are endpoints, the columns of a group are its
    animals.
    """

    groups: dict[tuple[str, str], list[GroupColumn]]
    rows_are_endpoints: bool
    titles_are_ids: bool
    all_titled: bool
    single_row: bool

    @property
    def several_columns(self) -> bool:
        """Whether a group has several columns for one endpoint."""
        return any(len(columns) > 1 for columns in self.groups.values())

    @property
    def columns_are_wells(self) -> bool:
        """Whether the columns of a group are wells of the animal that titles the row."""
        return self.several_columns and self.all_titled and not self.rows_are_endpoints and not self.single_row


def read_group_tables(
    tables: Sequence[Table], vocabulary: Vocabulary, errors: ErrorCollector, unusable: Sequence[Problem]
) -> LongRows:
    """Convert tables with one column per group; `unusable` are the problems of the file's other tables.

    Raises
    ------
    InputError
        If the endpoint of a table, or the meaning of its columns or rows, is ambiguous.
    """
    return _GroupTables(vocabulary, errors).read(tables, unusable)


class _GroupTables:
    def __init__(self, vocabulary: Vocabulary, errors: ErrorCollector) -> None:
        self.vocabulary = vocabulary
        self.protocol = vocabulary.protocol
        self.paired = self.protocol.design == "paired"
        self.errors = errors
        self.notes = ["one column per group"]

    def read(self, tables: Sequence[Table], unusable: Sequence[Problem]) -> LongRows:
        reader = BlockReader(self.vocabulary, self.errors, self.notes)
        blocks = [reader.read(table, tables) for table in tables]
        used = self._with_endpoints(blocks, unusable)
        unused = [repr(block.grid.title) for block in blocks if block not in used]
        if unused := [*unused, *(problem.place for problem in unusable)]:
            self.notes.append(f"not used, because they have no endpoint or no animals: {', '.join(unused)}")
        names = CellNames(self.vocabulary, "group")
        names.add(column.group for block in used for column in block.columns)
        if merged := names.merged_name_problems(self.errors.file):
            raise InputError([*self.errors.problems, *merged])
        self._refuse_duplicates(used)
        rows = [row for block in used if block.columns for row in self._rows(block)]
        if not rows and not self.errors.problems:
            self.errors.add_at("", "no value under any group", "one or more")
        if not used[0].columns:
            self.errors.raise_if_any()
        return self._long_rows(rows, used)

    def _long_rows(self, rows: list[Row], used: list[Block]) -> LongRows:
        """The rows without optional columns that are empty."""
        top = used[0].columns[0].group
        header = tuple(Cell(name, top.row, top.column, top.sheet, label=top.label) for name in HEADER)
        kept = [at for at in range(len(HEADER)) if at < 4 or any(row[at].text for row in rows)]
        return LongRows(
            tuple(header[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in rows),
            list({id(block.grid): block.grid for block in used}.values()),
            list(dict.fromkeys(self.notes)),
        )

    # -- endpoints

    def _with_endpoints(self, blocks: list[Block], unusable: Sequence[Problem]) -> list[Block]:
        """The blocks whose endpoint is known."""
        used = [block for block in blocks if self._has_endpoints(block)]
        if not used and len(self.protocol.endpoints) == 1 and len(blocks) == 1:
            used = blocks
        if not used:
            self._refuse_without_endpoint(blocks, unusable)
        for block in blocks:
            if block not in used:
                self._refuse_similar_title(block, used)
        return used

    def _has_endpoints(self, block: Block) -> bool:
        all_named = all(column.endpoint for column in block.columns)
        return bool(block.columns) and (all_named or self._rows_are_endpoints(block))

    def _rows_are_endpoints(self, block: Block) -> bool:
        titles = [block.title(row) for row in block.rows]
        return bool(titles) and all(title and self.vocabulary.endpoint(title.text) for title in titles)

    def _refuse_similar_title(self, block: Block, used: list[Block]) -> None:
        """Refuse a title that is similar to an endpoint without a table."""
        present = {self._key(column.endpoint) for other in used for column in other.columns}
        absent = [(key, endpoint) for key, endpoint in self.protocol.endpoints.items() if key not in present]
        names = [name for key, endpoint in absent for name in (key, endpoint.label)]
        title = block.grid.title
        if guess := nearest(title, names) if title else None:
            remedy = f"Rename it to {guess!r} if it contains this endpoint."
            expected = f"a name; the nearest is {guess!r}"
            self.errors.add_at(f"table {title!r}", "a title that is no endpoint", expected, remedy)

    def _refuse_without_endpoint(self, blocks: list[Block], unusable: Sequence[Problem]) -> None:
        endpoints = self.protocol.endpoints
        for block in blocks:
            title = block.grid.title
            found = f"the title {title!r}" if title else "no title above the groups"
            remedy = "Name the table or the sheet after the endpoint, or write it above the groups."
            # A title such as 'log IL-6' names derived values, which --map cannot turn into the endpoint.
            choice = None
            has_groups = any(self.vocabulary.group(column.group.text) for column in block.columns)
            if title and has_groups and not DERIVED.search(title):
                remedy += f" Or add {' or '.join(map_option(title, key) for key in endpoints)}."
                choice = Choice("endpoint", (title,), tuple(endpoints))
            place = f"table {title!r}" if title else f"row {block.grid.rows[0][0].row}"
            self.errors.add_at(place, found, f"an endpoint: {' or '.join(endpoints)}", remedy, choice)
        raise InputError([*self.errors.problems, *unusable])

    def _refuse_duplicates(self, blocks: list[Block]) -> None:
        """Refuse two tables of one group and endpoint."""
        first_blocks: dict[tuple[str, str], Block] = {}
        for block in blocks:
            for column in block.columns:
                key = (self._key(column.endpoint), self._group(column))
                first = first_blocks.setdefault(key, block)
                if first is not block:
                    same_title = first.grid.title == block.grid.title
                    remedy = "Delete one." if same_title else f"State which one: --sheet {first.grid.title!r}."
                    found = f"a second table of {key[0] or 'the same endpoints'}"
                    choice = None if same_title else Choice("sheet", options=(first.grid.title, block.grid.title))
                    self.errors.add(column.group, found, "one per endpoint", remedy, choice)

    # -- rows

    def _rows(self, block: Block) -> Iterator[Row]:
        layout = self._layout(block)
        if self._refuse_rows(block, layout):
            return
        self._add_notes(layout)
        for number, row in enumerate(block.rows, start=1):
            title = block.title(row)
            if title and is_summary(title.text):
                found = f"the row title {title.text.strip()!r}"
                self.errors.add(title, found, NOT_AN_ANIMAL, "Delete the row.")
                continue
            for (group, _), columns in layout.groups.items():
                for side, column in enumerate(columns, start=1):
                    value = row[column.position]
                    if value.filled:
                        animal = self._animal(layout, group, title, side, number)
                        endpoint = title if layout.rows_are_endpoints else column.endpoint
                        well = str(side) if layout.columns_are_wells else ""
                        yield self._row(value, animal, column, endpoint, well, prism=block.grid.prism)

    def _layout(self, block: Block) -> _BlockLayout:
        groups: dict[tuple[str, str], list[GroupColumn]] = {}
        for column in block.columns:
            groups.setdefault((self._group(column), self._key(column.endpoint)), []).append(column)
        several = any(len(columns) > 1 for columns in groups.values())
        return _BlockLayout(
            groups,
            self._rows_are_endpoints(block),
            self._titles_are_ids(block),
            all_titled=all(block.title(row) for row in block.rows),
            single_row=several and len(block.rows) == 1 and bool(self._shared_titles(block)),
        )

    def _titles_are_ids(self, block: Block) -> bool:
        titles = [title.text.strip() for row in block.rows if (title := block.title(row))]
        if len(titles) < len(block.rows):
            return False
        in_one_group = all(len(self._groups_with_values(block, row)) <= 1 for row in block.rows)
        return self.paired or (len(set(titles)) == len(titles) and in_one_group)

    def _groups_with_values(self, block: Block, row: Row) -> set[str]:
        return {self._group(column) for column in block.columns if row[column.position].filled}

    def _shared_titles(self, block: Block) -> list[Cell]:
        """The titles of rows with values in several groups; an animal of an unpaired study is in one group."""
        if self.paired:
            return []
        titles = ((block.title(row), row) for row in block.rows)
        return [
            title
            for title, row in titles
            if title and not is_summary(title.text) and len(self._groups_with_values(block, row)) > 1
        ]

    def _refuse_rows(self, block: Block, layout: _BlockLayout) -> bool:
        """Refuse rows that cannot be animals, and return whether there are any."""
        first = block.columns[0].group
        if self.paired and (layout.rows_are_endpoints or not layout.all_titled):
            unit = self.protocol.experimental_unit
            expected = f"the {unit} as the title of each row, because the study is paired"
            remedy = "Add titles to the rows, or give each value a row with its 'animal'."
            self.errors.add(first, "rows without titles", expected, remedy)
            return True
        if layout.rows_are_endpoints:
            return False
        if layout.several_columns and not layout.all_titled and len(block.rows) > 1:
            found = "several columns per group in rows without titles"
            remedy = "If they are wells of one animal, title each row with its animal. "
            remedy += "If they are animals, give each animal a row."
            self.errors.add(first, found, "columns that are clearly wells or animals", remedy)
            return True
        titles = [title for row in block.rows if (title := block.title(row)) and not is_summary(title.text)]
        shared = self._shared_titles(block)
        several_rows = layout.several_columns and len(block.rows) > 1 and shared
        if len({title.text.strip() for title in titles}) < 2 and not several_rows:
            return False
        return refuse_other_titles(titles, shared, self.protocol, self.errors, several_columns=layout.several_columns)

    def _add_notes(self, layout: _BlockLayout) -> None:
        if layout.rows_are_endpoints:
            self.notes.append("the titles of rows are endpoints, and the columns of a group are its animals")
        elif layout.single_row:
            self.notes.append("the columns of a group are its animals")
        if layout.columns_are_wells:
            self.notes.append("several columns of a group are wells of the animal that titles the row")
        if not layout.titles_are_ids or layout.rows_are_endpoints:
            self.notes.append("animals have no ids and are numbered within their group, so no analysis may pair them")

    def _animal(self, layout: _BlockLayout, group: str, title: Cell | None, side: int, number: int) -> str:
        """The id of an animal: the title of its row, or its group with its position in the table."""
        if title and layout.titles_are_ids and not layout.rows_are_endpoints:
            return title.text.strip()
        if title and layout.columns_are_wells:
            return f"{group} {title.text.strip()}"
        return f"{group} {side if layout.rows_are_endpoints or layout.several_columns else number}"

    def _row(
        self, value: Cell, animal: str, column: GroupColumn, endpoint: Cell | None, well: str, *, prism: bool
    ) -> Row:
        # In a study with one endpoint, the file need not name it.
        name = endpoint or replace(column.group, text=next(iter(self.protocol.endpoints)))
        key, unit = self.vocabulary.endpoint(name.text) or (name.text, "")
        # The other cells have the position of the value, and no other property of it.
        empty = Cell("", value.row, value.column, value.sheet, label=value.label)
        return (
            replace(empty, text=animal),
            column.group,
            replace(name, text=key, kind="text"),
            value,
            replace(name, text=unit, kind="text"),
            replace(empty, text=well),
            replace(empty, text=STRUCK if value.struck_out and prism else ""),
        )

    def _group(self, column: GroupColumn) -> str:
        """The group of a column; an unknown name is treated as a separate group."""
        return self.vocabulary.group(column.group.text) or spelling(column.group.text)

    def _key(self, endpoint: Cell | None) -> str:
        match = self.vocabulary.endpoint(endpoint.text) if endpoint else None
        return match[0] if match else ""
